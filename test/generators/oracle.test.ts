import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fingerprintKey, fingerprintOf } from '../../generators/impression.ts';
import type { ImpressionSource } from '../../generators/impression-source.ts';
import { type ArrivalSpan, type Labelling, type Tally, tally } from '../../generators/oracle.ts';
import { SyntheticStream } from '../../generators/synthetic-stream.ts';
import { ListSource } from './list-source.ts';
import { idOf, type PlainRow, rowsOf } from './rows-of.ts';

const HOUR_MS = 100;

interface LoggedRow extends PlainRow {
  arrivalMs: number;
}

interface Truth {
  counts: Map<string, { count: number; fingerprint: number }>;
  refused: number[];
}

/** The rules of DESIGN.md section 3 and of the batch job, event by event on plain objects. */
function bruteForce(logs: readonly (readonly LoggedRow[])[], labelling: Labelling): Truth {
  const counts = new Map<string, { count: number; fingerprint: number }>();
  const refused = logs.map(() => 0);
  logs.forEach((log, partition) => {
    log.forEach((event, place) => {
      const timeMs = labelling.by === 'arrival-time' ? event.arrivalMs : event.eventTimeMs;
      const hourStartMs = Math.floor(timeMs / HOUR_MS) * HOUR_MS;
      const hourEndMs = hourStartMs + HOUR_MS;
      let counted = true;
      if (labelling.by === 'event-time' && labelling.drop !== undefined && place > 0) {
        const watermark =
          Math.max(...log.slice(0, place).map((one) => one.eventTimeMs)) - labelling.drop.maxOutOfOrderMs;
        counted = !(hourEndMs + labelling.drop.allowedLatenessMs <= watermark);
      }
      if (labelling.by === 'event-time-before-cut-off') counted = event.arrivalMs < hourEndMs + labelling.cutOffMs;
      if (!counted) {
        refused[partition] = (refused[partition] ?? 0) + 1;
        return;
      }
      const key = `${hourStartMs}/${idOf(event)}`;
      const before = counts.get(key) ?? { count: 0, fingerprint: 0 };
      const fingerprint = fingerprintOf(fingerprintKey(partition, event.sequence), event.sequence);
      counts.set(key, { count: before.count + 1, fingerprint: (before.fingerprint + fingerprint) | 0 });
    });
  });
  return { counts, refused };
}

function countsOf(result: Tally): Truth['counts'] {
  const counts: Truth['counts'] = new Map();
  const { rows } = result;
  for (let row = 0; row < rows.count; row++) {
    const id = (BigInt(rows.tweetIdHi[row] as number) << 32n) | BigInt(rows.tweetIdLo[row] as number);
    counts.set(`${rows.hourStartMs[row]}/${id}`, {
      count: rows.counter[row] as number,
      fingerprint: rows.fingerprint[row] as number,
    });
  }
  expect(counts.size).toBe(rows.count);
  return counts;
}

function logOf(source: ImpressionSource, partition: number, spans: readonly ArrivalSpan[], upTo: number): LoggedRow[] {
  const log = spans.flatMap(({ firstSequence, count, arrivalMs }) =>
    rowsOf(source, partition, firstSequence, firstSequence + count).map((row) => ({ ...row, arrivalMs })),
  );
  return log.slice(0, upTo);
}

const streams = fc
  .record({
    seed: fc.nat(),
    partitions: fc.integer({ min: 1, max: 3 }),
    ratePerSecond: fc.integer({ min: 500, max: 5000 }),
    hours: fc.integer({ min: 1, max: 4 }),
    turnover: fc.constantFrom(0, 0.5, 1),
    outOfOrderFraction: fc.constantFrom(0, 0.2),
    maxOutOfOrderMs: fc.constantFrom(5, 60),
    lateFraction: fc.constantFrom(0, 0.3),
  })
  .map((options) => new SyntheticStream({ ...options, hourMs: HOUR_MS, startMs: 5 * HOUR_MS, maxLateMs: 250 }));

/** Logs with gaps, repeats and arrival times between and across hours. */
const cuts = fc.array(
  fc.record({ from: fc.nat(), count: fc.nat(60), waitMs: fc.double({ min: 0, max: 80, noNaN: true }) }),
  {
    maxLength: 12,
  },
);

