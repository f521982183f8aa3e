import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  createBlock,
  fingerprintKey,
  fingerprintOf,
  hourStartOf,
  partitionOf,
  sliceBlock,
} from '../../generators/impression.ts';

describe('the impression record', () => {
  test('an hour starts at a multiple of its length, and holds its start but not its end', () => {
    expect(hourStartOf(0, 5000)).toBe(0);
    expect(hourStartOf(4999.9, 5000)).toBe(0);
    expect(hourStartOf(5000, 5000)).toBe(5000);
    expect(hourStartOf(1_700_000_003_599, 3_600_000)).toBe(1_699_999_200_000);
  });

  test('the partition is the low lane, unsigned, modulo the number of partitions', () => {
    expect(partitionOf(7, 4)).toBe(3);
    expect(partitionOf(-1, 4)).toBe(3);
    expect(partitionOf(0xffffffff, 10)).toBe(5);
  });

  test('a fingerprint has 15 bits and a sign, and both signs occur', () => {
    const seen = Array.from({ length: 1000 }, (_, sequence) => fingerprintOf(fingerprintKey(0, sequence), sequence));
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(-(2 ** 14));
    expect(Math.max(...seen)).toBeLessThan(2 ** 14);
    expect(seen.some((value) => value < 0) && seen.some((value) => value > 0)).toBe(true);
  });

  test('the key of fingerprints is the same within 2^32 sequences and another beyond', () => {
    expect(fingerprintKey(3, 2 ** 32 - 1)).toBe(fingerprintKey(3, 0));
    expect(fingerprintKey(3, 2 ** 32)).not.toBe(fingerprintKey(3, 0));
    expect(fingerprintKey(2, 0)).not.toBe(fingerprintKey(3, 0));
  });

  test('a slice is the same rows under the same identities, with exact bounds', () => {
    const times = fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(times, fc.nat(), fc.nat(), (eventTimesMs, a, b) => {
        const rows = eventTimesMs.length;
        const from = a % rows;
        const to = from + 1 + (b % (rows - from));
        const block = createBlock(1, 100);
        block.firstSequence = 1000;
        block.count = rows;
        block.minEventTimeMs = Math.min(...eventTimesMs);
        block.maxEventTimeMs = Math.max(...eventTimesMs);
        block.tweetIdLo.set(eventTimesMs.map((_, row) => row * row));
        block.eventTimeDeltaMs.set(eventTimesMs.map((time) => time - block.minEventTimeMs));
        const slice = sliceBlock(block, from, to);
        const wanted = eventTimesMs.slice(from, to);
        expect(slice).toMatchObject({ partition: 1, firstSequence: 1000 + from, count: to - from });
        expect([...slice.tweetIdLo]).toEqual(wanted.map((_, row) => (from + row) ** 2));
        expect([...slice.eventTimeDeltaMs].map((delta) => slice.minEventTimeMs + delta)).toEqual(wanted);
        expect([slice.minEventTimeMs, slice.maxEventTimeMs]).toEqual([Math.min(...wanted), Math.max(...wanted)]);
      }),
    );
  });
});
