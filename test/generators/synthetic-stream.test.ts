import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createBlock, partitionOf } from '../../generators/impression.ts';
import { openStream } from '../../generators/open-stream.ts';
import type { SyntheticStream } from '../../generators/synthetic-stream.ts';
import { idOf, rowsOf } from './rows-of.ts';
import { START_MS, smallOptions, streamOf } from './stream-of.ts';

describe('a synthetic stream as a function of (seed, partition, sequence)', () => {
  test('gives the same rows in whatever slices it is read', () => {
    fc.assert(
      fc.property(
        smallOptions,
        fc.nat(4),
        fc.infiniteStream(fc.integer({ min: 1, max: 3000 })),
        (options, p, sizes) => {
          const stream = streamOf(options);
          const partition = p % stream.partitions;
          const end = Math.min(stream.length(partition), 10_000);
          const whole = rowsOf(stream, partition, 0, end);
          // Another stream, from slices, after it has been used for another partition.
          const other = streamOf(options);
          rowsOf(other, 0, 0, Math.min(50, end));
          const slices = [];
          for (let first = 0; first < end; ) {
            const size = Math.min(sizes.next().value as number, end - first);
            slices.push(...rowsOf(other, partition, first, first + size));
            first += size;
          }
          expect(slices).toEqual(whole);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('can be read backwards, and across 2^32 sequences of a partition', () => {
    const options = { partitions: 1, ratePerSecond: 1e6, hourMs: 100, hours: 43_000, startMs: 0 };
    const stream = streamOf(options);
    const first = 2 ** 32 - 2000;
    const whole = rowsOf(stream, 0, first, first + 4000);
    const upper = rowsOf(stream, 0, 2 ** 32, first + 4000);
    const lower = rowsOf(stream, 0, first, 2 ** 32);
    expect([...lower, ...upper]).toEqual(whole);
    // The second 2^32 sequences are not the first ones again.
    const begin = rowsOf(stream, 0, 0, 2000).map((row) => row.lo);
    expect(upper.map((row) => row.lo)).not.toEqual(begin);
  });

  test('gives other tweets for another seed and for another partition', () => {
    const ids = (stream: SyntheticStream, partition: number) =>
      rowsOf(stream, partition, 1, 90).map((row) => idOf(row));
    expect(ids(streamOf({ seed: 8 }), 0)).not.toEqual(ids(streamOf({ seed: 7 }), 0));
    const slots = (partition: number) => ids(streamOf(), partition).map((id) => (id & 0xffffffffn) >> 1n);
    expect(slots(1)).not.toEqual(slots(0));
  });

  test('is opened again from its description as JSON', async () => {
    const stream = streamOf({ skew: { kind: 'uniform' }, lateFraction: 0.1, maxLateMs: 10 });
    const again = await openStream(JSON.parse(JSON.stringify(stream.description)));
    expect(again.description).toEqual(stream.description);
    expect(rowsOf(again, 1, 5000, 9000)).toEqual(rowsOf(stream, 1, 5000, 9000));
  });

  test('states the exact least and greatest event time of a block', () => {
    fc.assert(
      fc.property(smallOptions, fc.nat(2000), fc.integer({ min: 1, max: 200 }), (options, at, size) => {
        const stream = streamOf(options);
        const first = at % stream.length(0);
        const count = Math.min(size, stream.length(0) - first);
        const block = createBlock(0, count);
        stream.fill(block, 0, first, count);
        const times = rowsOf(stream, 0, first, first + count).map((row) => row.eventTimeMs);
        expect(block.minEventTimeMs).toBe(Math.min(...times));
        expect(block.maxEventTimeMs).toBe(Math.max(...times));
        expect(Math.min(...block.eventTimeDeltaMs)).toBe(0);
      }),
    );
  });

  test('refuses rows that it does not have', () => {
    const stream = streamOf();
    const length = stream.length(0);
    const block = createBlock(0);
    expect(() => stream.fill(block, 0, length - 1, 2)).toThrow(
      `sequences [${length - 1}, ${length + 1}): it has ${length}`,
    );
    expect(() => stream.fill(block, 0, -1, 2)).toThrow(RangeError);
    expect(() => stream.fill(block, 2, 0, 2)).toThrow('no partition 2 of 2');
    stream.fill(block, 0, length, 0);
    expect(block.count).toBe(0);
  });
});

describe('the schedule of a synthetic stream', () => {
  test('has rate × time impressions, split evenly, from its start to the end of its last hour', () => {
    const stream = streamOf();
    expect(stream.totalImpressions).toBe(150_000);
    expect(stream.length(0)).toBe(75_000);
    expect(stream.length(1)).toBe(75_000);
    expect(stream.startMs).toBe(START_MS);
    expect(stream.endMs).toBe(START_MS + 1500);
    expect(stream.scheduledArrivalMs(0, 0)).toBe(START_MS);
    expect(stream.scheduledArrivalMs(1, 50)).toBe(START_MS + 1);
    expect(stream.scheduledArrivalMs(0, 74_999)).toBeLessThan(stream.endMs);
  });

  test('has due what is scheduled, none before the start and all at the end', () => {
    const stream = streamOf();
    expect(stream.dueBy(0, START_MS - 0.1)).toBe(0);
    expect(stream.dueBy(0, START_MS)).toBe(1);
    expect(stream.dueBy(0, START_MS + 10)).toBe(501);
    expect(stream.dueBy(0, stream.endMs)).toBe(75_000);
    expect(stream.dueBy(0, Infinity)).toBe(75_000);
    for (const sequence of [0, 1, 777, 74_999]) {
      expect(stream.dueBy(0, stream.scheduledArrivalMs(0, sequence))).toBe(sequence + 1);
    }
  });
});

describe('canaries of a synthetic stream', () => {
  test('are in the rows exactly where the closed form says, at those times', () => {
    fc.assert(
      fc.property(smallOptions, (options) => {
        const stream = streamOf(options);
        for (const canary of stream.canaries) {
          const rows = rowsOf(stream, canary.partition).filter(
            (row) => row.lo === canary.tweetIdLo && row.hi === canary.tweetIdHi,
          );
          expect(rows.map((row) => row.sequence)).toEqual(rows.map((_, k) => canary.sequenceOf(k)));
          expect(rows.map((row) => row.eventTimeMs)).toEqual(rows.map((_, k) => canary.eventTimeMsOf(k)));
          expect(canary.length).toBe(rows.length);
          expect(partitionOf(canary.tweetIdLo, stream.partitions)).toBe(canary.partition);
        }
      }),
      { numRuns: 20 },
    );
  });

  test('are at most 1 % of the impressions and never due in the last 50 ms of an hour', () => {
    const stream = streamOf({ hourMs: 5000, hours: 2 });
    const canary = stream.canaries[0];
    if (canary === undefined) throw new Error('no canary');
    expect(canary.length).toBeGreaterThan(900);
    expect(canary.length).toBeLessThanOrEqual(stream.length(0) / 100);
    for (let k = 0; k < canary.length; k++) expect(canary.eventTimeMsOf(k) % 5000).toBeLessThan(4950);
  });
});