function spansOf(
  source: ImpressionSource,
  wanted: readonly { from: number; count: number; waitMs: number }[],
): ArrivalSpan[][] {
  return Array.from({ length: source.partitions }, (_, partition) => {
    let arrivalMs = source.startMs;
    return wanted.map(({ from, count, waitMs }) => {
      const firstSequence = (from + partition) % source.length(partition);
      arrivalMs += waitMs;
      return { firstSequence, count: Math.min(count, source.length(partition) - firstSequence), arrivalMs };
    });
  });
}

describe('the oracle against plain counting, event by event', () => {
  const drops = fc.option(fc.record({ maxOutOfOrderMs: fc.nat(80), allowedLatenessMs: fc.nat(120) }), {
    nil: undefined,
  });

  test('agrees on whole streams by event time, with and without dropping', () => {
    fc.assert(
      fc.property(streams, drops, (source, drop) => {
        const labelling: Labelling = drop === undefined ? { by: 'event-time' } : { by: 'event-time', drop };
        const logs = source.canaries.map(({ partition }) =>
          rowsOf(source, partition).map((row) => ({ ...row, arrivalMs: 0 })),
        );
        const truth = bruteForce(logs, labelling);
        const result = tally(source, { labelling });
        expect(countsOf(result)).toEqual(truth.counts);
        expect(result.lateDroppedByPartition).toEqual(truth.refused);
        expect(result.events + result.lateDroppedEvents).toBe(source.totalImpressions);
      }),
      { numRuns: 60 },
    );
  });

  test('agrees on prefixes of logs with repeats, by every labelling', () => {
    const labellings = fc.oneof(
      drops.map((drop) => (drop === undefined ? { by: 'event-time' as const } : { by: 'event-time' as const, drop })),
      fc.constant({ by: 'arrival-time' as const }),
      fc.nat(150).map((cutOffMs) => ({ by: 'event-time-before-cut-off' as const, cutOffMs })),
    );
    fc.assert(
      fc.property(
        streams,
        cuts,
        labellings,
        fc.array(fc.nat(400), { minLength: 3, maxLength: 3 }),
        (source, wanted, by, ends) => {
          const spans = spansOf(source, wanted);
          const upTo = ends.slice(0, source.partitions);
          const logs = spans.map((list, partition) => logOf(source, partition, list, upTo[partition] ?? 0));
          const labelling: Labelling = by.by === 'event-time' ? by : { ...by, spans };
          const truth = bruteForce(logs, labelling);
          const result = tally(source, { labelling, upTo, spans });
          expect(countsOf(result)).toEqual(truth.counts);
          const zeros = spans.map(() => 0);
          expect(result.lateDroppedByPartition).toEqual(by.by === 'event-time' ? truth.refused : zeros);
          expect(result.afterCutOffByPartition).toEqual(by.by === 'event-time-before-cut-off' ? truth.refused : zeros);
          expect(result.events + result.lateDroppedEvents + result.afterCutOffEvents).toBe(logs.flat().length);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('counts a prefix by sequence where no log is given', () => {
    const source = new ListSource(HOUR_MS, [
      [1n, 1n, 2n].map((tweetId) => ({ tweetId, eventTimeMs: 5 })),
      [3n, 3n].map((tweetId) => ({ tweetId, eventTimeMs: 5 })),
    ]);
    const result = tally(source, { labelling: { by: 'event-time' }, upTo: [2, 0] });
    expect([...countsOf(result)].map(([key, { count }]) => [key, count])).toEqual([['0/1', 2]]);
  });
});

describe('rows of a tally', () => {
  const id = (hi: bigint, lo: bigint) => (hi << 32n) | lo;
  const source = new ListSource(HOUR_MS, [
    [
      { tweetId: id(2n, 1n), eventTimeMs: 150 },
      { tweetId: id(1n, 0xffffffffn), eventTimeMs: 150 },
      { tweetId: id(0xffffffffn, 0n), eventTimeMs: 50 },
      { tweetId: id(1n, 7n), eventTimeMs: 199 },
      { tweetId: id(2n, 1n), eventTimeMs: 100 },
    ],
  ]);
  const result = tally(source, { labelling: { by: 'event-time' } });

  test('are sorted by hour, then by id as an unsigned number', () => {
    expect([...result.rows.hourStartMs]).toEqual([0, 100, 100, 100]);
    expect([...result.rows.tweetIdHi]).toEqual([0xffffffff, 1, 1, 2]);
    expect([...result.rows.tweetIdLo]).toEqual([0, 7, 0xffffffff, 1]);
    expect([...result.rows.counter]).toEqual([1, 1, 1, 2]);
  });

  test('are found by their key, and others are not', () => {
    for (let row = 0; row < result.rows.count; row++) {
      const { tweetIdLo, tweetIdHi, hourStartMs } = result.rows;
      expect(result.find(tweetIdLo[row] as number, tweetIdHi[row] as number, hourStartMs[row] as number)).toBe(row);
    }
    expect(result.find(1, 2, 0)).toBe(-1);
    expect(result.find(2, 2, 100)).toBe(-1);
    expect(result.find(0, 0, 200)).toBe(-1);
  });

  test('hold the sum of the fingerprints of their impressions', () => {
    const sum = fingerprintOf(fingerprintKey(0, 0), 0) + fingerprintOf(fingerprintKey(0, 4), 4);
    expect(result.rows.fingerprint[result.find(1, 2, 100)]).toBe(sum);
  });
});

describe('the rule of lateness, by hand', () => {
  // Hours of 1000 ms, bound 100 ms, allowed lateness 50 ms: hour [0, 1000) is closed to an event once a time of 1150
  // is before it.
  const drop = { maxOutOfOrderMs: 100, allowedLatenessMs: 50 };
  const droppedOf = (...lists: number[][]) => {
    const source = new ListSource(
      1000,
      lists.map((times) => times.map((eventTimeMs) => ({ tweetId: 1n, eventTimeMs }))),
    );
    return tally(source, { labelling: { by: 'event-time', drop } }).lateDroppedByPartition;
  };

  test('keeps an event while the watermark is below the end of its hour and the lateness, and drops it at that', () => {
    expect(droppedOf([1149, 950])).toEqual([0]);
    expect(droppedOf([1150, 950])).toEqual([1]);
    expect(droppedOf([1150, 1000])).toEqual([0]);
  });

  test('does not count the event itself, nor events after it', () => {
    expect(droppedOf([950, 1150])).toEqual([0]);
    expect(droppedOf([5000])).toEqual([0]);
  });

  test('remembers the greatest time, not the last, and goes on from block to block', () => {
    expect(droppedOf([1150, 1010, 950, 1020, 940])).toEqual([2]);
    expect(droppedOf([1150, ...new Array<number>(5000).fill(1000), 999])).toEqual([1]);
  });

  test('is each partition on its own', () => {
    expect(droppedOf([1150, 950], [950, 950], [3000, 950, 1899])).toEqual([1, 0, 2]);
  });
});

describe('labels by arrival, by hand', () => {
  const source = new ListSource(1000, [[990, 995, 1005].map((eventTimeMs) => ({ tweetId: 9n, eventTimeMs }))]);
  const span = (firstSequence: number, count: number, arrivalMs: number): ArrivalSpan => ({
    firstSequence,
    count,
    arrivalMs,
  });
  const counted = (labelling: Labelling) =>
    [...countsOf(tally(source, { labelling }))].map(([key, { count }]) => [key, count]);

  test('put an event into the hour in which it arrived', () => {
    const spans = [[span(0, 1, 999.9), span(1, 2, 1000)]];
    expect(counted({ by: 'arrival-time', spans })).toEqual([
      ['0/9', 1],
      ['1000/9', 2],
    ]);
  });

  test('count an event twice that is in the log twice', () => {
    expect(counted({ by: 'arrival-time', spans: [[span(0, 3, 10), span(1, 2, 20)]] })).toEqual([['0/9', 5]]);
  });

  test('lose what comes at or after the cut-off of its hour', () => {
    const spans = [[span(0, 1, 1019.9), span(1, 1, 1020), span(2, 1, 1020)]];
    const labelling: Labelling = { by: 'event-time-before-cut-off', cutOffMs: 20, spans };
    expect(counted(labelling)).toEqual([
      ['0/9', 1],
      ['1000/9', 1],
    ]);
    expect(tally(source, { labelling }).afterCutOffEvents).toBe(1);
  });

  test('are refused without spans for every partition', () => {
    expect(() => tally(source, { labelling: { by: 'arrival-time', spans: [] } })).toThrow(/spans is for 0 partitions/);
    expect(() => tally(source, { labelling: { by: 'event-time' }, upTo: [1, 2] })).toThrow(/upTo is for 2 partitions/);
  });
});
