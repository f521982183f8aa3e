import { describe, expect, test } from '@jest/globals';
import { CanaryPrefixes } from '../../generators/canary-prefixes.ts';
import { fingerprintKey, fingerprintOf } from '../../generators/impression.ts';
import { tally } from '../../generators/oracle.ts';
import { SyntheticStream } from '../../generators/synthetic-stream.ts';

const stream = new SyntheticStream({
  seed: 3,
  partitions: 2,
  ratePerSecond: 200_000,
  hourMs: 1000,
  hours: 3,
  startMs: 10_000,
  canaryIntervalMs: 1,
  maxOutOfOrderMs: 10,
});
const canary = stream.canaries[1];
if (canary === undefined) throw new Error('no canary');

/** Sum of the first k fingerprints of the canary of partition 1. */
function sumOf(k: number): number {
  let sum = 0;
  for (let i = 0; i < k; i++) {
    const sequence = canary?.sequenceOf(i) ?? 0;
    sum += fingerprintOf(fingerprintKey(1, sequence), sequence);
  }
  return sum;
}

describe('canary prefixes', () => {
  test('match every prefix with the event time of its last impression', () => {
    const prefixes = new CanaryPrefixes(stream, 1);
    // Beyond the first 1024 sums, and back.
    for (const k of [1, 2, 3, 1023, 1024, 1025, canary.length, 17]) {
      expect(prefixes.match(k, sumOf(k))).toEqual({ length: k, eventTimeMs: canary.eventTimeMsOf(k - 1) });
    }
    expect(canary.length).toBeGreaterThan(2500);
  });

  test('match nothing seen as the start of the stream', () => {
    expect(new CanaryPrefixes(stream, 1).match(0, 0)).toEqual({ length: 0, eventTimeMs: 10_000 });
  });

  test('match no other count or sum', () => {
    const prefixes = new CanaryPrefixes(stream, 1);
    expect(prefixes.match(0, 1)).toBeUndefined();
    expect(prefixes.match(5, sumOf(5) + 1)).toBeUndefined();
    expect(prefixes.match(6, sumOf(5))).toBeUndefined();
    expect(prefixes.match(-1, 0)).toBeUndefined();
    expect(prefixes.match(1.5, 0)).toBeUndefined();
    expect(prefixes.match(canary.length + 1, sumOf(canary.length))).toBeUndefined();
  });

  test('match a sum as signed and as unsigned 32 bits', () => {
    const k = Array.from({ length: 50 }, (_, i) => i).find((count) => sumOf(count) < 0) ?? 0;
    expect(k).toBeGreaterThan(0);
    expect(new CanaryPrefixes(stream, 1).match(k, sumOf(k) >>> 0)?.length).toBe(k);
  });

  test('match what the oracle counts for the canary over all hours of a prefix of the stream', () => {
    const upTo = [0, 150_001];
    const truth = tally(stream, { labelling: { by: 'event-time' }, upTo });
    let count = 0;
    let sum = 0;
    for (const hourStartMs of [10_000, 11_000, 12_000]) {
      const row = truth.find(canary.tweetIdLo, canary.tweetIdHi, hourStartMs);
      if (row < 0) continue;
      count += truth.rows.counter[row] as number;
      sum += truth.rows.fingerprint[row] as number;
    }
    // 100 impressions a millisecond and partition: 150,000 are 1,500 ms, and sequence 150,000 is a canary of its own.
    expect(new CanaryPrefixes(stream, 1).match(count, sum)?.eventTimeMs).toBe(11_500);
  });

  test('are refused for a partition that there is not', () => {
    expect(() => new CanaryPrefixes(stream, 2)).toThrow(/no partition 2 of 2/);
  });
});
