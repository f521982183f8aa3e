/**
 * Adds tables of counters up, key by key, some of them with a negative sign; keys that come to nothing are left out.
 */
import { createRows, type RowColumns } from '../../substrates/key-value-store/key-value-store.ts';
import { sortedRows } from './row-order.ts';

export interface Term {
  rows: RowColumns;
  /** Subtracted instead of added. */
  minus?: boolean;
}

/** Sorted by tweet and hour. `RangeError` if a counter comes to less than nothing. */
export function sumRows(terms: readonly Term[]): RowColumns {
  const sorted = sortedRows(concatenated(terms), 'tweet-hour');
  const sum = createRows(sorted.count);
  for (let row = 0; row < sorted.count; ) {
    let counter = 0;
    let fingerprint = 0;
    const first = row;
    for (; row < sorted.count && isSameKey(sorted, first, row); row++) {
      // Terms to be subtracted were stored as their two's complement.
      counter = (counter + (sorted.counter[row] as number)) >>> 0;
      fingerprint = (fingerprint + (sorted.fingerprint[row] as number)) | 0;
    }
    if (counter >= 2 ** 31) throw new RangeError('more is subtracted from a counter than was added to it');
    if (counter !== 0 || fingerprint !== 0) push(sum, sorted, first, counter, fingerprint);
  }
  return sum;
}

function concatenated(terms: readonly Term[]): RowColumns {
  const all = createRows(terms.reduce((count, { rows }) => count + rows.count, 0));
  for (const { rows, minus = false } of terms) {
    for (let row = 0; row < rows.count; row++) {
      const counter = rows.counter[row] as number;
      const fingerprint = rows.fingerprint[row] as number;
      push(all, rows, row, minus ? -counter : counter, minus ? -fingerprint : fingerprint);
    }
  }
  return all;
}

function push(into: RowColumns, from: RowColumns, row: number, counter: number, fingerprint: number): void {
  const to = into.count++;
  into.tweetIdLo[to] = from.tweetIdLo[row] as number;
  into.tweetIdHi[to] = from.tweetIdHi[row] as number;
  into.hourStartMs[to] = from.hourStartMs[row] as number;
  into.counter[to] = counter;
  into.fingerprint[to] = fingerprint;
}

function isSameKey(rows: RowColumns, a: number, b: number): boolean {
  return (
    rows.tweetIdLo[a] === rows.tweetIdLo[b] &&
    rows.tweetIdHi[a] === rows.tweetIdHi[b] &&
    rows.hourStartMs[a] === rows.hourStartMs[b]
  );
}
