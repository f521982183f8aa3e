/**
 * The harness's half inside a worker: kills it where the plan says so, stands with its faults between it and its stores
 * and log, keeps the ledger, and saves rows that a pipeline is about to delete, so that they can still be audited.
 * Loaded by the engine from the job's hooks binding; the engine knows nothing of it.
 */
import type { StoreName } from '../../substrates/declaration.ts';
import type { LogReader } from '../../substrates/event-log/event-log.ts';
import type { KeyValueStore, RowColumns } from '../../substrates/key-value-store/key-value-store.ts';
import type { Runtime } from '../../substrates/runtime.ts';
import type { CreateHooks, Failpoint, HookSite, WorkerHooks } from '../../substrates/stream-engine/embedded/hooks.ts';
import type { HooksBinding } from '../../substrates/stream-engine/stream-engine.ts';
import type { CrashRecord, PlannedCrash } from './crash-plan.ts';
import { deletedRowsPath, encodeDeletedRows } from './deleted-rows.ts';
import { Ledger, ledgerPath } from './ledger.ts';
import { doubtfulStore } from './proxy/doubtful-store.ts';
import { ArmedFaults, type WorkerLifeId } from './worker/armed-faults.ts';
import { type DeliveredAgain, FaultyReader } from './worker/faulty-reader.ts';
import { FaultyStore } from './worker/faulty-store.ts';
import { appendLine, type ToHooks, type WorkerFault } from './worker/worker-fault.ts';

/** What the harness hands to the hooks of every worker; plain JSON. */
export interface WorkerHooksData {
  /** Ledgers, crash records and saved rows. */
  directory: string;
  /** Those that have not fired yet, in the order in which they shall. */
  crashes: PlannedCrash[];
  /** Other faults, those that have not begun yet; more may be told while the worker runs. */
  faults?: WorkerFault[];
  keepLedger: boolean;
  saveDeletedRows: boolean;
}

export function workerHooksBinding(data: WorkerHooksData): HooksBinding {
  return { module: import.meta.url, data };
}

export function crashRecordsPath(directory: string): string {
  return `${directory}/crashes.ndjson`;
}

export const createHooks: CreateHooks = async (runtime, worker, data) => {
  const hooks = new FaultHooks(runtime, worker, data as WorkerHooksData);
  await runtime.files.makeDirectory((data as WorkerHooksData).directory);
  return hooks;
};

class FaultHooks implements WorkerHooks {
  readonly #runtime: Runtime;
  readonly #worker: number;
  readonly #epoch: number;
  readonly #faults: ArmedFaults;
  readonly #deliveredAgain: DeliveredAgain = new Map();
  /** The stage that has said last that it writes. */
  #writingStage: number | undefined;
  readonly #data: WorkerHooksData;
  readonly #ledgers = new Map<string, Ledger>();
  /** The crash that is due next in each partition. */
  readonly #armed = new Map<number, PlannedCrash>();
  /** Hits of the armed crash, by partition. */
  readonly #hits = new Map<number, number>();

  constructor(runtime: Runtime, life: WorkerLifeId, data: WorkerHooksData) {
    this.#runtime = runtime;
    this.#worker = life.worker;
    this.#epoch = life.epoch;
    this.#data = data;
    this.#faults = new ArmedFaults(runtime, life, data.directory, data.faults ?? []);
    this.#arm(data.crashes);
  }

  get clockOffsetMs(): number {
    const off = this.#faults.striking('clock-off');
    return off !== undefined && this.#faults.lasting(off, off.fault.durationMs) ? off.fault.offsetMs : 0;
  }

  async failpoint(name: Failpoint, site: HookSite): Promise<void> {
    await this.#faults.passed(name, site);
    const crash = this.#armed.get(site.partition);
    if (crash === undefined || crash.failpoint !== name || site.offset < crash.fromOffset) return;
    if (crash.stage !== undefined && crash.stage !== site.stage) return;
    const hit = (this.#hits.get(site.partition) ?? 0) + 1;
    this.#hits.set(site.partition, hit);
    if (hit < crash.hit) return;
    const record: CrashRecord = {
      ...site,
      id: crash.id,
      worker: this.#worker,
      epoch: this.#epoch,
      hit,
      atMs: this.#runtime.clock.nowMs(),
    };
    await appendLine(this.#runtime.files, crashRecordsPath(this.#data.directory), record);
    await this.#runtime.crash();
  }

  rowsBeforeStop(site: HookSite, rows: number): number {
    const crash = this.#armed.get(site.partition);
    if (crash?.failpoint !== 'position' || crash.fromOffset < site.offset) return rows;
    if (crash.stage !== undefined && crash.stage !== site.stage) return rows;
    return Math.min(rows, crash.fromOffset - site.offset);
  }

  /**
   * Not async: when the ledger is open the write is done when the call returns, also from inside a store's transaction.
   */
  sending(site: HookSite, events: number, transaction = 0): void | Promise<void> {
    this.#writingStage = site.stage;
    return this.#write(site, (ledger) => ledger.sending(events, transaction));
  }

  acknowledged(site: HookSite, events: number): void | Promise<void> {
    return this.#write(site, (ledger) => ledger.acknowledged(events));
  }

  committed(site: HookSite, events: number): void | Promise<void> {
    return this.#write(site, (ledger) => ledger.committed(events));
  }

  wrapStore(name: StoreName, store: KeyValueStore): KeyValueStore {
    const { directory } = this.#data;
    const writingStage = (): number | undefined => this.#writingStage;
    const doubted = doubtfulStore(store, name, this.#runtime, directory, writingStage);
    return new FaultyStore(doubted, name, this.#faults, directory, writingStage);
  }

  wrapReader(site: HookSite, reader: LogReader): LogReader {
    return new FaultyReader(reader, site, this.#faults, this.#deliveredAgain);
  }

  hear(message: unknown): void {
    const told = message as ToHooks;
    if (told.kind === 'trigger') this.#faults.trigger(told.id);
    else if (told.kind === 'heal') this.#faults.heal(told.id);
    else {
      this.#arm(told.crashes);
      this.#faults.arm(told.faults);
    }
  }

  async deleting(site: HookSite, _hourStartMs: number, rows: RowColumns): Promise<void> {
    if (!this.#data.saveDeletedRows) return;
    const path = deletedRowsPath(this.#data.directory, site.stage, site.partition, this.#epoch);
    await this.#runtime.files.append(path, encodeDeletedRows(rows));
  }

  /** One crash of a partition is armed at a time, the first that comes: the worker does not outlive it. */
  #arm(crashes: readonly PlannedCrash[]): void {
    for (const crash of crashes) {
      const armed = this.#armed.get(crash.partition);
      if (armed !== undefined && !comesBefore(crash, armed)) continue;
      this.#armed.set(crash.partition, crash);
      this.#hits.delete(crash.partition);
    }
  }

  #write(site: HookSite, write: (ledger: Ledger) => Promise<void>): void | Promise<void> {
    if (!this.#data.keepLedger) return undefined;
    const path = ledgerPath(this.#data.directory, site.stage, site.partition, this.#epoch);
    const ledger = this.#ledgers.get(path);
    if (ledger !== undefined) return write(ledger);
    return Ledger.open(this.#runtime.files, path, this.#epoch).then((opened) => {
      this.#ledgers.set(path, opened);
      return write(opened);
    });
  }
}

/** One that was planned later may strike earlier; a restore waits for the crash before it. */
function comesBefore(crash: PlannedCrash, armed: PlannedCrash): boolean {
  return crash.failpoint !== 'during-restore' && crash.fromOffset < armed.fromOffset;
}
