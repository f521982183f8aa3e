/**
 * The harness's half inside a worker: kills it where the plan says so, keeps the ledger, and saves rows that a pipeline is about to
 * delete, so that they can still be audited. Loaded by the engine from the job's hooks binding; the engine knows nothing of it.
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

/** What the harness hands to the hooks of every worker; plain JSON. */
export interface WorkerHooksData {
  /** Ledgers, crash records and saved rows. */
  directory: string;
  /** Those that have not fired yet, in the order in which they shall. */
  crashes: PlannedCrash[];
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
  const hooks = new FaultHooks(runtime, worker.worker, worker.epoch, data as WorkerHooksData);
  await runtime.files.makeDirectory((data as WorkerHooksData).directory);
  return hooks;
};

class FaultHooks implements WorkerHooks {
  readonly clockOffsetMs = 0;
  readonly #runtime: Runtime;
  readonly #worker: number;
  readonly #epoch: number;
  readonly #data: WorkerHooksData;
  readonly #ledgers = new Map<string, Ledger>();
  /** The crash that is due next in each partition. */
  readonly #armed = new Map<number, PlannedCrash>();
  /** Hits of the armed crash, by partition. */
  readonly #hits = new Map<number, number>();

  constructor(runtime: Runtime, worker: number, epoch: number, data: WorkerHooksData) {
    this.#runtime = runtime;
    this.#worker = worker;
    this.#epoch = epoch;
    this.#data = data;
    for (const crash of data.crashes) if (!this.#armed.has(crash.partition)) this.#armed.set(crash.partition, crash);
  }

  async failpoint(name: Failpoint, site: HookSite): Promise<void> {
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
    const bytes = new TextEncoder().encode(`${JSON.stringify(record)}\n`);
    await this.#runtime.files.append(crashRecordsPath(this.#data.directory), bytes);
    await this.#runtime.crash();
  }

  rowsBeforeStop(site: HookSite, rows: number): number {
    const crash = this.#armed.get(site.partition);
    if (crash?.failpoint !== 'position' || crash.fromOffset < site.offset) return rows;
    if (crash.stage !== undefined && crash.stage !== site.stage) return rows;
    return Math.min(rows, crash.fromOffset - site.offset);
  }

  /** Not async: when the ledger is open the write is done when the call returns, also from inside a store's transaction. */
  sending(site: HookSite, events: number, transaction = 0): void | Promise<void> {
    return this.#write(site, (ledger) => ledger.sending(events, transaction));
  }

  acknowledged(site: HookSite, events: number): void | Promise<void> {
    return this.#write(site, (ledger) => ledger.acknowledged(events));
  }

  committed(site: HookSite, events: number): void | Promise<void> {
    return this.#write(site, (ledger) => ledger.committed(events));
  }

  wrapStore(_name: StoreName, store: KeyValueStore): KeyValueStore {
    return store;
  }

  wrapReader(_site: HookSite, reader: LogReader): LogReader {
    return reader;
  }

  hear(): void {
    // Nothing is said to these hooks yet.
  }

  async deleting(site: HookSite, _hourStartMs: number, rows: RowColumns): Promise<void> {
    if (!this.#data.saveDeletedRows) return;
    const path = deletedRowsPath(this.#data.directory, site.stage, site.partition, this.#epoch);
    await this.#runtime.files.append(path, encodeDeletedRows(rows));
  }

  #write(site: HookSite, write: (ledger: Ledger) => Promise<void>): void | Promise<void> {
    if (!this.#data.keepLedger) return undefined;
    const path = ledgerPath(this.#data.directory, site.stage, site.partition);
    const ledger = this.#ledgers.get(path);
    if (ledger !== undefined) return write(ledger);
    return Ledger.open(this.#runtime.files, path, this.#epoch).then((opened) => {
      this.#ledgers.set(path, opened);
      return write(opened);
    });
  }
}
