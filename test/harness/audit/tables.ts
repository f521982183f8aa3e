/** Counter tables for tests, written as rows a person can read. */
import { createRows, type KeyColumns, type RowColumns } from '../../../substrates/key-value-store/key-value-store.ts';

/** [tweet id, start of the hour in ms, count, fingerprint] */
export type Row = readonly [tweetId: bigint, hourStartMs: number, counter: number, fingerprint: number];

export function table(rows: readonly Row[]): RowColumns {
  const columns = createRows(rows.length);
  columns.count = rows.length;
  rows.forEach(([tweetId, hourStartMs, counter, fingerprint], row) => {
    columns.tweetIdLo[row] = Number(tweetId & 0xffffffffn);
    columns.tweetIdHi[row] = Number(tweetId >> 32n);
    columns.hourStartMs[row] = hourStartMs;
    columns.counter[row] = counter;
    columns.fingerprint[row] = fingerprint;
  });
  return columns;
}

export function rowsOf(columns: RowColumns): Row[] {
  return keysOf(columns).map(([tweetId, hour], row) => [
    tweetId,
    hour,
    columns.counter[row] as number,
    columns.fingerprint[row] as number,
  ]);
}

export function keysOf(columns: KeyColumns): [tweetId: bigint, hourStartMs: number][] {
  return Array.from({ length: columns.count }, (_, row) => [
    (BigInt(columns.tweetIdHi[row] as number) << 32n) | BigInt(columns.tweetIdLo[row] as number),
    columns.hourStartMs[row] as number,
  ]);
}
