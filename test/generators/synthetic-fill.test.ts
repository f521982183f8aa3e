import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { partitionOf } from '../../generators/impression.ts';
import type { SyntheticStream } from '../../generators/synthetic-stream.ts';
import { idOf, rowsOf } from './rows-of.ts';
import { smallOptions, streamOf } from './stream-of.ts';

describe('event times of a synthetic stream', () => {
  const delaysOf = (stream: SyntheticStream, partition: number) =>
    rowsOf(stream, partition).map((row) => {
      const dueMs = Math.floor((row.sequence * stream.partitions * 1000) / 100_000);
      return { delay: dueMs - (row.eventTimeMs - stream.startMs), canary: row.hi >= 0x40000000, dueMs };
    });

  test('are the whole milliseconds of the schedule if nothing is delayed', () => {
    const delays = delaysOf(streamOf({ outOfOrderFraction: 0 }), 0);
    expect(delays.every(({ delay }) => delay === 0)).toBe(true);
    const bounded = delaysOf(streamOf({ outOfOrderFraction: 0.5, maxOutOfOrderMs: 0 }), 0);
    expect(bounded.every(({ delay }) => delay === 0)).toBe(true);
  });

  test('are out of order in the given share, by uniform delays from 1 ms to the bound', () => {
    const stream = streamOf({ hours: 4, outOfOrderFraction: 0.2, maxOutOfOrderMs: 40 });
    // In the first 40 ms delays may be clamped.
    const ordinary = delaysOf(stream, 1).filter(({ canary, dueMs }) => !canary && dueMs >= 40);
    const delayed = ordinary.filter(({ delay }) => delay > 0);
    const n = ordinary.length;
    expect(Math.abs(delayed.length - 0.2 * n)).toBeLessThan(5 * Math.sqrt(n * 0.2 * 0.8));
    const bins = new Array<number>(41).fill(0);
    for (const { delay } of delayed) bins[delay] = (bins[delay] ?? 0) + 1;
    expect(bins.length).toBe(41);
    expect(bins[0]).toBe(0);
    const expected = delayed.length / 40;
    const chiSquare = bins.slice(1).reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);
    // 39 degrees of freedom: 99.99 % of samples are below 80.
    expect(chiSquare).toBeLessThan(80);
  });

  test('are late in the given share, by delays above the bound', () => {
    const stream = streamOf({ hours: 4, outOfOrderFraction: 0.1, lateFraction: 0.05, maxLateMs: 60 });
    const ordinary = delaysOf(stream, 0).filter(({ canary, dueMs }) => !canary && dueMs >= 100);
    const n = ordinary.length;
    const late = ordinary.filter(({ delay }) => delay > 40);
    const outOfOrder = ordinary.filter(({ delay }) => delay > 0 && delay <= 40);
    expect(Math.abs(late.length - 0.05 * n)).toBeLessThan(5 * Math.sqrt(n * 0.05 * 0.95));
    expect(Math.abs(outOfOrder.length - 0.1 * n)).toBeLessThan(5 * Math.sqrt(n * 0.1 * 0.9));
    expect(Math.min(...late.map(({ delay }) => delay))).toBe(41);
    expect(Math.max(...late.map(({ delay }) => delay))).toBe(100);
  });

  test('never lie before the start, and are never delayed for a canary', () => {
    const stream = streamOf({ outOfOrderFraction: 0.5, lateFraction: 0.5, maxLateMs: 1000 });
    const delays = delaysOf(stream, 0);
    expect(delays.every(({ delay, dueMs }) => delay <= dueMs)).toBe(true);
    expect(delays.filter(({ canary }) => canary).every(({ delay }) => delay === 0)).toBe(true);
    expect(delays.filter(({ canary }) => !canary).every(({ delay, dueMs }) => delay > 0 || dueMs === 0)).toBe(true);
  });
});

