/**
 * The key/value store on LMDB, a B+ tree in a memory-mapped file: the embedded store for one machine. A batch is one
 * write transaction, so that it is applied as a whole or not at all, whatever is killed; fence, marker and rows are
 * checked and written in the same one.
 *
 * Every call does its work before it returns its promise; only a read-modify-write lets others in, between its read
 * and its write.
 */

import type {
  Fence,
  KeyColumns,
  KeyValueStore,
  KeyValueStoreBinding,
  Marker,
  RowColumns,
  StoreGuarantees,
} from '../key-value-store.ts';
import { createRows, FencedError } from '../key-value-store.ts';
import { previousRowOfKey } from '../previous-row.ts';
import { countReads, countWrites, zeroCounts } from '../store-counts.ts';
import { CounterTable, type ValueColumns } from './counter-table.ts';
import { type Environment, explainLmdbError, openEnvironment } from './environment.ts';

type LmdbBinding = Extract<KeyValueStoreBinding, { kind: 'lmdb' }>;

/** Called inside a write transaction, before it commits, with its number. */
type TransactionNote = (transaction: number) => void;

const SCAN_ROWS = 4096;

export class LmdbStore implements KeyValueStore {
  readonly binding: LmdbBinding;
  readonly settings: Readonly<Record<string, string>>;
  readonly guarantees: StoreGuarantees = { atomicBatches: true, fence: 'atomic', snapshotReads: true };
  readonly counts = zeroCounts();
  /** Rows that `scan` has delivered: audit traffic, which is no part of `counts`. */
  scannedRows = 0;
  readonly #environment: Environment;
  readonly #counters: CounterTable;
  #closed = false;

  /** Opens the store, and makes it if it is not there. Throws if the directory cannot be used. */
  constructor(binding: LmdbBinding) {
    this.binding = binding;
    this.#environment = openEnvironment(binding.directory, binding.sync);
    this.#counters = new CounterTable(this.#environment.counters);
    this.settings = this.#environment.settings;
  }

