/**
 * The key/value store in memory, for the simulation: the behaviour of LMDB (fences, markers, versions, numbered
 * transactions, batches that are applied as a whole) without its durability. A world holds stores by name; handles of
 * one name share the data and count apart.
 */

import type {
  Fence,
  KeyColumns,
  KeyValueStore,
  KeyValueStoreBinding,
  Marker,
  RowColumns,
  StoreGuarantees,
} from './key-value-store.ts';
import { createRows, FencedError } from './key-value-store.ts';
import { countReads, countWrites, zeroCounts } from './store-counts.ts';

type MemoryBinding = Extract<KeyValueStoreBinding, { kind: 'memory' }>;

interface Entry {
  readonly hourStartMs: number;
  readonly tweetIdHi: number;
  readonly tweetIdLo: number;
  readonly counter: number;
  readonly fingerprint: number;
  readonly version: number;
}

interface StoreData {
  entries: Map<string, Entry>;
  /** By partition. */
  fences: Map<number, number>;
  /** By name and partition. */
  markers: Map<string, number>;
  lastTransaction: number;
}

/** Entries that a transaction has written and not committed; undefined where it has deleted. */
type Staged = Map<string, Entry | undefined>;

const SCAN_ROWS = 4096;

/** A world of stores; one for each simulation. */
export class MemoryStores {
  readonly #stores = new Map<string, StoreData>();

  /** A new handle on the store of that name, which is made if it is not there. */
  open(binding: KeyValueStoreBinding): MemoryStore {
    if (binding.kind !== 'memory') throw new Error(`MemoryStores opens stores of kind memory, not ${binding.kind}`);
    let data = this.#stores.get(binding.name);
    if (data === undefined) {
      data = { entries: new Map(), fences: new Map(), markers: new Map(), lastTransaction: 0 };
      this.#stores.set(binding.name, data);
    }
    return new MemoryStore(binding, data);
  }
}

export class MemoryStore implements KeyValueStore {
  readonly binding: MemoryBinding;
  readonly settings = { engine: 'memory', durability: 'none: the data ends with the process' };
  readonly guarantees: StoreGuarantees = { atomicBatches: true, fence: 'atomic', snapshotReads: true };
  readonly counts = zeroCounts();
  /** Rows that `scan` has delivered: audit traffic, which is no part of `counts`. */
  scannedRows = 0;
  readonly #data: StoreData;
  #closed = false;

  constructor(binding: MemoryBinding, data: StoreData) {
    this.binding = binding;
    this.#data = data;
  }

  async raiseFence(fence: Fence): Promise<void> {
    this.#assertOpen();
    const raisedTo = this.#data.fences.get(fence.partition);
    if (raisedTo !== undefined && raisedTo >= fence.epoch) return;
    this.#data.fences.set(fence.partition, fence.epoch);
    this.#data.lastTransaction++;
  }

  async increment(
    rows: RowColumns,
    fence: Fence,
    options: {
      mode?: 'atomic' | 'read-modify-write';
      marker?: Marker;
      noteTransaction?: (transaction: number) => void;
    } = {},
  ): Promise<void> {
    const { mode = 'atomic', marker, noteTransaction } = options;
    const add = (staged: Staged): void => {
      for (let row = 0; row < rows.count; row++) {
        const key = keyOf(rows, row);
        staged.set(key, sumOf(this.#entry(key, staged), rows, row));
      }
    };
    if (mode === 'atomic') {
      this.#write(rows, fence, add, marker, noteTransaction);
      return;
    }
    this.#assertOpen();
    const totals: Staged = new Map();
    add(totals);
    this.counts.roundTrips++;
    countReads(this.counts, rows.count);
    // The round trip to a server: here others may write, and what they write to these keys will be lost.
    await Promise.resolve();
    const put = (staged: Staged): void => {
      for (const [key, entry] of totals) staged.set(key, entry);
    };
    this.#write(rows, fence, put, marker, noteTransaction);
  }

  async upsert(rows: RowColumns, version: number, fence: Fence): Promise<void> {
    this.#write(rows, fence, (staged) => {
      for (let row = 0; row < rows.count; row++) {
        const key = keyOf(rows, row);
        const old = this.#entry(key, staged);
        if (old === undefined || old.version <= version) staged.set(key, entryOf(rows, row, version));
      }
    });
  }

  async bulkLoad(rows: RowColumns, fence: Fence, marker?: Marker): Promise<void> {
    const put = (staged: Staged): void => {
      for (let row = 0; row < rows.count; row++) staged.set(keyOf(rows, row), entryOf(rows, row, 0));
    };
    this.#write(rows, fence, put, marker);
  }