describe('tweets of a synthetic stream', () => {
  const tweetsOf = (stream: SyntheticStream, partition: number) => {
    const canary = stream.canaries[partition]?.tweetIdHi;
    return rowsOf(stream, partition).filter((row) => row.hi !== canary);
  };
  const hourOf = (stream: SyntheticStream, timeMs: number) => Math.floor((timeMs - stream.startMs) / stream.hourMs);

  test('belong to their partition, are positive 64-bit integers, and are not the canary', () => {
    fc.assert(
      fc.property(smallOptions, (options) => {
        const stream = streamOf(options);
        for (let partition = 0; partition < stream.partitions; partition++) {
          const rows = rowsOf(stream, partition, 0, Math.min(2000, stream.length(partition)));
          expect(rows.every((row) => partitionOf(row.lo, stream.partitions) === partition)).toBe(true);
          expect(rows.every((row) => idOf(row) > 0n && idOf(row) < 2n ** 63n)).toBe(true);
        }
      }),
      { numRuns: 20 },
    );
  });

  test('are 36 impressions each in a whole hour, by Zipf and uniform', () => {
    for (const skew of [{ kind: 'zipf', exponent: 1 }, { kind: 'zipf', exponent: 0.7 }, { kind: 'uniform' }] as const) {
      const stream = streamOf({ ratePerSecond: 200_000, hourMs: 1000, hours: 1, skew });
      const tweets = [0, 1].flatMap((partition) => tweetsOf(stream, partition));
      const perTweet = tweets.length / new Set(tweets.map(idOf)).size;
      expect(Math.abs(perTweet / 36 - 1)).toBeLessThan(0.01);
    }
  });

  test('are drawn uniformly from all slots', () => {
    const stream = streamOf({ ratePerSecond: 400_000, hourMs: 1000, hours: 1, turnover: 0, skew: { kind: 'uniform' } });
    const counts = new Map<bigint, number>();
    const tweets = tweetsOf(stream, 0);
    for (const row of tweets) counts.set(idOf(row), (counts.get(idOf(row)) ?? 0) + 1);
    const slots = stream.slotsPerPartition;
    expect(counts.size).toBe(slots);
    const expected = tweets.length / slots;
    const chiSquare = [...counts.values()].reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);
    expect(Math.abs(chiSquare - (slots - 1))).toBeLessThan(5 * Math.sqrt(2 * (slots - 1)));
  });

  test('are drawn by Zipf: the ten greatest counts are those of the first ten ranks', () => {
    const stream = streamOf({ ratePerSecond: 400_000, hourMs: 1000, hours: 1, turnover: 0 });
    const counts = new Map<bigint, number>();
    const tweets = tweetsOf(stream, 0);
    for (const row of tweets) counts.set(idOf(row), (counts.get(idOf(row)) ?? 0) + 1);
    const greatest = [...counts.values()].sort((a, b) => b - a);
    let harmonic = 0;
    for (let rank = 1; rank <= stream.slotsPerPartition; rank++) harmonic += 1 / rank;
    for (let rank = 1; rank <= 10; rank++) {
      const expected = tweets.length / (rank * harmonic);
      expect(Math.abs((greatest[rank - 1] as number) - expected)).toBeLessThan(5 * Math.sqrt(expected));
    }
  });

  test('are replaced from hour to hour in the share of the turnover, and do not come back', () => {
    const stream = streamOf({
      ratePerSecond: 200_000,
      hourMs: 1000,
      hours: 3,
      turnover: 0.25,
      skew: { kind: 'uniform' },
    });
    const byHour = [new Set<bigint>(), new Set<bigint>(), new Set<bigint>()];
    for (const row of tweetsOf(stream, 0)) byHour[hourOf(stream, row.eventTimeMs)]?.add(idOf(row));
    const slots = stream.slotsPerPartition;
    for (let hour = 1; hour < 3; hour++) {
      const fresh = [...(byHour[hour] ?? [])].filter((id) => !byHour[hour - 1]?.has(id));
      expect(Math.abs(fresh.length - 0.25 * slots)).toBeLessThan(5 * Math.sqrt(slots * 0.25 * 0.75));
    }
    const gone = [...(byHour[0] ?? [])].filter((id) => !byHour[1]?.has(id));
    expect(gone.length).toBeGreaterThan(0);
    expect(gone.some((id) => byHour[2]?.has(id))).toBe(false);
  });

  test('never share an id: as many ids as slots and hours if every tweet is replaced each hour', () => {
    const stream = streamOf({ turnover: 1, outOfOrderFraction: 0, hours: 4, skew: { kind: 'uniform' } });
    const ids = new Set([0, 1].flatMap((partition) => tweetsOf(stream, partition)).map(idOf));
    expect(ids.size).toBe(2 * 4 * stream.slotsPerPartition);
  });

  test('stay for good without turnover', () => {
    const stream = streamOf({ turnover: 0, skew: { kind: 'uniform' } });
    const ids = new Set(tweetsOf(stream, 0).map(idOf));
    expect(ids.size).toBe(stream.slotsPerPartition);
  });

  test('are chosen in the hour of the event time, also when that is delayed into the hour before', () => {
    for (const skew of [{ kind: 'zipf', exponent: 1 }, { kind: 'uniform' }] as const) {
      // Every tweet lives for one hour.
      const stream = streamOf({ turnover: 1, outOfOrderFraction: 0.5, maxOutOfOrderMs: 600, skew });
      const hourOfTweet = new Map<bigint, number>();
      let delayedOverAnHour = 0;
      let strays = 0;
      for (const row of tweetsOf(stream, 0)) {
        const hour = hourOf(stream, row.eventTimeMs);
        if (hour !== hourOf(stream, stream.scheduledArrivalMs(0, row.sequence))) delayedOverAnHour++;
        if ((hourOfTweet.get(idOf(row)) ?? hour) !== hour) strays++;
        hourOfTweet.set(idOf(row), hour);
      }
      expect(strays).toBe(0);
      expect(delayedOverAnHour).toBeGreaterThan(1000);
    }
  });

  test('are spelt as decimal unsigned 64-bit integers', () => {
    expect(streamOf().spell(5, 1)).toBe('4294967301');
    expect(streamOf().spell(0xffffffff, 0xffffffff)).toBe('18446744073709551615');
  });
});