  async raiseFence(fence: Fence): Promise<void> {
    this.#transact(() => {
      const raisedTo = this.#readControl(fenceKey(fence.partition));
      if (raisedTo === undefined || raisedTo < fence.epoch) {
        this.#writeControl(fenceKey(fence.partition), fence.epoch);
      }
    });
  }

  async increment(
    rows: RowColumns,
    fence: Fence,
    options: { mode?: 'atomic' | 'read-modify-write'; marker?: Marker; noteTransaction?: TransactionNote } = {},
  ): Promise<void> {
    const { mode = 'atomic', marker, noteTransaction } = options;
    if (mode === 'atomic') {
      this.#write(rows, fence, () => this.#counters.increment(rows), marker, noteTransaction);
      return;
    }
    const totals = this.#readAndAddUp(rows);
    // The round trip to a server: here others may write, and what they write to these keys will be lost.
    await Promise.resolve();
    this.#write(rows, fence, () => this.#counters.put(rows, totals), marker, noteTransaction);
  }

  async upsert(rows: RowColumns, version: number, fence: Fence): Promise<void> {
    this.#write(rows, fence, () => this.#counters.upsert(rows, version));
  }

  async bulkLoad(rows: RowColumns, fence: Fence, marker?: Marker): Promise<void> {
    this.#write(rows, fence, () => this.#counters.put(rows, rows), marker);
  }

  async delete(keys: KeyColumns, fence: Fence): Promise<void> {
    this.#write(keys, fence, () => this.#counters.remove(keys));
  }

  async multiGet(keys: KeyColumns, into: { counter: Uint32Array; fingerprint: Int32Array }): Promise<void> {
    this.counts.roundTrips++;
    this.#readNewest(() => this.#counters.read(keys, into));
    countReads(this.counts, keys.count);
  }

  async markers(name: Marker['name'], partitions: number): Promise<(number | undefined)[]> {
    this.counts.roundTrips++;
    const values = this.#readNewest(() =>
      Array.from({ length: partitions }, (_, partition) => this.#readControl(markerKey(name, partition))),
    );
    countReads(this.counts, 1);
    return values;
  }

  /** Each batch is a snapshot of its own, so that no reader holds pages back while the consumer is busy. */
  async *scan(fromHourMs: number, toHourMs: number): AsyncGenerator<RowColumns> {
    const rows = createRows(SCAN_ROWS);
    let last: Buffer | undefined;
    do {
      const after = last;
      last = this.#readNewest(() => this.#counters.scan(rows, SCAN_ROWS, fromHourMs, toHourMs, after));
      if (rows.count > 0) {
        this.scannedRows += rows.count;
        yield rows;
      }
    } while (last !== undefined);
  }

  /**
   * Read from the file's newest meta page, and so exact after a writer was killed inside its commit. What such a writer
   * has committed is seen by `multiGet` and `scan` from the next write transaction on, `raiseFence` included: LMDB
   * repairs then.
   */
  async lastTransaction(): Promise<number> {
    const stats = this.#readNewest(() => this.#environment.root.getStats()) as { lastTxnId: number };
    return stats.lastTxnId;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#environment.root.close();
    await this.#environment.gate.close();
  }

  /** One round trip: all rows of a batch or, if the fence refuses it or anything fails, none. */
  #write(keys: KeyColumns, fence: Fence, apply: () => void, marker?: Marker, note?: TransactionNote): void {
    this.counts.roundTrips++;
    this.#transact(() => {
      const raisedTo = this.#readControl(fenceKey(fence.partition));
      if (raisedTo !== undefined && fence.epoch < raisedTo) throw new FencedError(fence, raisedTo);
      apply();
      if (marker !== undefined) this.#writeControl(markerKey(marker.name, fence.partition), marker.value);
      note?.(this.#environment.root.getWriteTxnId());
    });
    countWrites(this.counts, keys.count);
  }

  #readAndAddUp(rows: RowColumns): ValueColumns {
    const counter = new Uint32Array(rows.count);
    const fingerprint = new Int32Array(rows.count);
    const version = new Float64Array(rows.count);
    this.counts.roundTrips++;
    this.#readNewest(() => this.#counters.read(rows, { counter, fingerprint, version }));
    countReads(this.counts, rows.count);
    const previous = previousRowOfKey(rows);
    for (let row = 0; row < rows.count; row++) {
      const base = previous[row] === -1 ? row : (previous[row] as number);
      counter[row] = (counter[base] as number) + (rows.counter[row] as number);
      fingerprint[row] = (fingerprint[base] as number) + (rows.fingerprint[row] as number);
    }
    return { counter, fingerprint, version };
  }

  #transact(action: () => void): void {
    this.#assertOpen();
    const { gate, root, transactionFlags } = this.#environment;
    for (let left = SPURIOUS_RETRIES; ; left--) {
      try {
        gate.pass(() => root.transactionSync(action, transactionFlags));
        return;
      } catch (error) {
        if (left > 0 && isSpurious(error)) continue;
        throw hasCode(error) ? explainLmdbError(error, this.binding.directory) : error;
      }
    }
  }

  // The binding keeps a read transaction until the event turn ends, and so would miss commits of other processes; and
  // a snapshot that is held keeps its pages from being used again.
  #readNewest<Result>(action: () => Result): Result {
    this.#assertOpen();
    this.#environment.root.resetReadTxn();
    try {
      return action();
    } catch (error) {
      throw hasCode(error) ? explainLmdbError(error, this.binding.directory) : error;
    } finally {
      this.#environment.root.resetReadTxn();
    }
  }

  #readControl(key: Buffer): number | undefined {
    return this.#environment.control.getBinaryFast(key)?.readDoubleLE(0);
  }

  #writeControl(key: Buffer, value: number): void {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    this.#environment.control.putSync(key, bytes);
  }

  #assertOpen(): void {
    if (this.#closed) throw new Error(`key/value store in ${this.binding.directory}: it was closed by this process`);
  }
}

// The binding's own search of the free list ("Invalid zero size key", "Invalid null txn id") now and then fails when
// several processes write in turn, with codes that no write of ours has. The transaction was rolled back, so that the
// next attempt starts from the same rows.
const SPURIOUS_RETRIES = 5;
const MDB_BAD_VALSIZE = -30781;
const MDB_NOTFOUND = -30798;

function isSpurious(error: unknown): boolean {
  return hasCode(error) && [MDB_BAD_VALSIZE, MDB_NOTFOUND].includes((error as { code: number }).code);
}

// Errors of the binding carry LMDB's or the system's number; errors of a note or a fence do not.
function hasCode(error: unknown): boolean {
  return error instanceof Error && typeof (error as { code?: unknown }).code === 'number';
}

function fenceKey(partition: number): Buffer {
  return Buffer.from(`fence/${partition}`);
}

function markerKey(name: Marker['name'], partition: number): Buffer {
  return Buffer.from(`marker/${name}/${partition}`);
}
