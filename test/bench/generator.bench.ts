/**
 * The rate of the synthetic stream alone, on one core: impressions per second of `fill` over whole blocks, all
 * partitions in turn, at the talk's 1 M/s and hours of 5 s (139 K distinct tweets an hour over 4 partitions).
 */
import { createBlock, MAX_BLOCK_ROWS } from '../../generators/impression.ts';
import { type Skew, SyntheticStream } from '../../generators/synthetic-stream.ts';
import { type Clock, MonotonicClock } from '../../substrates/clock.ts';

const PARTITIONS = 4;

/**
 * Impressions per second with Zipf(1.0) and with uniform popularity; the better of `rounds` passes over 10 M
 * impressions each.
 */
export function generatorRates(
  clock: Clock = MonotonicClock.readingNow(0),
  rounds = 3,
): { zipf: number; uniform: number } {
  return {
    zipf: rateOf({ kind: 'zipf', exponent: 1 }, clock, rounds),
    uniform: rateOf({ kind: 'uniform' }, clock, rounds),
  };
}

function rateOf(skew: Skew, clock: Clock, rounds: number): number {
  const stream = new SyntheticStream({
    seed: 1,
    partitions: PARTITIONS,
    ratePerSecond: 1e6,
    hourMs: 5000,
    hours: 2,
    startMs: 0,
    skew,
    maxOutOfOrderMs: 100,
  });
  const block = createBlock(0);
  let best = 0;
  for (let round = 0; round < rounds; round++) {
    const startedMs = clock.nowMs();
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const length = stream.length(partition);
      for (let first = 0; first < length; first += MAX_BLOCK_ROWS) {
        stream.fill(block, partition, first, Math.min(MAX_BLOCK_ROWS, length - first));
      }
    }
    best = Math.max(best, (stream.totalImpressions * 1000) / (clock.nowMs() - startedMs));
  }
  return best;
}
