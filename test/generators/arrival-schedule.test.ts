import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ArrivalSchedule } from '../../generators/arrival-schedule.ts';

const schedules = fc
  .record({
    startMs: fc.integer({ min: 0, max: 1_800_000_000_000 }),
    partitions: fc.integer({ min: 1, max: 16 }),
    ratePerSecond: fc.oneof(fc.integer({ min: 1, max: 5_000_000 }), fc.double({ min: 0.5, max: 1e6, noNaN: true })),
  })
  .map(({ startMs, partitions, ratePerSecond }) => new ArrivalSchedule(startMs, partitions, ratePerSecond));

describe('the open-loop schedule', () => {
  test('spaces the impressions of a partition by partitions / rate seconds', () => {
    const schedule = new ArrivalSchedule(60_000, 4, 1000);
    expect([0, 1, 2, 250].map((sequence) => schedule.arrivalMs(sequence))).toEqual([60_000, 60_004, 60_008, 61_000]);
  });

  test('has as many due by a time as are scheduled at or before it', () => {
    fc.assert(
      fc.property(schedules, fc.nat(1_000_000), fc.double({ min: -5, max: 5, noNaN: true }), (schedule, near, off) => {
        const timeMs = schedule.arrivalMs(near) + off;
        const due = schedule.dueBy(timeMs);
        if (due > 0) expect(schedule.arrivalMs(due - 1)).toBeLessThanOrEqual(timeMs);
        expect(schedule.arrivalMs(due)).toBeGreaterThan(timeMs);
      }),
    );
  });

  test('has an impression due at its own scheduled time and not just before', () => {
    const schedule = new ArrivalSchedule(0, 4, 1000);
    expect(schedule.dueBy(-1)).toBe(0);
    expect(schedule.dueBy(0)).toBe(1);
    expect(schedule.dueBy(3.999)).toBe(1);
    expect(schedule.dueBy(4)).toBe(2);
  });

  test('finds the first impression at or after an offset', () => {
    fc.assert(
      fc.property(schedules, fc.double({ min: 0, max: 1e7, noNaN: true }), (schedule, offsetMs) => {
        const first = schedule.firstAtOrAfter(offsetMs);
        expect(schedule.offsetMs(first)).toBeGreaterThanOrEqual(offsetMs);
        if (first > 0) expect(schedule.offsetMs(first - 1)).toBeLessThan(offsetMs);
      }),
    );
  });
});
