import { describe, expect, test } from '@jest/globals';
import { findArchitecture } from '../../../architectures/registry.ts';
import { FreshnessTracker } from '../../../harness/measure/freshness.ts';
import { ProbeLog } from '../../../harness/measure/probe-log.ts';
import type { Sample } from '../../../harness/run/live-act.ts';
import {
  type ActRecord,
  definedOnly,
  freshnessOf,
  lagOf,
  queryLatencyOf,
  reflectedPerSecond,
  storeLoadsOf,
  timelineOf,
} from '../../../harness/run/live-figures.ts';
import type { Declaration } from '../../../substrates/declaration.ts';
import type { StoreCounts } from '../../../substrates/key-value-store/key-value-store.ts';
import { TinySource } from '../../support/tiny-source.ts';

const HOUR = 2000;
const RATE = 1000;
/** One impression a millisecond for four hours. */
const source = new TinySource({ partitions: 1, length: 4 * HOUR, intervalMs: 1, startMs: 10_000, hourMs: HOUR });
const { startMs, endMs } = source;
const second = { fromMs: startMs + 2 * HOUR, toMs: endMs };

const declarationOf = (name: string) => findArchitecture(name) as Declaration;
const countsOf = (commands: number): StoreCounts => ({
  commands,
  roundTrips: commands / 10,
  reads: 0,
  writes: commands,
});

/** A sample each 100 ms, of which an architecture shows `reflected` of the events that were offered by then. */
function actOf(
  reflected: (elapsedMs: number, offered: number) => number,
  stores: (offered: number) => Sample['status']['stores'] = () => ({}),
): ActRecord {
  const samples: Sample[] = [];
  for (let atMs = startMs - 300; atMs <= endMs; atMs += 100) {
    const elapsedMs = Math.max(0, atMs - startMs);
    const offeredEvents = (elapsedMs * RATE) / 1000;
    const reflectedEvents = Math.max(0, Math.floor(reflected(elapsedMs, offeredEvents)));
    const storedEvents = { serving: reflectedEvents, speed: reflectedEvents };
    const partition = { partition: 0, offset: reflectedEvents, reflectedEvents, storedEvents };
    const status = {
      atMs,
      partitions: [{ ...partition, lateDroppedEvents: 0, drained: false }],
      stores: stores(reflectedEvents),
      checkpoints: { count: 0, bytes: 0, longestPauseMs: 0 },
      stateBytes: 0,
    };
    samples.push({ atMs, offeredEvents, status });
  }
  return { source, samples, tracker: new FreshnessTracker(1, startMs), prober: { log: new ProbeLog() } };
}

/** Everything of the hours that were over 50 ms ago. */
const byHour = (elapsedMs: number) => Math.floor(Math.max(0, elapsedMs - 50) / HOUR) * HOUR;

describe('whether an architecture keeps up', () => {
  test('beta does: the saw-tooth of its hours is no trend', () => {
    const lag = lagOf(actOf(byHour), declarationOf('beta'), second);
    expect(lag.sustained).toBe(true);
  });

  test('beta does whichever sample its hours become visible in', () => {
    for (let delayMs = 0; delayMs < 400; delayMs += 10) {
      const act = actOf((elapsedMs) => Math.floor(Math.max(0, elapsedMs - delayMs) / HOUR) * HOUR);
      // Half of the time an hour comes a sample later than the one before.
      const jittered = actOf(
        (elapsedMs) => Math.floor(Math.max(0, elapsedMs - delayMs - (elapsedMs > 3 * HOUR ? 100 : 0)) / HOUR) * HOUR,
      );
      expect([act, jittered].map((one) => lagOf(one, declarationOf('beta'), second).sustained)).toEqual([true, true]);
    }
  });

  test('beta does not when each hour comes half an hour later than the one before', () => {
    const late = (elapsedMs: number) => Math.floor((Math.max(0, elapsedMs - 50) * 2) / 3 / HOUR) * HOUR;
    expect(lagOf(actOf(late), declarationOf('beta'), second).sustained).toBe(false);
  });

  test('batch does not when nothing ever appears', () => {
    expect(
      lagOf(
        actOf(() => 0),
        declarationOf('batch'),
        second,
      ).sustained,
    ).toBe(false);
  });

  test('alpha does not when it shows nine of ten events', () => {
    const lag = lagOf(
      actOf((_elapsedMs, offered) => 0.9 * offered),
      declarationOf('alpha'),
      second,
    );
    expect(lag).toMatchObject({ state: 'measured', sustained: false });
    if (lag.state === 'measured') expect(lag.slopeEventsPerSecond).toBeCloseTo(0.1 * RATE, 6);
  });

  test('alpha does when it is a constant 50 events behind', () => {
    const lag = lagOf(
      actOf((_elapsedMs, offered) => offered - 50),
      declarationOf('alpha'),
      second,
    );
    expect(lag).toMatchObject({ state: 'measured', sustained: true, lagAtEndEvents: 50 });
  });

  test('cannot be told from a few samples', () => {
    const short = { fromMs: endMs - 500, toMs: endMs };
    expect(lagOf(actOf(byHour), declarationOf('beta'), short)).toMatchObject({ state: 'not-measured' });
  });
});

