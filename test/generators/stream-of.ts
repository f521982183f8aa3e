/** Small synthetic streams, by default two partitions at 100 k/s for three hours of 500 ms, and arbitrary ones. */
import fc from 'fast-check';
import { SyntheticStream, type SyntheticStreamOptions } from '../../generators/synthetic-stream.ts';

export const START_MS = 1_700_000_000_000;

export function streamOf(options: Partial<SyntheticStreamOptions> = {}): SyntheticStream {
  return new SyntheticStream({
    seed: 7,
    partitions: 2,
    ratePerSecond: 100_000,
    hourMs: 500,
    hours: 3,
    startMs: START_MS,
    maxOutOfOrderMs: 40,
    ...options,
  });
}

export const smallOptions: fc.Arbitrary<Partial<SyntheticStreamOptions>> = fc.record({
  seed: fc.maxSafeInteger(),
  partitions: fc.integer({ min: 1, max: 5 }),
  ratePerSecond: fc.integer({ min: 500, max: 100_000 }),
  hourMs: fc.constantFrom(50, 100, 250),
  hours: fc.integer({ min: 1, max: 4 }),
  skew: fc.constantFrom<SyntheticStreamOptions['skew']>({ kind: 'uniform' }, { kind: 'zipf', exponent: 1.2 }),
  turnover: fc.double({ min: 0, max: 1, noNaN: true }),
  outOfOrderFraction: fc.constantFrom(0, 0.01, 0.3, 0.6),
  maxOutOfOrderMs: fc.constantFrom(0, 1, 20, 700),
  lateFraction: fc.constantFrom(0, 0.1, 0.4),
  maxLateMs: fc.constantFrom(1, 300),
});
