import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createBlock, partitionOf } from '../../generators/impression.ts';
import { openStream } from '../../generators/open-stream.ts';
import { TraceError } from '../../generators/trace-file.ts';
import { prepareTrace, type TracePreparation, TraceStream } from '../../generators/trace-stream.ts';
import { rowsOf } from './rows-of.ts';

let directory = '';
let next = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'omegabench-trace-stream-'));
});
afterAll(() => rm(directory, { recursive: true }));

type Event = [string, number];

async function prepare(events: readonly Event[], preparation: Partial<TracePreparation> = {}) {
  const name = join(directory, String(next++));
  await writeFile(`${name}.csv`, events.map(([id, time]) => `"${id.replaceAll('"', '""')}",${time}\n`).join(''));
  return prepareTrace(`${name}.csv`, join(name, 'columns'), { partitions: 2, hourMs: 1000, ...preparation });
}

const open = async (events: readonly Event[], preparation: Partial<TracePreparation> = {}) =>
  new TraceStream(await prepare(events, preparation));

/** Ids in order of first sight: cat 1, dog 2, bird 3. */
const EVENTS: Event[] = [
  ['cat', 5000],
  ['dog', 5100],
  ['cat', 4900],
  ['bird', 5400],
  ['cat', 5300],
];

describe('a trace as a stream', () => {
  test('numbers its tweets from 1 in order of first sight, and keeps file order and event times', async () => {
    const stream = await open(EVENTS);
    const plain = (partition: number) => rowsOf(stream, partition).map((row) => [row.lo, row.hi, row.eventTimeMs]);
    expect(plain(0)).toEqual([[2, 0, 5100]]);
    expect(plain(1)).toEqual([
      [1, 0, 5000],
      [1, 0, 4900],
      [3, 0, 5400],
      [1, 0, 5300],
    ]);
    expect(stream.totalImpressions).toBe(5);
    expect([stream.length(0), stream.length(1)]).toEqual([1, 4]);
  });

  test('spells its tweets as the trace does, and knows no others', async () => {
    const stream = await open(EVENTS);
    expect([1, 2, 3].map((id) => stream.spell(id, 0))).toEqual(['cat', 'dog', 'bird']);
    expect(() => stream.spell(4, 0)).toThrow(/no tweet/);
    expect(() => stream.spell(0, 0)).toThrow(/no tweet/);
    expect(() => stream.spell(1, 1)).toThrow(/no tweet/);
  });

  test('arrives at its own pace: when the running maximum of event time is reached', async () => {
    const stream = await open(EVENTS);
    expect(stream.startMs).toBe(5000);
    expect(stream.scheduledArrivalMs(0, 0)).toBe(5100);
    expect([0, 1, 2, 3].map((sequence) => stream.scheduledArrivalMs(1, sequence))).toEqual([5000, 5100, 5400, 5400]);
    expect(stream.endMs).toBe(5401);
  });

  test('arrives twice as fast at speed 2', async () => {
    const stream = await open(EVENTS, { speed: 2 });
    expect([0, 1, 2, 3].map((sequence) => stream.scheduledArrivalMs(1, sequence))).toEqual([5000, 5050, 5200, 5200]);
  });

  test('arrives by the line of the file at a rate', async () => {
    const stream = await open(EVENTS, { ratePerSecond: 100 });
    expect(stream.scheduledArrivalMs(0, 0)).toBe(5010);
    expect([0, 1, 2, 3].map((sequence) => stream.scheduledArrivalMs(1, sequence))).toEqual([5000, 5020, 5030, 5040]);
  });

  test('has due what is scheduled at or before a time', async () => {
    const stream = await open(EVENTS);
    expect([4999, 5000, 5100, 5399, 5400, Infinity].map((time) => stream.dueBy(1, time))).toEqual([0, 1, 2, 2, 4, 4]);
  });

  test('has the busiest tweet of each partition as canary, with the event times of its own impressions', async () => {
    const [dog, cat] = (await open(EVENTS)).canaries;
    expect(dog).toMatchObject({ partition: 0, tweetIdLo: 2, tweetIdHi: 0, length: 1 });
    expect(cat).toMatchObject({ partition: 1, tweetIdLo: 1, tweetIdHi: 0, length: 3 });
    expect([0, 1, 2].map((k) => cat?.sequenceOf(k))).toEqual([0, 1, 3]);
    expect([0, 1, 2].map((k) => cat?.eventTimeMsOf(k))).toEqual([5000, 4900, 5300]);
    expect(() => cat?.sequenceOf(3)).toThrow(/no canary impression 3 of 3/);
  });

  test('has a canary that nobody reads in a partition without impressions', async () => {
    const stream = await open([['only', 5]]);
    expect(stream.length(0)).toBe(0);
    expect(stream.canaries[0]).toMatchObject({ partition: 0, length: 0 });
    expect(partitionOf(stream.canaries[0]?.tweetIdLo ?? -1, 2)).toBe(0);
    expect(stream.canaries[0]?.tweetIdHi).not.toBe(0);
    expect(stream.dueBy(0, Infinity)).toBe(0);
  });

  test('gives back every impression of any trace, each in the partition of its tweet', async () => {
    const events = fc.array(fc.tuple(fc.string({ minLength: 1, unit: 'grapheme' }), fc.nat(100_000)), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(events, fc.integer({ min: 1, max: 4 }), async (list, partitions) => {
        const stream = await open(list, { partitions });
        const seen = new Map<string, Event[]>();
        for (const [id, time] of list) seen.set(id, [...(seen.get(id) ?? []), [id, time]]);
        for (let partition = 0; partition < partitions; partition++) {
          for (const row of rowsOf(stream, partition)) {
            expect(partitionOf(row.lo, partitions)).toBe(partition);
            expect([stream.spell(row.lo, row.hi), row.eventTimeMs]).toEqual(
              seen.get(stream.spell(row.lo, row.hi))?.shift(),
            );
          }
        }
        expect([...seen.values()].every((rest) => rest.length === 0)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('never arrives before it happened at its own pace, and never goes back', async () => {
    const times = fc.array(fc.nat(10_000), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(times, async (list) => {
        const stream = await open(
          list.map((time) => ['x', time]),
          { partitions: 1 },
        );
        let beforeMs = stream.startMs;
        for (const row of rowsOf(stream, 0)) {
          const arrivalMs = stream.scheduledArrivalMs(0, row.sequence);
          expect(arrivalMs).toBeGreaterThanOrEqual(Math.max(beforeMs, row.eventTimeMs));
          expect(arrivalMs).toBeLessThan(stream.endMs);
          beforeMs = arrivalMs;
        }
      }),
      { numRuns: 40 },
    );
  });

  test('fills blocks with exact bounds, and refuses rows that it does not have', async () => {
    const stream = await open(EVENTS);
    const block = createBlock(1, 4);
    stream.fill(block, 1, 1, 2);
    expect(block).toMatchObject({ firstSequence: 1, count: 2, minEventTimeMs: 4900, maxEventTimeMs: 5400 });
    expect([...block.eventTimeDeltaMs.subarray(0, 2)]).toEqual([0, 500]);
    expect(() => stream.fill(block, 1, 3, 2)).toThrow('sequences [3, 5): it has 4');
    expect(() => stream.length(2)).toThrow(/no partition 2 of 2/);
  });

  test('is opened again from its description as JSON', async () => {
    const stream = await open(EVENTS, { speed: 3 });
    const again = await openStream(JSON.parse(JSON.stringify(stream.description)));
    expect(again.description).toEqual(stream.description);
    expect(rowsOf(again, 1)).toEqual(rowsOf(stream, 1));
    expect(again.spell(3, 0)).toBe('bird');
  });

  test('holds more tweets and rows than the writers buffer', async () => {
    const events = Array.from({ length: 50_000 }, (_, i): Event => [`tweet-${i % 40_000}`, 1000 + i]);
    const stream = await open(events, { partitions: 1 });
    const rows = rowsOf(stream, 0);
    expect(rows.length).toBe(50_000);
    expect(
      rows.every((row, i) => stream.spell(row.lo, row.hi) === events[i]?.[0] && row.eventTimeMs === 1000 + i),
    ).toBe(true);
  });
});

describe('preparing a trace', () => {
  test('refuses event times that one block cannot hold, with the line', async () => {
    const apart = 2 ** 32;
    await expect(
      prepare(
        [
          ['a', 0],
          ['a', apart - 1],
        ],
        { partitions: 1 },
      ),
    ).resolves.toMatchObject({ totalImpressions: 2 });
    const error = await prepare(
      [
        ['a', 0],
        ['a', apart],
      ],
      { partitions: 1 },
    ).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TraceError);
    expect((error as TraceError).line).toBe(2);
    expect((error as TraceError).message).toMatch(/within 49\.7 days/);
  });

  test('refuses a speed with a rate, and numbers that make no sense', async () => {
    await expect(prepare(EVENTS, { speed: 1, ratePerSecond: 5 })).rejects.toThrow(/one of the two, not both/);
    await expect(prepare(EVENTS, { speed: 0 })).rejects.toThrow(/speed is 0/);
    await expect(prepare(EVENTS, { ratePerSecond: -1 })).rejects.toThrow(/ratePerSecond is -1/);
    await expect(prepare(EVENTS, { partitions: 0 })).rejects.toThrow(/partitions is 0/);
    await expect(prepare(EVENTS, { hourMs: 0.5 })).rejects.toThrow(/hourMs is 0\.5/);
  });
});
