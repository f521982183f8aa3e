/** Tables of counters by (tweet, hour), laid over each other and compared, without a verdict. */
import { createRows, type KeyColumns, type RowColumns } from '../../substrates/key-value-store/key-value-store.ts';

/** Appends row `row` of a table to `to`, which must have room. */
function append(to: RowColumns, from: RowColumns, row: number): void {
  const at = to.count++;
  to.tweetIdLo[at] = from.tweetIdLo[row] as number;
  to.tweetIdHi[at] = from.tweetIdHi[row] as number;
  to.hourStartMs[at] = from.hourStartMs[row] as number;
  to.counter[at] = from.counter[row] as number;
  to.fingerprint[at] = from.fingerprint[row] as number;
}

/** The rows for which `wanted` says so, in their order. */
export function rowsWhere(table: RowColumns, wanted: (row: number) => boolean): RowColumns {
  const kept = createRows(table.count);
  for (let row = 0; row < table.count; row++) if (wanted(row)) append(kept, table, row);
  return kept;
}

/** All rows of both tables, one after another. */
export function concatenated(first: RowColumns, second: RowColumns): RowColumns {
  const all = createRows(first.count + second.count);
  for (const table of [first, second]) for (let row = 0; row < table.count; row++) append(all, table, row);
  return all;
}

/** The rows of `over` that count something, and those of `base` whose keys are not among them. */
export function overlaid(base: RowColumns, over: RowColumns): RowColumns {
  const counting = rowsWhere(over, (row) => !isZero(over, row));
  const known = indexOf(counting);
  return concatenated(
    rowsWhere(base, (row) => !known.has(keyOf(base, row))),
    counting,
  );
}

/** Keys whose counters differ; a key without a row counts 0. */
export function keysThatDiffer(a: RowColumns, b: RowColumns): number {
  const inB = indexOf(b);
  let differ = 0;
  for (let row = 0; row < a.count; row++) {
    const key = keyOf(a, row);
    const other = inB.get(key);
    inB.delete(key);
    const isSame =
      other === undefined
        ? isZero(a, row)
        : a.counter[row] === b.counter[other] && a.fingerprint[row] === b.fingerprint[other];
    if (!isSame) differ++;
  }
  for (const row of inB.values()) if (!isZero(b, row)) differ++;
  return differ;
}

function isZero(table: RowColumns, row: number): boolean {
  return table.counter[row] === 0 && table.fingerprint[row] === 0;
}

function indexOf(table: RowColumns): Map<string, number> {
  const index = new Map<string, number>();
  for (let row = 0; row < table.count; row++) index.set(keyOf(table, row), row);
  return index;
}

function keyOf(keys: KeyColumns, row: number): string {
  return `${keys.tweetIdHi[row]} ${keys.tweetIdLo[row]} ${keys.hourStartMs[row]}`;
}
