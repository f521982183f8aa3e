/** Rows by shard, for stores that have several. */
import { createRows, type KeyColumns, type RowColumns } from '../key-value-store.ts';
import { shardOf } from './key-space.ts';

/** Row numbers for each shard, in order. */
export function rowsByShard(keys: KeyColumns, shards: number): number[][] {
  const rows = Array.from({ length: shards }, (): number[] => []);
  for (let row = 0; row < keys.count; row++) {
    const shard = shards === 1 ? 0 : shardOf(keys.tweetIdLo[row] as number, keys.tweetIdHi[row] as number, shards);
    rows[shard]?.push(row);
  }
  return rows;
}

/** The given rows of a batch as columns of their own; keys without values get zeros. */
export function selectRows(from: KeyColumns & Partial<RowColumns>, rows: readonly number[]): RowColumns {
  const selected = createRows(rows.length);
  selected.count = rows.length;
  rows.forEach((row, to) => {
    selected.tweetIdLo[to] = from.tweetIdLo[row] as number;
    selected.tweetIdHi[to] = from.tweetIdHi[row] as number;
    selected.hourStartMs[to] = from.hourStartMs[row] as number;
    selected.counter[to] = from.counter?.[row] ?? 0;
    selected.fingerprint[to] = from.fingerprint?.[row] ?? 0;
  });
  return selected;
}
