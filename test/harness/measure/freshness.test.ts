import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FreshnessTracker } from '../../../harness/measure/freshness.ts';

/** A tracker that took the given [intendedMs, atMs, reach of each partition...]. */
function tracked(...probes: [number, number, ...(number | undefined)[]][]): FreshnessTracker {
  const tracker = new FreshnessTracker((probes[0] as unknown[]).length - 2, 0);
  for (const [intendedMs, atMs, ...reachMs] of probes) tracker.record({ intendedMs, atMs, reachMs });
  return tracker;
}

describe('the age of answers', () => {
  test('is the time of the reply less the event time that it reaches', () => {
    const tracker = tracked([100, 100, 90], [200, 200, 170], [300, 300, 295]);
    expect(tracker.timeline()).toEqual({ atMs: [100, 200, 300], ageMs: [10, 30, 5] });
  });

  test('is that of the worst partition', () => {
    expect(tracked([100, 100, 90, 20]).timeline().ageMs).toEqual([80]);
  });

  test('counts from the start of the stream until a partition is answered for the first time', () => {
    expect(tracked([100, 100, 90, undefined]).timeline().ageMs).toEqual([100]);
  });

  test('is weighted by wall time, not by probe', () => {
    // 90 ms at age 5 in one probe, 10 ms at age 50 in ten.
    const tracker = tracked([0, 0, -5], [90, 90, 85]);
    for (let atMs = 91; atMs <= 100; atMs++) tracker.record({ intendedMs: atMs, atMs, reachMs: [atMs - 50] });
    expect(tracker.figures(0, 100)).toMatchObject({ p50Ms: 5, p99Ms: 50, maxMs: 50, coveredMs: 100 });
  });

  test('goes on growing while probes are unanswered, from what the last answer reached', () => {
    // Age 10 until 1000; then nothing until 2000, which is 990 ms after the last event time that was reached.
    const tracker = tracked([0, 0, -10], [1000, 1000, 990], [1000, 2000, undefined], [2000, 2000, 1990]);
    const figures = tracker.figures(0, 2000);
    expect(figures?.maxMs).toBe(1010);
    expect(figures?.p50Ms).toBe(10);
    expect(tracker.timeline().ageMs).toEqual([10, 10, 1010, 10]);
    // Ages of the last second are spread evenly from 10 to 1010 ms; the slices round up by at most 1/64 of it.
    const median = tracker.figures(1000, 2000)?.p50Ms as number;
    expect(median).toBeGreaterThanOrEqual(510);
    expect(median).toBeLessThanOrEqual(510 + 1000 / 64);
  });

  test('grows while an answer is awaited, however fresh it is when it comes', () => {
    const tracker = tracked([0, 0, -10], [100, 100, 90], [200, 1200, 1195]);
    const figures = tracker.figures(0, 1200);
    expect(figures?.maxMs).toBe(1010);
    expect(tracker.timeline().ageMs).toEqual([10, 10, 5]);
  });

  test('is not raised by the gap between two quick answers', () => {
    const tracker = tracked([0, 1, -9], [100, 101, 91], [200, 201, 191]);
    // Each wait of 1 ms lets the answer of age 10 age by 1.
    expect(tracker.figures(0, 201)).toMatchObject({ p50Ms: 10, maxMs: 11, coveredMs: 200 });
  });

  test('goes on growing in the pause after an unanswered probe', () => {
    const tracker = tracked([0, 0, -10], [100, 100, 90], [100, 200, undefined], [300, 300, 290]);
    expect(tracker.figures(200, 300)?.maxMs).toBe(210);
  });

  test('grows evenly up to a probe that is unanswered, over the time before it was due as well', () => {
    const tracker = tracked([0, 0, -10], [100, 100, 90], [1100, 1200, undefined]);
    const figures = tracker.figures(100, 1200);
    expect(figures?.maxMs).toBe(1110);
    expect(figures?.p50Ms).toBeGreaterThanOrEqual(560);
    expect(figures?.p50Ms).toBeLessThanOrEqual(560 + 1100 / 64);
  });

  test('follows the partition that is unanswered while others are', () => {
    const tracker = tracked(
      [0, 0, -1, -1],
      [100, 100, 99, undefined],
      [200, 200, 199, undefined],
      [300, 300, 299, 299],
    );
    expect(tracker.timeline().ageMs).toEqual([1, 101, 201, 1]);
    expect(tracker.figures(0, 300)?.maxMs).toBe(301);
  });

  test('rises when a right answer reaches less far than before, which is a regression', () => {
    const tracker = tracked([50, 50, 40, 40], [100, 100, 90, 90], [200, 200, 60, 190], [300, 300, 290, 290]);
    expect(tracker.timeline().ageMs).toEqual([10, 10, 140, 10]);
    expect(tracker.figures(0, 301)?.regressions).toBe(1);
    expect(tracker.figures(0, 200)?.regressions).toBe(0);
    expect(tracker.figures(200, 201)?.regressions).toBe(1);
  });

  test('is told for a window alone', () => {
    const tracker = tracked([0, 0, -500], [1000, 1000, 500], [2000, 2000, 1995], [3000, 3000, 2995]);
    expect(tracker.figures(1000, 3000)).toEqual({ p50Ms: 5, p99Ms: 5, maxMs: 5, coveredMs: 2000, regressions: 0 });
    expect(tracker.figures(0, 1000)).toMatchObject({ p50Ms: 500 });
    expect(tracker.figures(1500, 1600)).toMatchObject({ coveredMs: 100 });
  });

  test('cut by a window in the middle of an outage starts as old as it was there', () => {
    const tracker = tracked([0, 0, 0], [0, 1000, undefined]);
    const figures = tracker.figures(600, 601);
    expect(figures?.maxMs).toBeCloseTo(601, 6);
  });

  test('is not known where no probe was', () => {
    expect(tracked([0, 0, 0], [10, 10, 10]).figures(10, 20)).toBeUndefined();
    expect(new FreshnessTracker(1, 0).figures(0, 20)).toBeUndefined();
  });

  test('refuses probes out of order and of another number of partitions', () => {
    const tracker = tracked([0, 10, 0]);
    expect(() => tracker.record({ intendedMs: 0, atMs: 9, reachMs: [0] })).toThrow('in the order of their replies');
    expect(() => tracker.record({ intendedMs: 0, atMs: 11, reachMs: [0, 0] })).toThrow(
      'answers 2 partitions, expected 1',
    );
  });

  test('has percentiles in order, within the window, for any probes', () => {
    const step = fc.record({
      gapMs: fc.nat({ max: 50 }),
      waitMs: fc.nat({ max: 200 }),
      reachAgoMs: fc.option(fc.nat({ max: 300 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 30 }), (steps) => {
        const tracker = new FreshnessTracker(1, 0);
        let nowMs = 0;
        for (const { gapMs, waitMs, reachAgoMs } of steps) {
          const intendedMs = nowMs + gapMs;
          nowMs = intendedMs + waitMs;
          const reachMs = reachAgoMs === undefined ? undefined : nowMs - reachAgoMs;
          tracker.record({ intendedMs, atMs: nowMs, reachMs: [reachMs] });
        }
        const figures = tracker.figures(0, nowMs);
        const first = (steps[0]?.gapMs ?? 0) + (steps[0]?.waitMs ?? 0);
        if (figures === undefined) return void expect(nowMs).toBe(first);
        expect(figures.coveredMs).toBeCloseTo(nowMs - first, 6);
        expect(figures.p50Ms).toBeLessThanOrEqual(figures.p99Ms);
        expect(figures.p99Ms).toBeLessThanOrEqual(figures.maxMs);
        expect(figures.p50Ms).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