  async delete(keys: KeyColumns, fence: Fence): Promise<void> {
    this.#write(keys, fence, (staged) => {
      for (let row = 0; row < keys.count; row++) staged.set(keyOf(keys, row), undefined);
    });
  }

  async multiGet(keys: KeyColumns, into: { counter: Uint32Array; fingerprint: Int32Array }): Promise<void> {
    this.counts.roundTrips++;
    this.#assertOpen();
    for (let row = 0; row < keys.count; row++) {
      const entry = this.#data.entries.get(keyOf(keys, row));
      into.counter[row] = entry?.counter ?? 0;
      into.fingerprint[row] = entry?.fingerprint ?? 0;
    }
    countReads(this.counts, keys.count);
  }

  async markers(name: Marker['name'], partitions: number): Promise<(number | undefined)[]> {
    this.counts.roundTrips++;
    this.#assertOpen();
    countReads(this.counts, 1);
    return Array.from({ length: partitions }, (_, partition) => this.#data.markers.get(`${name}/${partition}`));
  }

  async *scan(fromHourMs: number, toHourMs: number): AsyncGenerator<RowColumns> {
    this.#assertOpen();
    const entries = [...this.#data.entries.values()]
      .filter((entry) => entry.hourStartMs >= fromHourMs && entry.hourStartMs < toHourMs)
      .sort(byHourThenTweet);
    const rows = createRows(SCAN_ROWS);
    for (let from = 0; from < entries.length; from += SCAN_ROWS) {
      const batch = entries.slice(from, from + SCAN_ROWS);
      rows.count = batch.length;
      batch.forEach((entry, row) => {
        setRow(rows, row, entry);
      });
      this.scannedRows += rows.count;
      yield rows;
    }
  }

  async lastTransaction(): Promise<number> {
    this.#assertOpen();
    return this.#data.lastTransaction;
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  /** One round trip: all rows of a batch or, if the fence refuses it or `note` throws, none. */
  #write(
    keys: KeyColumns,
    fence: Fence,
    apply: (staged: Staged) => void,
    marker?: Marker,
    note?: (transaction: number) => void,
  ): void {
    this.counts.roundTrips++;
    this.#assertOpen();
    const raisedTo = this.#data.fences.get(fence.partition);
    if (raisedTo !== undefined && fence.epoch < raisedTo) throw new FencedError(fence, raisedTo);
    const staged: Staged = new Map();
    apply(staged);
    note?.(this.#data.lastTransaction + 1);
    for (const [key, entry] of staged) {
      if (entry === undefined) this.#data.entries.delete(key);
      else this.#data.entries.set(key, entry);
    }
    if (marker !== undefined) this.#data.markers.set(`${marker.name}/${fence.partition}`, marker.value);
    this.#data.lastTransaction++;
    countWrites(this.counts, keys.count);
  }

  #entry(key: string, staged: Staged): Entry | undefined {
    return staged.has(key) ? staged.get(key) : this.#data.entries.get(key);
  }

  #assertOpen(): void {
    if (this.#closed) throw new Error(`key/value store ${this.binding.name} in memory: this handle was closed`);
  }
}

function keyOf(keys: KeyColumns, row: number): string {
  return `${keys.hourStartMs[row]}/${keys.tweetIdHi[row]}/${keys.tweetIdLo[row]}`;
}

function entryOf(rows: RowColumns, row: number, version: number): Entry {
  return {
    hourStartMs: rows.hourStartMs[row] as number,
    tweetIdHi: rows.tweetIdHi[row] as number,
    tweetIdLo: rows.tweetIdLo[row] as number,
    counter: rows.counter[row] as number,
    fingerprint: rows.fingerprint[row] as number,
    version,
  };
}

/** `old` plus a row; counter and fingerprint wrap at 32 bits, the version stays. */
function sumOf(old: Entry | undefined, rows: RowColumns, row: number): Entry {
  const delta = entryOf(rows, row, old?.version ?? 0);
  if (old === undefined) return delta;
  return {
    ...delta,
    counter: (old.counter + delta.counter) >>> 0,
    fingerprint: (old.fingerprint + delta.fingerprint) | 0,
  };
}

function byHourThenTweet(a: Entry, b: Entry): number {
  return a.hourStartMs - b.hourStartMs || a.tweetIdHi - b.tweetIdHi || a.tweetIdLo - b.tweetIdLo;
}

function setRow(rows: RowColumns, row: number, entry: Entry): void {
  rows.hourStartMs[row] = entry.hourStartMs;
  rows.tweetIdHi[row] = entry.tweetIdHi;
  rows.tweetIdLo[row] = entry.tweetIdLo;
  rows.counter[row] = entry.counter;
  rows.fingerprint[row] = entry.fingerprint;
}
