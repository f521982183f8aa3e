import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fingerprintKey, fingerprintOf, hourStartOf } from '../../generators/impression.ts';
import { tally } from '../../generators/oracle.ts';
import { SyntheticStream } from '../../generators/synthetic-stream.ts';
import { TweetPrefixes } from '../../generators/tweet-prefixes.ts';
import { sampleTweets } from '../../generators/tweet-sample.ts';
import { type ListedImpression, ListSource } from './list-source.ts';
import { rowsOf } from './rows-of.ts';

const HOUR = 10;
const fingerprint = (partition: number, sequence: number) =>
  fingerprintOf(fingerprintKey(partition, sequence), sequence);
const sumOf = (partition: number, sequences: readonly number[]) =>
  sequences.reduce((sum, sequence) => (sum + fingerprint(partition, sequence)) | 0, 0);
const tweet = (id: bigint, partition = 0) => ({
  partition,
  tweetIdLo: Number(id & 0xffffffffn),
  tweetIdHi: Number(id >> 32n),
});

describe('tweet prefixes', () => {
  // Two tweets that share a low lane; tweet 7 has hours 0 and 10, out of order.
  const SAME_LANE = 7n + (1n << 32n);
  const at = (tweetId: bigint, eventTimeMs: number): ListedImpression => ({ tweetId, eventTimeMs });
  const list = [at(7n, 1), at(SAME_LANE, 2), at(7n, 11), at(7n, 9), at(8n, 30), at(7n, 5), at(7n, 12)];
  const source = new ListSource(HOUR, [list]);
  const tweets = [tweet(7n), tweet(SAME_LANE), tweet(99n)];

  test('match each prefix of a tweet’s hour in the order of the log, and its last sequence', () => {
    const prefixes = new TweetPrefixes(source, tweets);
    expect(prefixes.match(0, 0, 1, sumOf(0, [0]))).toMatchObject({ length: 1, lastSequence: 0 });
    expect(prefixes.match(0, 0, 2, sumOf(0, [0, 3]))).toMatchObject({ length: 2, lastSequence: 3 });
    expect(prefixes.match(0, 0, 3, sumOf(0, [0, 3, 5]))).toMatchObject({ length: 3, lastSequence: 5 });
    expect(prefixes.match(0, 10, 2, sumOf(0, [2, 6]))).toMatchObject({ length: 2, lastSequence: 6 });
    expect(prefixes.match(1, 0, 1, sumOf(0, [1]))).toMatchObject({ length: 1, lastSequence: 1 });
    expect(prefixes.match(0, 0, 2, sumOf(0, [0, 3]) >>> 0)).toMatchObject({ length: 2 });
  });

  test('match nothing as the empty prefix of any key', () => {
    const prefixes = new TweetPrefixes(source, tweets);
    for (const [key, hour] of [
      [0, 0],
      [0, 20],
      [2, 0],
      [5, 0],
    ] as const) {
      expect(prefixes.match(key, hour, 0, 0)).toEqual({ length: 0, lastSequence: -1, arrivalMs: -Infinity });
    }
  });

  test('match no subset that is not a prefix, no other hour or tweet, and no count that there cannot be', () => {
    const prefixes = new TweetPrefixes(source, tweets);
    const none = [
      prefixes.match(0, 0, 2, sumOf(0, [0, 5])),
      prefixes.match(0, 0, 1, sumOf(0, [3])),
      prefixes.match(0, 0, 4, sumOf(0, [0, 3, 5, 5])),
      prefixes.match(0, 0, 0, sumOf(0, [0])),
      prefixes.match(0, 10, 1, sumOf(0, [0])),
      prefixes.match(0, 20, 1, sumOf(0, [0])),
      prefixes.match(1, 0, 1, sumOf(0, [0])),
      prefixes.match(2, 0, 1, sumOf(0, [0])),
      prefixes.match(0, 0, -1, 0),
      prefixes.match(0, 0, 1.5, 0),
      prefixes.match(9, 0, 1, 0),
    ];
    expect(none).toEqual(none.map(() => undefined));
  });

  test('leave out what came too late by the watermark, tested before each event', () => {
    // After the event at 30 the watermark is 28: hour 0 is gone at 10 + 4, hour 10 at 24.
    const prefixes = new TweetPrefixes(source, tweets, { drop: { maxOutOfOrderMs: 2, allowedLatenessMs: 4 } });
    expect(prefixes.match(0, 0, 2, sumOf(0, [0, 3]))).toMatchObject({ lastSequence: 3 });
    expect(prefixes.match(0, 0, 3, sumOf(0, [0, 3, 5]))).toBeUndefined();
    expect(prefixes.match(0, 10, 1, sumOf(0, [2]))).toMatchObject({ lastSequence: 2 });
    expect(prefixes.match(0, 10, 2, sumOf(0, [2, 6]))).toBeUndefined();
    // A watermark of exactly hour end + allowed lateness drops: 30 - 2 = 10 + 18; one more lets pass.
    const edge = (allowedLatenessMs: number) =>
      new TweetPrefixes(source, tweets, { drop: { maxOutOfOrderMs: 2, allowedLatenessMs } });
    expect(edge(18).match(0, 0, 3, sumOf(0, [0, 3, 5]))).toBeUndefined();
    expect(edge(19).match(0, 0, 3, sumOf(0, [0, 3, 5]))).toBeDefined();
  });

  test('go by what the log holds, duplicates included, and when it came', () => {
    const spans = [
      [
        { firstSequence: 0, count: 2, arrivalMs: 100 },
        { firstSequence: 0, count: 1, arrivalMs: 110 },
        { firstSequence: 2, count: 5, arrivalMs: 120 },
      ],
    ];
    const prefixes = new TweetPrefixes(source, tweets, { spans });
    expect(prefixes.match(0, 0, 2, sumOf(0, [0, 0]))).toEqual({ length: 2, lastSequence: 0, arrivalMs: 110 });
    expect(prefixes.match(0, 0, 4, sumOf(0, [0, 0, 3, 5]))).toEqual({ length: 4, lastSequence: 5, arrivalMs: 120 });
    expect(prefixes.match(0, 0, 3, sumOf(0, [0, 3, 5]))).toBeUndefined();
    expect([99, 100, 109, 110, 120].map((ms) => prefixes.arrivedBy(0, 0, ms))).toEqual([0, 1, 1, 2, 4]);
    expect(prefixes.arrivedBy(2, 0, 1000)).toBe(0);
  });

  test('are refused for spans of another number of partitions', () => {
    expect(() => new TweetPrefixes(source, tweets, { spans: [] })).toThrow('spans are for 0 partitions');
  });

  test('visit every impression with its own fingerprint', () => {
    const seen: unknown[] = [];
    new TweetPrefixes(source, tweets).forEachImpression(0, (hour, _arrivalMs, mark) => seen.push([hour, mark]));
    expect(seen).toEqual(
      [0, 3, 5].map((s) => [0, fingerprint(0, s)]).concat([2, 6].map((s) => [10, fingerprint(0, s)])),
    );
  });

  test('match just what brute force finds, in any log', () => {
    const impression = fc.record({ tweetId: fc.bigInt(1n, 3n), eventTimeMs: fc.integer({ min: 0, max: 45 }) });
    const drop = fc.option(
      fc.record({
        maxOutOfOrderMs: fc.integer({ min: 0, max: 12 }),
        allowedLatenessMs: fc.integer({ min: 0, max: 12 }),
      }),
      { nil: undefined },
    );
    fc.assert(
      fc.property(fc.array(impression, { maxLength: 60 }), drop, (rows, rule) => {
        const prefixes = new TweetPrefixes(
          new ListSource(HOUR, [[], rows]),
          [1n, 2n, 3n].map((id) => tweet(id, 1)),
          {
            ...(rule === undefined ? {} : { drop: rule }),
          },
        );
        const held = new Map<string, number[]>();
        rows.forEach(({ tweetId, eventTimeMs }, sequence) => {
          const hour = hourStartOf(eventTimeMs, HOUR);
          const before = rows.slice(0, sequence).map((row) => row.eventTimeMs);
          const wm = Math.max(-Infinity, ...before) - (rule?.maxOutOfOrderMs ?? 0);
          if (rule !== undefined && hour + HOUR + rule.allowedLatenessMs <= wm) return;
          const key = `${tweetId} ${hour}`;
          held.set(key, [...(held.get(key) ?? []), sequence]);
        });
        for (const [key, sequences] of held) {
          const [id, hour] = key.split(' ').map(Number) as [number, number];
          for (let k = 1; k <= sequences.length; k++) {
            const found = prefixes.match(id - 1, hour, k, sumOf(1, sequences.slice(0, k)));
            expect(found).toMatchObject({ length: k, lastSequence: sequences[k - 1] });
            expect(prefixes.match(id - 1, hour, k, sumOf(1, sequences.slice(0, k)) + 1)).toBeUndefined();
          }
          expect(prefixes.match(id - 1, hour, sequences.length + 1, sumOf(1, sequences))).toBeUndefined();
        }
      }),
    );
  });
});

