/**
 * The harness's half on the supervisor's side: tells workers, and their successors, which faults are left; and adds up
 * what a predecessor's ledger says was written and will be written again.
 */
import type { Runtime } from '../../substrates/runtime.ts';
import type {
  HooksBinding,
  JobEvent,
  RunningJob,
  SupervisorHooks,
} from '../../substrates/stream-engine/stream-engine.ts';
import type { CrashRecord, PlannedCrash } from './crash-plan.ts';
import { deletedEvents } from './deleted-rows.ts';
import { type LedgerEntry, ledgerPath, readLedger } from './ledger.ts';
import {
  type Bite,
  readBites,
  readLines,
  strikesEveryWorker,
  type ToHooks,
  type WorkerFault,
} from './worker/worker-fault.ts';
import { crashRecordsPath, workerHooksBinding } from './worker-hooks.ts';

/** Events that were written before a crash and are written again after it: to the event if both ends are equal. */
export interface RepeatedEvents {
  stage: number;
  atLeast: number;
  atMost: number;
}

/** A worker that was found dead or silent. */
export interface Fallen {
  epoch: number;
  partitions: readonly number[];
}

interface Left {
  entry: LedgerEntry;
  /** Events that the stage had deleted because nobody needs them any more. */
  deletedEvents: number;
}

export class FaultDirector implements SupervisorHooks {
  readonly #runtime: Runtime;
  readonly #directory: string;
  readonly #crashes: PlannedCrash[];
  readonly #faults: WorkerFault[] = [];
  readonly #healed = new Set<string>();
  readonly #stages: number;
  /** What dead workers left and no successor has answered for, by stage and partition. */
  readonly #left = new Map<string, Left>();
  readonly #repeated: RepeatedEvents[];
  readonly #beforeRestart: ((fallen: Fallen) => Promise<void>)[] = [];
  #job: RunningJob | undefined;

  constructor(runtime: Runtime, directory: string, crashes: readonly PlannedCrash[], stages: number) {
    this.#runtime = runtime;
    this.#directory = directory;
    this.#crashes = [...crashes];
    this.#stages = stages;
    this.#repeated = Array.from({ length: stages }, (_, stage) => ({ stage, atLeast: 0, atMost: 0 }));
  }

  get directory(): string {
    return this.#directory;
  }

  /** The hooks of the first workers. */
  binding(): HooksBinding {
    return this.#binding(this.#crashes, this.#faults);
  }

  /** Follows the job from now on, what it has told so far included. */
  attach(job: RunningJob): void {
    this.#job = job;
    for (const event of job.events) this.onEvent(event);
    job.onEvent((event) => this.onEvent(event));
  }

  /** Plans crashes and faults for the workers that run now and for their successors. */
  arm(crashes: readonly PlannedCrash[], faults: readonly WorkerFault[] = []): void {
    this.#crashes.push(...crashes);
    this.#faults.push(...faults);
    this.#job?.tellHooks({ kind: 'arm', crashes: [...crashes], faults: [...faults] } satisfies ToHooks);
  }

  /** Ends a fault inside workers, and keeps it from their successors. */
  heal(id: string): void {
    this.#healed.add(id);
    this.#job?.tellHooks({ kind: 'heal', id } satisfies ToHooks);
  }

  /** Adds a step between the end of a worker and the start of its successor. */
  onFall(step: (fallen: Fallen) => Promise<void>): void {
    this.#beforeRestart.push(step);
  }

