/**
 * What a store has counted in all, where rows are saved before they are deleted: those that it holds and those that are
 * gone.
 *
 * A worker may have died after it saved a row and before it deleted it: the store then still has at least what was
 * saved, and the saved row is no other count. What is counted anew after a deletion is less, unless all of the hour is
 * replayed, which leaves no more trace than if it had been deleted once more.
 */
import type { RowColumns } from '../../substrates/key-value-store/key-value-store.ts';
import { sumRows } from './sum-rows.ts';

/** One row for each key of the two tables, which have each key once. */
export function heldAndDeleted(held: RowColumns, deleted: RowColumns): RowColumns {
  const counterOf = new Map<string, number>();
  for (let row = 0; row < held.count; row++) counterOf.set(keyOf(held, row), held.counter[row] as number);
  const gone = Array.from({ length: deleted.count }, (_, row) => row).filter(
    (row) => (counterOf.get(keyOf(deleted, row)) ?? 0) < (deleted.counter[row] as number),
  );
  const rows: RowColumns = {
    count: gone.length,
    tweetIdLo: Uint32Array.from(gone, (row) => deleted.tweetIdLo[row] as number),
    tweetIdHi: Uint32Array.from(gone, (row) => deleted.tweetIdHi[row] as number),
    hourStartMs: Float64Array.from(gone, (row) => deleted.hourStartMs[row] as number),
    counter: Uint32Array.from(gone, (row) => deleted.counter[row] as number),
    fingerprint: Int32Array.from(gone, (row) => deleted.fingerprint[row] as number),
  };
  return sumRows([{ rows: held }, { rows }]);
}

function keyOf(rows: RowColumns, row: number): string {
  return `${rows.hourStartMs[row]} ${rows.tweetIdHi[row]} ${rows.tweetIdLo[row]}`;
}