describe('a sample of tweets', () => {
  const stream = new SyntheticStream({
    seed: 3,
    partitions: 2,
    ratePerSecond: 100_000,
    hourMs: 1000,
    hours: 3,
    startMs: 10_000,
    outOfOrderFraction: 0.05,
    maxOutOfOrderMs: 30,
    lateFraction: 0.02,
    maxLateMs: 400,
  });
  const sample = sampleTweets(stream, { seed: 1, perPartition: 16 });
  const truth = tally(stream, { labelling: { by: 'event-time' } });

  test('has hot, middling and rare tweets of each partition, each once and no canary', () => {
    for (const partition of [0, 1]) {
      const own = sample.filter((entry) => entry.partition === partition);
      const kinds = own.map(({ popularity }) => popularity);
      expect(['hot', 'middle', 'tail'].map((kind) => kinds.filter((of) => of === kind).length)).toEqual([6, 5, 5]);
      const canary = stream.canaries[partition];
      expect(own.some(({ tweetIdHi }) => tweetIdHi === canary?.tweetIdHi)).toBe(false);
    }
    expect(new Set(sample.map(({ tweetIdLo, tweetIdHi }) => `${tweetIdLo} ${tweetIdHi}`)).size).toBe(32);
  });

  test('has the hottest tweet, and hot ones are hotter than rare ones', () => {
    const totals = new Map<string, number>();
    for (const { lo, hi } of rowsOf(stream, 0)) totals.set(`${lo} ${hi}`, (totals.get(`${lo} ${hi}`) ?? 0) + 1);
    const canary = stream.canaries[0];
    totals.delete(`${canary?.tweetIdLo} ${canary?.tweetIdHi}`);
    const totalOf = (kind: string) =>
      sample
        .filter(({ partition, popularity }) => partition === 0 && popularity === kind)
        .map(({ tweetIdLo, tweetIdHi }) => totals.get(`${tweetIdLo} ${tweetIdHi}`) ?? 0);
    expect(Math.max(...totalOf('hot'))).toBe(Math.max(...totals.values()));
    expect(Math.min(...totalOf('hot'))).toBeGreaterThan(Math.max(...totalOf('tail')));
  });

  test('knows hours in which its tweets occur, by the time from which that is so', () => {
    for (const { tweetIdLo, tweetIdHi, hours } of sample) {
      expect(hours.length).toBeGreaterThan(0);
      for (const { hourStartMs } of hours)
        expect(truth.find(tweetIdLo, tweetIdHi, hourStartMs)).toBeGreaterThanOrEqual(0);
      expect([...hours].sort((a, b) => a.fromMs - b.fromMs)).toEqual(hours);
    }
  });

  test('is the same for the same seed, and another for another', () => {
    expect(sampleTweets(stream, { seed: 1, perPartition: 16 })).toEqual(sample);
    expect(sampleTweets(stream, { seed: 2, perPartition: 16 })).not.toEqual(sample);
  });

  test('holds what there is where a partition has fewer tweets or none', () => {
    const list = (ids: bigint[]) => ids.map((tweetId) => ({ tweetId, eventTimeMs: 0 }));
    const source = new ListSource(HOUR, [list([1n, 1n, 2n]), []]);
    expect(sampleTweets(source, { seed: 1, perPartition: 16 }).map(({ tweetIdLo }) => tweetIdLo)).toEqual([1, 2]);
  });

  test('has prefixes whose whole is what the oracle counts, with the rule of lateness and without', () => {
    for (const drop of [undefined, { maxOutOfOrderMs: 30, allowedLatenessMs: 50 }]) {
      const options = drop === undefined ? {} : { drop };
      const { rows, find, lateDroppedEvents } = tally(stream, { labelling: { by: 'event-time', ...options } });
      expect(lateDroppedEvents > 0).toBe(drop !== undefined);
      const prefixes = new TweetPrefixes(stream, sample, options);
      let events = 0;
      sample.forEach(({ tweetIdLo, tweetIdHi }, i) => {
        for (const hourStartMs of [9000, 10_000, 11_000, 12_000]) {
          const row = find(tweetIdLo, tweetIdHi, hourStartMs);
          if (row < 0) continue;
          const count = rows.counter[row] as number;
          events += count;
          expect(prefixes.match(i, hourStartMs, count, rows.fingerprint[row] as number)?.length).toBe(count);
          expect(prefixes.arrivedBy(i, hourStartMs, stream.endMs)).toBe(count);
        }
      });
      expect(events).toBeGreaterThan(10_000);
    }
  });
});
