/** Counts how disordered a stream is, from the stream alone. */
import { createBlock, MAX_BLOCK_ROWS } from '../../../generators/impression.ts';
import type { SyntheticStream } from '../../../generators/synthetic-stream.ts';

export interface Delays {
  /** Impressions with an event time before one that came earlier. */
  outOfOrderEvents: number;
  /** Of these, by more than the bound on disorder. */
  lateEvents: number;
}

export function countDelays(source: SyntheticStream): Delays {
  const { maxOutOfOrderMs } = source.description as { maxOutOfOrderMs: number };
  const delays = { outOfOrderEvents: 0, lateEvents: 0 };
  for (let partition = 0; partition < source.partitions; partition++) {
    const block = createBlock(partition);
    let greatestMs = Number.NEGATIVE_INFINITY;
    for (let first = 0; first < source.length(partition); first += MAX_BLOCK_ROWS) {
      source.fill(block, partition, first, Math.min(MAX_BLOCK_ROWS, source.length(partition) - first));
      for (let row = 0; row < block.count; row++) {
        const timeMs = block.minEventTimeMs + (block.eventTimeDeltaMs[row] as number);
        if (timeMs < greatestMs) delays.outOfOrderEvents += 1;
        if (timeMs < greatestMs - maxOutOfOrderMs) delays.lateEvents += 1;
        greatestMs = Math.max(greatestMs, timeMs);
      }
    }
  }
  return delays;
}
