/**
 * Orders of counter rows, by a radix sort over digits of 16 bits, or 8 for a small table: stable, linear, and no object
 * per row.
 *
 * Hours are ranked first, so that an hour sorts as a small integer; tweet ids sort as unsigned 64-bit numbers in two
 * lanes. The audit walks rows tweet by tweet; a store is asked hour by hour.
 */
import type { KeyColumns, RowColumns } from '../../substrates/key-value-store/key-value-store.ts';

/** `tweet-hour`: all hours of a tweet side by side. `hour-tweet`: the order of truth tables and of a store's scan. */
export type RowOrder = 'tweet-hour' | 'hour-tweet';

/** With fewer rows, counting to 2^16 for each digit would take longer than sorting by twice as many digits. */
const SMALL_TABLE = 8192;

/**
 * The permutation that sorts `keys`; rows that are equal keep their order. Error for an hour that is not a whole
 * number.
 */
export function sortOrder(keys: KeyColumns, by: RowOrder): Uint32Array {
  const hours = hourRanks(keys);
  const tweets = [keys.tweetIdLo, keys.tweetIdHi];
  const leastSignificantFirst = by === 'tweet-hour' ? [hours, ...tweets] : [...tweets, hours];
  let order: Uint32Array = new Uint32Array(keys.count);
  let spare: Uint32Array = new Uint32Array(keys.count);
  const digitBits = keys.count < SMALL_TABLE ? 8 : 16;
  for (let row = 0; row < keys.count; row++) order[row] = row;
  for (const column of leastSignificantFirst) {
    for (let shift = 0; shift < 32; shift += digitBits) {
      if (!sortByDigit(column, shift, digitBits, order, spare)) continue;
      [order, spare] = [spare, order];
    }
  }
  return order;
}

/** The rows in order, as columns of their own. */
export function sortedRows(rows: RowColumns, by: RowOrder): RowColumns {
  const order = sortOrder(rows, by);
  return {
    ...gatherKeys(rows, order),
    counter: gather(rows.counter, order, new Uint32Array(order.length)),
    fingerprint: gather(rows.fingerprint, order, new Int32Array(order.length)),
  };
}

/** All keys of all tables, each once, by hour and then tweet id. */
export function unionOfKeys(...tables: readonly KeyColumns[]): KeyColumns {
  const all = concatenateKeys(tables);
  const order = sortOrder(all, 'hour-tweet');
  let kept = 0;
  for (const row of order) {
    if (kept === 0 || !sameKey(all, order[kept - 1] as number, row)) order[kept++] = row;
  }
  return gatherKeys(all, order.subarray(0, kept));
}

/**
 * Stable counting sort of `from` into `to` by one digit of a column; false, and nothing done, if all rows have the same
 * digit.
 */
function sortByDigit(
  column: Uint32Array,
  shift: number,
  digitBits: number,
  from: Uint32Array,
  to: Uint32Array,
): boolean {
  const digits = 2 ** digitBits;
  const mask = digits - 1;
  const starts = new Uint32Array(digits + 1);
  for (let i = 0; i < from.length; i++) {
    const slot = (((column[i] as number) >>> shift) & mask) + 1;
    starts[slot] = (starts[slot] as number) + 1;
  }
  if (from.length === 0 || starts[(((column[0] as number) >>> shift) & mask) + 1] === from.length) return false;
  for (let digit = 1; digit < digits; digit++) {
    starts[digit] = (starts[digit] as number) + (starts[digit - 1] as number);
  }
  for (let i = 0; i < from.length; i++) {
    const row = from[i] as number;
    const digit = ((column[row] as number) >>> shift) & mask;
    const place = starts[digit] as number;
    starts[digit] = place + 1;
    to[place] = row;
  }
  return true;
}

function hourRanks(keys: KeyColumns): Uint32Array {
  const rankOf = new Map<number, number>();
  for (let row = 0; row < keys.count; row++) rankOf.set(keys.hourStartMs[row] as number, 0);
  for (const hour of rankOf.keys()) {
    if (!Number.isSafeInteger(hour)) throw new Error(`an hour starts at ${hour} ms, which is not a whole millisecond`);
  }
  [...rankOf.keys()]
    .sort((a, b) => a - b)
    .forEach((hour, rank) => {
      rankOf.set(hour, rank);
    });
  const ranks = new Uint32Array(keys.count);
  for (let row = 0; row < keys.count; row++) ranks[row] = rankOf.get(keys.hourStartMs[row] as number) as number;
  return ranks;
}

function sameKey(keys: KeyColumns, a: number, b: number): boolean {
  return (
    keys.tweetIdLo[a] === keys.tweetIdLo[b] &&
    keys.tweetIdHi[a] === keys.tweetIdHi[b] &&
    keys.hourStartMs[a] === keys.hourStartMs[b]
  );
}

function gatherKeys(keys: KeyColumns, order: Uint32Array): KeyColumns {
  return {
    count: order.length,
    tweetIdLo: gather(keys.tweetIdLo, order, new Uint32Array(order.length)),
    tweetIdHi: gather(keys.tweetIdHi, order, new Uint32Array(order.length)),
    hourStartMs: gather(keys.hourStartMs, order, new Float64Array(order.length)),
  };
}

function gather<Column extends Uint32Array | Int32Array | Float64Array>(
  from: Column,
  order: Uint32Array,
  into: Column,
): Column {
  for (let i = 0; i < order.length; i++) into[i] = from[order[i] as number] as number;
  return into;
}

function concatenateKeys(tables: readonly KeyColumns[]): KeyColumns {
  const count = tables.reduce((sum, table) => sum + table.count, 0);
  const all: KeyColumns = {
    count,
    tweetIdLo: new Uint32Array(count),
    tweetIdHi: new Uint32Array(count),
    hourStartMs: new Float64Array(count),
  };
  let at = 0;
  for (const table of tables) {
    all.tweetIdLo.set(table.tweetIdLo.subarray(0, table.count), at);
    all.tweetIdHi.set(table.tweetIdHi.subarray(0, table.count), at);
    all.hourStartMs.set(table.hourStartMs.subarray(0, table.count), at);
    at += table.count;
  }
  return all;
}
