/** Rows of a source as plain objects, for tests that compare them one by one. */
import { createBlock, MAX_BLOCK_ROWS } from '../../generators/impression.ts';
import type { ImpressionSource } from '../../generators/impression-source.ts';

export interface PlainRow {
  sequence: number;
  lo: number;
  hi: number;
  eventTimeMs: number;
}

export function rowsOf(
  source: ImpressionSource,
  partition: number,
  first = 0,
  end = source.length(partition),
): PlainRow[] {
  const block = createBlock(partition);
  const rows: PlainRow[] = [];
  for (let from = first; from < end; from += MAX_BLOCK_ROWS) {
    source.fill(block, partition, from, Math.min(MAX_BLOCK_ROWS, end - from));
    for (let row = 0; row < block.count; row++) {
      rows.push({
        sequence: block.firstSequence + row,
        lo: block.tweetIdLo[row] as number,
        hi: block.tweetIdHi[row] as number,
        eventTimeMs: block.minEventTimeMs + (block.eventTimeDeltaMs[row] as number),
      });
    }
  }
  return rows;
}

/** The id of a row as one value. */
export function idOf(row: PlainRow): bigint {
  return (BigInt(row.hi) << 32n) | BigInt(row.lo);
}
