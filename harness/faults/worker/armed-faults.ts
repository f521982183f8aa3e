/**
 * The faults that a worker was told of: which of them wait for their trigger, which strike now, and their bites as they
 * are written down. Stores and readers ask for what strikes them.
 */
import type { StoreName } from '../../../substrates/declaration.ts';
import type { Runtime } from '../../../substrates/runtime.ts';
import type { Failpoint, HookSite } from '../../../substrates/stream-engine/embedded/hooks.ts';
import type { WorkerFault } from './worker-fault.ts';
import {
  appendLine,
  type Bite,
  bitesPath,
  type FaultOf,
  strikesEveryWorker,
  type WorkerEffect,
} from './worker-fault.ts';

export interface WorkerLifeId {
  worker: number;
  epoch: number;
  note: (note: Record<string, unknown>) => void;
}

/** A fault on its way. */
export interface Armed<Fault extends WorkerFault = WorkerFault> {
  readonly fault: Fault;
  triggered: boolean;
  over: boolean;
  /** Passes of its failpoint so far. */
  hits: number;
  /** Calls that it has spoiled. */
  calls: number;
  /** When it stops, once it has begun. */
  untilMs: number | undefined;
}

export class ArmedFaults {
  readonly #runtime: Runtime;
  readonly #life: WorkerLifeId;
  readonly #directory: string;
  #armed: Armed[] = [];

  constructor(runtime: Runtime, life: WorkerLifeId, directory: string, faults: readonly WorkerFault[]) {
    this.#runtime = runtime;
    this.#life = life;
    this.#directory = directory;
    this.arm(faults);
  }

  get runtime(): Runtime {
    return this.#runtime;
  }

  arm(faults: readonly WorkerFault[]): void {
    const own = faults.filter(({ worker }) => worker === undefined || worker === this.#life.worker);
    const fresh = own.map(
      (fault): Armed => ({ fault, triggered: false, over: false, hits: 0, calls: 0, untilMs: undefined }),
    );
    this.#armed = [...this.#armed, ...fresh];
  }

  /** Another worker has reached the trigger. */
  trigger(id: string): void {
    for (const armed of this.#armed) if (armed.fault.id === id) armed.triggered = true;
  }

  heal(id: string): void {
    for (const armed of this.#armed) if (armed.fault.id === id) armed.over = true;
  }

  /** Rows from `offset` on are about to be read. */
  sawRows(partition: number, offset: number, rows: number): void {
    for (const armed of this.#armed) {
      const { trigger } = armed.fault;
      if (armed.triggered || trigger.at !== 'position' || trigger.partition !== partition) continue;
      if (offset + rows > trigger.offset) this.#reached(armed, { partition, offset });
    }
  }

  /**
   * A failpoint is passed: faults that wait for it strike from here on; resolves when those that wait here are over.
   */
  async passed(name: Failpoint, site: HookSite): Promise<void> {
    for (const armed of this.#armed) {
      if (!armed.triggered) this.#countHit(armed, name, site);
      const { fault } = armed;
      if (armed.over || !armed.triggered || fault.effect !== 'trip') continue;
      armed.over = true;
      if (!fault.hold) continue;
      // Written before the supervisor hears of it: from then on this process may be stopped at any instruction.
      await this.write(armed, 'began', { ...site });
      const startedMs = this.#runtime.clock.nowMs();
      this.#tellReached(fault.id, site);
      await this.#holdUntilStopped(armed, site, startedMs);
    }
  }

  /** The fault of that effect that strikes now, and in which store or partition; undefined if none does. */
  striking<Effect extends WorkerEffect['effect']>(
    effect: Effect,
    where: { store?: StoreName; partition?: number } = {},
  ): Armed<FaultOf<Effect>> | undefined {
    for (const armed of this.#armed) {
      const { fault } = armed;
      if (fault.effect !== effect || armed.over) continue;
      if ('store' in fault && fault.store !== undefined && fault.store !== where.store) continue;
      if (where.partition !== undefined && fault.trigger.partition !== where.partition) continue;
      if (!this.#isTriggered(armed)) continue;
      return armed as Armed<FaultOf<Effect>>;
    }
    return undefined;
  }

  /**
   * For a fault that lasts: begins at the first call that it spoils, and is over when its time is. True while it
   * strikes.
   */
  lasting(armed: Armed, durationMs: number): boolean {
    const nowMs = this.#runtime.clock.nowMs();
    if (armed.untilMs === undefined) {
      armed.untilMs = nowMs + durationMs;
      this.#writeSoon(armed, 'began');
    }
    if (nowMs < armed.untilMs) {
      armed.calls += 1;
      return true;
    }
    armed.over = true;
    this.#writeSoon(armed, 'ended');
    return false;
  }

  async write(armed: Armed, what: Bite['what'], more: Partial<Bite> = {}): Promise<void> {
    const { worker, epoch } = this.#life;
    const bite: Bite = { id: armed.fault.id, worker, epoch, atMs: this.#runtime.clock.nowMs(), what, ...more };
    await appendLine(this.#runtime.files, bitesPath(this.#directory), bite);
  }

  /** From where nobody can wait; a line that cannot be written is missed by whoever looks for evidence. */
  #writeSoon(armed: Armed, what: Bite['what']): void {
    this.write(armed, what, { calls: armed.calls }).catch((error: unknown) =>
      this.#life.note({ fault: armed.fault.id, unwritten: String(error) }),
    );
  }

  #isTriggered(armed: Armed): boolean {
    const { trigger } = armed.fault;
    if (!armed.triggered && trigger.at === 'time' && this.#runtime.clock.nowMs() >= trigger.atMs) {
      this.#reached(armed, { partition: trigger.partition, offset: 0 });
    }
    return armed.triggered;
  }

  #countHit(armed: Armed, name: Failpoint, site: HookSite): void {
    const { trigger } = armed.fault;
    if (trigger.at === 'time') this.#isTriggered(armed);
    if (trigger.at !== 'failpoint' || trigger.failpoint !== name || trigger.partition !== site.partition) return;
    if (site.offset < trigger.fromOffset || (trigger.stage !== undefined && trigger.stage !== site.stage)) return;
    armed.hits += 1;
    if (armed.hits >= trigger.hit) this.#reached(armed, site);
  }

  #reached(armed: Armed, place: { partition: number; offset: number }): void {
    armed.triggered = true;
    const { fault } = armed;
    if (strikesEveryWorker(fault) || (fault.effect === 'trip' && !fault.hold)) this.#tellReached(fault.id, place);
  }

  #tellReached(id: string, { partition, offset }: { partition: number; offset: number }): void {
    this.#life.note({ fault: id, reached: { partition, offset } });
  }

  /**
   * Nothing of this stage is in flight here. The process is stopped from outside, and finds out by the time that has
   * gone.
   */
  async #holdUntilStopped(armed: Armed, site: HookSite, startedMs: number): Promise<void> {
    const { clock } = this.#runtime;
    for (let lastMs = startedMs; lastMs < startedMs + MOST_HOLD_MS; ) {
      await this.#runtime.sleep(1);
      const nowMs = clock.nowMs();
      const goneMs = nowMs - lastMs;
      lastMs = nowMs;
      if (goneMs < LEAST_STOP_MS) continue;
      await this.write(armed, 'ended', { ...site });
      return;
    }
  }
}

/** A sleep of a millisecond that took this long was a stop. */
const LEAST_STOP_MS = 400;
const MOST_HOLD_MS = 20_000;