test('the reflected rate is the growth over the span', () => {
  expect(
    reflectedPerSecond(
      actOf((_elapsedMs, offered) => 0.4 * offered),
      second,
    ),
  ).toBeCloseTo(400, 6);
  expect(
    reflectedPerSecond(
      actOf(() => 5),
      second,
    ),
  ).toBe(0);
  expect(
    reflectedPerSecond(
      actOf(() => 5),
      { fromMs: endMs + 1, toMs: endMs + 2 },
    ),
  ).toBe(0);
});

describe('the load of a store', () => {
  test('is counted per second of the span and per event since the beginning', () => {
    // Two commands for each of the first 5,000 events, none after.
    const serving = (events: number) => countsOf(2 * Math.min(5000, events));
    const act = actOf(
      (_elapsedMs, offered) => offered,
      (events) => ({ serving: serving(events) }),
    );
    const loads = storeLoadsOf(act, declarationOf('alpha'), second, 0.03);
    expect(loads.serving).toMatchObject({ commandsPerSecond: 500, roundTripsPerSecond: 50, readsPerSecond: 0 });
    expect(loads.serving).toMatchObject({ commandsPerEvent: 1.25, expectedCommandsPerEvent: 1 });
    expect(loads.serving?.peakCommandsPerSecond).toBeCloseTo(2000, 6);
    expect(loads.speed).toBeUndefined();
  });

  test('of lambda is kept apart by store', () => {
    const act = actOf(
      (_elapsedMs, offered) => offered,
      (events) => ({ serving: countsOf(events / 20), speed: countsOf(events) }),
    );
    const loads = storeLoadsOf(act, declarationOf('lambda'), second, 0.05);
    expect(loads.serving).toMatchObject({ commandsPerSecond: 50, commandsPerEvent: 0.05 });
    expect(loads.speed).toMatchObject({ commandsPerSecond: 1000, commandsPerEvent: 1, expectedCommandsPerEvent: 1 });
  });

  test('of omega-prime is none', () => {
    expect(storeLoadsOf(actOf(byHour), declarationOf('omega-prime'), second, 0.03)).toEqual({});
  });

  test('is 0 an event while no event is stored', () => {
    const act = actOf(
      () => 0,
      () => ({ serving: countsOf(0) }),
    );
    expect(storeLoadsOf(act, declarationOf('alpha'), second, undefined).serving).toMatchObject({ commandsPerEvent: 0 });
  });
});

