/** Rows of a key/value store written by hand: objects with 64-bit ids on the test's side, columns on the store's. */
import { createRows, type KeyValueStore, type RowColumns } from '../../substrates/key-value-store/key-value-store.ts';

export interface StoreRow {
  hour: number;
  id: bigint;
  counter: number;
  fingerprint: number;
}

export function row(id: bigint, hour: number, counter = 0, fingerprint = 0): StoreRow {
  return { hour, id, counter, fingerprint };
}

/** The columns have room for one row more than `rows`, filled with what no store should ever touch. */
export function columnsOf(rows: readonly StoreRow[]): RowColumns {
  const columns = createRows(rows.length + 1);
  columns.count = rows.length;
  columns.counter.fill(666_666);
  rows.forEach(({ hour, id, counter, fingerprint }, i) => {
    columns.hourStartMs[i] = hour;
    columns.tweetIdHi[i] = Number(id >> 32n);
    columns.tweetIdLo[i] = Number(id & 0xffffffffn);
    columns.counter[i] = counter;
    columns.fingerprint[i] = fingerprint;
  });
  return columns;
}

export function rowsOf(columns: RowColumns): StoreRow[] {
  return Array.from({ length: columns.count }, (_, i) => ({
    hour: columns.hourStartMs[i] as number,
    id: (BigInt(columns.tweetIdHi[i] as number) << 32n) | BigInt(columns.tweetIdLo[i] as number),
    counter: columns.counter[i] as number,
    fingerprint: columns.fingerprint[i] as number,
  }));
}

/** Everything that `scan` delivers between two hours. */
export async function scanned(store: KeyValueStore, from = -Infinity, to = Infinity): Promise<StoreRow[]> {
  const rows: StoreRow[] = [];
  for await (const batch of store.scan(from, to)) rows.push(...rowsOf(batch));
  return rows;
}

/** `[counter, fingerprint]` of each key, through `multiGet`. */
export async function valuesOf(store: KeyValueStore, keys: readonly StoreRow[]): Promise<[number, number][]> {
  const into = { counter: new Uint32Array(keys.length), fingerprint: new Int32Array(keys.length) };
  await store.multiGet(columnsOf(keys), into);
  return keys.map((_, i) => [into.counter[i] as number, into.fingerprint[i] as number]);
}
