import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ArrivalSchedule } from '../../generators/arrival-schedule.ts';
import { CanarySchedule } from '../../generators/canary-schedule.ts';

interface Law {
  partitions: number;
  ratePerSecond: number;
  hourMs: number;
  hours: number;
  intervalMs: number;
}

function build(law: Law): { schedule: ArrivalSchedule; canaries: CanarySchedule; length: number } {
  const schedule = new ArrivalSchedule(0, law.partitions, law.ratePerSecond);
  const length = schedule.firstAtOrAfter(law.hours * law.hourMs);
  return { schedule, length, canaries: new CanarySchedule(schedule, { ...law, length }) };
}

/**
 * Every sequence asked on its own: a multiple of the interval that is due more than the guard before its hour's end.
 */
function canariesByDefinition(law: Law): number[] {
  const { schedule, length } = build(law);
  const perPartition = law.ratePerSecond / law.partitions;
  const interval = Math.max(100, Math.round((perPartition * law.intervalMs) / 1000));
  const guardMs = Math.min(50, 0.02 * law.hourMs);
  const found: number[] = [];
  for (let sequence = 0; sequence < length; sequence += interval) {
    const dueMs = schedule.offsetMs(sequence);
    const hourEndMs = (Math.floor(dueMs / law.hourMs) + 1) * law.hourMs;
    if (dueMs < hourEndMs - guardMs) found.push(sequence);
  }
  return found;
}

const laws: fc.Arbitrary<Law> = fc.record({
  partitions: fc.integer({ min: 1, max: 5 }),
  ratePerSecond: fc.integer({ min: 200, max: 300_000 }),
  hourMs: fc.integer({ min: 20, max: 5000 }),
  hours: fc.integer({ min: 1, max: 6 }),
  intervalMs: fc.constantFrom(1, 2, 10),
});

describe('the canary schedule', () => {
  test('agrees with its definition, one sequence at a time', () => {
    fc.assert(
      fc.property(laws, (law) => {
        const { canaries, schedule } = build(law);
        const expected = canariesByDefinition(law);
        expect(canaries.length).toBe(expected.length);
        expect(expected.map((_, k) => canaries.sequenceOf(k))).toEqual(expected);
        expect(expected.map((_, k) => canaries.eventTimeMsOf(k))).toEqual(
          expected.map((sequence) => Math.floor(schedule.offsetMs(sequence))),
        );
      }),
    );
  });

  test('finds the next canary from any sequence', () => {
    fc.assert(
      fc.property(laws, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (law, share) => {
        const { canaries, length } = build(law);
        const sequence = Math.floor(share * length);
        const expected = canariesByDefinition(law).find((canary) => canary >= sequence) ?? Infinity;
        expect(canaries.nextAtOrAfter(sequence)).toBe(expected);
      }),
    );
  });

  test('has one canary each 10 ms at 100 k/s a partition, but for the last 50 ms of an hour', () => {
    const { canaries } = build({ partitions: 1, ratePerSecond: 100_000, hourMs: 5000, hours: 2, intervalMs: 10 });
    expect(canaries.interval).toBe(1000);
    expect(canaries.length).toBe(2 * 495);
    expect(canaries.sequenceOf(494)).toBe(494_000);
    expect(canaries.sequenceOf(495)).toBe(500_000);
    expect(canaries.eventTimeMsOf(495)).toBe(5000);
  });

  test('is at most one impression in 100', () => {
    const { canaries } = build({ partitions: 1, ratePerSecond: 1000, hourMs: 1000, hours: 1, intervalMs: 10 });
    expect(canaries.interval).toBe(100);
    // 0, 100, ... 900 ms; the guard is 2 % of the hour, 20 ms.
    expect(canaries.length).toBe(10);
  });

  test('refuses a canary that there is not', () => {
    const { canaries } = build({ partitions: 1, ratePerSecond: 1000, hourMs: 1000, hours: 1, intervalMs: 10 });
    expect(() => canaries.sequenceOf(10)).toThrow(/no canary impression 10 of 10/);
    expect(() => canaries.eventTimeMsOf(-1)).toThrow(RangeError);
  });
});