  async beforeRestart(worker: Fallen): Promise<HooksBinding> {
    for (const partition of worker.partitions) {
      for (let stage = 0; stage < this.#stages; stage++) {
        const path = ledgerPath(this.#directory, stage, partition, worker.epoch);
        const found = this.#left.get(`${stage} ${partition}`)?.entry;
        const entry = onTopOf(found, await readLedger(this.#runtime.files, path));
        if (entry === undefined) continue;
        const gone = await deletedEvents(this.#runtime.files, this.#directory, stage, partition);
        this.#left.set(`${stage} ${partition}`, { entry, deletedEvents: gone });
      }
    }
    for (const step of this.#beforeRestart) await step(worker);
    const fired = new Set((await this.records()).map((record) => record.id));
    const bitten = new Set([...this.#healed, ...(await this.bites()).map((bite) => bite.id)]);
    return this.#binding(
      this.#crashes.filter((crash) => !fired.has(crash.id)),
      this.#faults.filter((fault) => !bitten.has(fault.id)),
    );
  }

  /** To be told every event of the job. */
  onEvent(event: JobEvent): void {
    if (event.kind === 'note') this.#hearNote(event.note);
    if (event.kind !== 'restored') return;
    if (event.appliedEvents !== undefined) {
      this.#addUp(event, event.appliedEvents);
      return;
    }
    const key = `${event.stage} ${event.partition}`;
    const left = this.#left.get(key);
    // A zombie that was stopped while it restored: what it writes is refused.
    if (left !== undefined && event.epoch < left.entry.epoch) return;
    const sum = this.#repeated[event.stage];
    this.#left.set(key, { entry: asFound(event), deletedEvents: 0 });
    if (left === undefined || sum === undefined) return;
    const { entry } = left;
    // A stage that goes back behind what it has committed is at fault itself, unless what it had left was damaged or is
    // gone.
    const mayGoBack = event.rejected.length > 0 || event.restored === null;
    const coveredEvents = mayGoBack ? event.coveredEvents : Math.max(event.coveredEvents, entry.committedEvents);
    const acknowledged = Math.max(0, entry.acknowledgedEvents - coveredEvents);
    // What was deleted may be written again and deleted again: it then leaves no trace.
    const traceless = Math.min(acknowledged, Math.max(0, left.deletedEvents - coveredEvents));
    sum.atLeast += acknowledged - traceless;
    // What was sent and not acknowledged may or may not have been applied.
    sum.atMost += Math.max(acknowledged, entry.sentEvents - coveredEvents);
  }

  /**
   * Where the engine itself knows what was in the store: that is written again which the restored state does not
   * cover.
   */
  #addUp(
    { stage, coveredEvents }: { stage: number; coveredEvents: number },
    applied: { atLeast: number; atMost: number },
  ): void {
    const sum = this.#repeated[stage];
    if (sum === undefined) return;
    sum.atLeast += Math.max(0, applied.atLeast - coveredEvents);
    sum.atMost += Math.max(0, applied.atMost - coveredEvents);
  }

  /** What was written twice so far, a stage each; it doubles counts only where a write is not idempotent. */
  repeatedEvents(): readonly RepeatedEvents[] {
    return this.#repeated;
  }

  /** Crashes that have happened, as their victims wrote them down. */
  records(): Promise<CrashRecord[]> {
    return readLines(this.#runtime.files, crashRecordsPath(this.#directory));
  }

  /** What faults inside workers have done, as they wrote it down. */
  bites(): Promise<Bite[]> {
    return readBites(this.#runtime.files, this.#directory);
  }

  /** All faults inside workers that were ever planned. */
  faults(): readonly WorkerFault[] {
    return this.#faults;
  }

  /** One worker has reached a trigger that concerns all. */
  #hearNote(note: Record<string, unknown>): void {
    if (note.reached === undefined || typeof note.fault !== 'string') return;
    const fault = this.#faults.find(({ id }) => id === note.fault);
    if (fault === undefined || !strikesEveryWorker(fault)) return;
    this.#job?.tellHooks({ kind: 'trigger', id: fault.id } satisfies ToHooks);
  }

  #binding(crashes: readonly PlannedCrash[], faults: readonly WorkerFault[]): HooksBinding {
    return workerHooksBinding({
      directory: this.#directory,
      crashes: [...crashes],
      faults: [...faults],
      keepLedger: true,
      saveDeletedRows: true,
    });
  }
}

/** A ledger knows only of its own life's writes: before them, and without them, the store is as it was found. */
function onTopOf(found: LedgerEntry | undefined, ledger: LedgerEntry | undefined): LedgerEntry | undefined {
  if (found === undefined || ledger === undefined) return ledger ?? found;
  return {
    ...ledger,
    sentEvents: Math.max(ledger.sentEvents, found.sentEvents),
    acknowledgedEvents: Math.max(ledger.acknowledgedEvents, found.acknowledgedEvents),
  };
}

/** What a life leaves that writes nothing: the store holds what it restored, and its successor may go back further. */
function asFound({ epoch, coveredEvents }: JobEvent & { kind: 'restored' }): LedgerEntry {
  const [sentEvents, acknowledgedEvents, committedEvents] = [coveredEvents, coveredEvents, coveredEvents];
  return { epoch, sentEvents, acknowledgedEvents, committedEvents, transaction: 0 };
}