describe('the timeline', () => {
  test('holds a row for each sample of the stream, in milliseconds from its start', () => {
    const act = actOf(
      (_elapsedMs, offered) => offered / 2,
      (events) => ({ serving: countsOf(2 * events) }),
    );
    const timeline = timelineOf(act, [{ kind: 'phase', label: 'control', fromMs: 0, toMs: 5 }]);
    expect(timeline.atMs.slice(0, 3)).toEqual([0, 100, 200]);
    expect(timeline.atMs).toHaveLength(81);
    expect(timeline.offeredEvents?.slice(0, 3)).toEqual([0, 100, 200]);
    expect(timeline.reflectedEvents?.slice(0, 3)).toEqual([0, 50, 100]);
    // 50 events and so 100 commands in 100 ms; nothing is known before the first sample.
    expect(timeline.servingCommandsPerSecond?.slice(0, 3)).toEqual([null, 1000, 1000]);
    expect(timeline.speedCommandsPerSecond).toBeUndefined();
    expect(timeline.marks).toEqual([{ kind: 'phase', label: 'control', fromMs: 0, toMs: 5 }]);
  });

  test('has the availability and the unexplained answers of the second that holds each step', () => {
    const act = actOf(byHour);
    const probe = (afterMs: number, answeredPartitions: number) => ({
      intendedMs: startMs + afterMs,
      sentMs: startMs + afterMs,
      atMs: startMs + afterMs,
      outcome: 'answered' as const,
      partitions: 2,
      answeredPartitions,
      wrongPartitions: 0,
    });
    const log = new ProbeLog();
    for (const [afterMs, answered] of [
      [50, 2],
      [1200, 1],
      [1999, 2],
      [3000, 0],
    ] as const)
      log.add(probe(afterMs, answered));
    const answer = { tweet: 0, hourStartMs: 0, counter: 1, fingerprint: 1 };
    const bad = [1100, 1999, 3050].map((afterMs, i) => ({
      ...answer,
      atMs: startMs + afterMs,
      kind: i === 2 ? ('ahead' as const) : ('unexplained' as const),
    }));
    const counts = {
      explained: 0,
      empty: 0,
      unexplained: 2,
      ahead: 1,
      keys: 1,
      keysUnexplainedAtEnd: 0,
      regressions: 0,
    };
    const { availability, unexplainedAnswersPerSecond } = timelineOf({ ...act, prober: { log } }, [], {
      ...counts,
      bad,
    });
    const seconds = (column: readonly (number | null)[] | undefined) => [0, 9, 10, 19, 20, 30].map((i) => column?.[i]);
    expect(seconds(availability)).toEqual([1, 1, 0.75, 0.75, null, 0]);
    expect(seconds(unexplainedAnswersPerSecond)).toEqual([0, 0, 2, 2, 0, 0]);
    expect(timelineOf(act, []).unexplainedAnswersPerSecond).toBeUndefined();
  });

  test('has the age at the newest probe of each step, and a gap where there was none', () => {
    const act = actOf(byHour);
    const probe = (atMs: number, ageMs: number) =>
      act.tracker.record({ intendedMs: startMs + atMs, atMs: startMs + atMs, reachMs: [startMs + atMs - ageMs] });
    probe(110, 10);
    probe(190, 30.26);
    probe(400, 5);
    expect(timelineOf(act, []).freshnessMs.slice(0, 6)).toEqual([null, null, 30.3, null, 5, null]);
  });
});

describe('ages and latencies of a span', () => {
  test('are those of its probes', () => {
    const act = actOf(byHour);
    for (let atMs = 0; atMs < 1000; atMs += 50) {
      const probe = { intendedMs: startMs + atMs, sentMs: startMs + atMs, atMs: startMs + atMs + 2 };
      act.prober.log.add({ ...probe, outcome: 'answered', partitions: 1, answeredPartitions: 1, wrongPartitions: 0 });
      act.tracker.record({ intendedMs: probe.intendedMs, atMs: probe.atMs, reachMs: [probe.atMs - 25] });
    }
    const span = { fromMs: startMs, toMs: startMs + 1000 };
    expect(freshnessOf(act, span)?.p50).toBeCloseTo(25, 6);
    expect(queryLatencyOf(act, span)?.p99).toBeCloseTo(2, 1);
    const later = { fromMs: startMs + 2000, toMs: endMs };
    expect([freshnessOf(act, later), queryLatencyOf(act, later)]).toEqual([undefined, undefined]);
  });

  test('are none where every probe was refused', () => {
    const act = actOf(byHour);
    const probe = { intendedMs: startMs, sentMs: startMs, atMs: startMs + 2, partitions: 1 };
    act.prober.log.add({ ...probe, outcome: 'refused', answeredPartitions: 0, wrongPartitions: 0 });
    expect(queryLatencyOf(act, { fromMs: startMs, toMs: endMs })).toBeUndefined();
  });
});

test('figures that do not exist are left out', () => {
  expect(definedOnly({ a: 0, b: undefined, c: 'x' })).toEqual({ a: 0, c: 'x' });
});
