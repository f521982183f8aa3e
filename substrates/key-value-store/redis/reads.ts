/** Multi-gets and scans: which hashes are asked, and what becomes of their answers. */
import { createRows, type KeyColumns, type RowColumns } from '../key-value-store.ts';
import { type CounterValues, readValue } from './counter-value.ts';
import { readInt64 } from './int64-text.ts';
import type { KeySpace } from './key-space.ts';
import type { Lane } from './lane.ts';
import type { QuestionLane } from './question-lane.ts';
import { fieldOf, keyOf } from './row-batch.ts';

const SCAN_ROWS = 4096;

/**
 * Fills rows `rowsToRead` of `into`. One HMGET for each hash that has keys of them, all in one transaction.
 */
export async function readRows(
  lane: QuestionLane,
  space: KeySpace,
  keys: KeyColumns,
  rowsToRead: readonly number[],
  into: CounterValues,
): Promise<void> {
  const rowsByHash = new Map<string, number[]>();
  for (const row of rowsToRead) {
    const hash = keyOf(space, keys, row).text;
    const rows = rowsByHash.get(hash);
    if (rows === undefined) rowsByHash.set(hash, [row]);
    else rows.push(row);
  }
  const hashes = [...rowsByHash];
  if (hashes.length === 0) return;
  const stage = (to: Lane, i: number): void => {
    const [hash, rows] = hashes[i] as [string, number[]];
    to.stage('HMGET', hash, ...rows.map((row) => fieldOf(keys, row)));
  };
  // One command is a snapshot by itself.
  const replies = await lane.ask(hashes.length, stage, hashes.length > 1);
  hashes.forEach(([, rows], i) => {
    const values = replies[i] as (string | null)[];
    rows.forEach((row, j) => {
      readValue(values[j] as string | null, into, row);
    });
  });
}

/** Reads every row by a command of its own, as a client does that counts in the application; versions, NaN if plain. */
export async function readEach(
  lane: QuestionLane,
  space: KeySpace,
  keys: KeyColumns,
  rowsToRead: readonly number[],
  into: CounterValues & { version: Float64Array },
): Promise<void> {
  const replies = await lane.ask(rowsToRead.length, (to, i) => {
    const row = rowsToRead[i] as number;
    to.stage('HGET', keyOf(space, keys, row).text, fieldOf(keys, row));
  });
  rowsToRead.forEach((row, i) => {
    const text = replies[i] as string | null;
    into.version[row] = text === null ? 0 : (readValue(text, into, row) ?? Number.NaN);
    if (text === null) readValue(null, into, row);
  });
}

/** All rows of an hour, from the shards' lanes, sorted by tweet id, in batches. */
export async function* scanHour(
  shards: readonly { lane: QuestionLane; space: KeySpace }[],
  hourStartMs: number,
): AsyncGenerator<RowColumns> {
  const pairs: string[] = [];
  for (const { lane, space } of shards) {
    const hashes = space.countersOf(hourStartMs);
    const replies = await lane.ask(hashes.length, (to, i) => to.stage('HGETALL', hashes[i] as string));
    for (const reply of replies) for (const each of reply as string[]) pairs.push(each);
  }
  const ids = sortedIds(pairs);
  const rows = createRows(SCAN_ROWS);
  rows.hourStartMs.fill(hourStartMs);
  for (let from = 0; from < ids.order.length; from += SCAN_ROWS) {
    rows.count = Math.min(SCAN_ROWS, ids.order.length - from);
    for (let row = 0; row < rows.count; row++) {
      const at = ids.order[from + row] as number;
      rows.tweetIdHi[row] = ids.hi[at] as number;
      rows.tweetIdLo[row] = ids.lo[at] as number;
      readValue(pairs[2 * at + 1] as string, rows, row);
    }
    yield rows;
  }
}

/** The ids of fields and values in turn, and their order as unsigned numbers. */
function sortedIds(pairs: readonly string[]): { hi: Uint32Array; lo: Uint32Array; order: Uint32Array } {
  const count = pairs.length / 2;
  const hi = new Uint32Array(count);
  const lo = new Uint32Array(count);
  const lanes = new Int32Array(2);
  for (let i = 0; i < count; i++) {
    readInt64(pairs[2 * i] as string, lanes);
    hi[i] = lanes[0] as number;
    lo[i] = lanes[1] as number;
  }
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  order.sort((a, b) => (hi[a] as number) - (hi[b] as number) || (lo[a] as number) - (lo[b] as number));
  return { hi, lo, order };
}
