import { describe, expect, test } from '@jest/globals';
import { findArchitecture } from '../../../architectures/registry.ts';
import type { ImpressionSource } from '../../../generators/impression-source.ts';
import { planKinds } from '../../../harness/faults/fault-plan.ts';
import { plannedCrash } from '../../../harness/faults/kinds/kill.ts';
import { type Schedule, scheduleOf } from '../../../harness/run/failure-schedule.ts';
import type { Declaration } from '../../../substrates/declaration.ts';
import { TinySource } from '../../support/tiny-source.ts';

/** One impression a millisecond. */
const sourceOf = (length: number, hourMs: number) =>
  new TinySource({ partitions: 2, length, intervalMs: 1, startMs: 10_000, hourMs });

const omegaPrime = findArchitecture('omega-prime') as Declaration;
const crashesIn = (source: ImpressionSource, { positionMs, worstFromMs }: Schedule) => {
  const times = { fromMs: positionMs, toMs: source.endMs, hourMs: 5 * (worstFromMs - positionMs) };
  return planKinds(['crash'], omegaPrime, source, times, 1).map(plannedCrash);
};
const offsetsOf = (source: ImpressionSource) =>
  crashesIn(source, scheduleOf(source)).map(({ fromOffset }) => fromOffset);

describe('the schedule of the failure act', () => {
  test('gives the first half, from the second hour on, to the control phase and the second to the faults', () => {
    expect(scheduleOf(sourceOf(4000, 1000))).toEqual({
      control: { fromMs: 11_000, toMs: 12_000 },
      positionMs: 12_400,
      worstFromMs: 12_600,
    });
    expect(scheduleOf(sourceOf(10_000, 1000)).control).toEqual({ fromMs: 11_000, toMs: 15_000 });
  });

  test('leaves half an hour of control in the shortest synthetic stream', () => {
    expect(scheduleOf(sourceOf(2000, 1000)).control).toEqual({ fromMs: 10_500, toMs: 11_000 });
  });

  test('takes halves of a trace that is over in less than two hours', () => {
    const schedule = scheduleOf(sourceOf(100, 1000));
    expect(schedule.control).toEqual({ fromMs: 10_025, toMs: 10_050 });
    expect(schedule.positionMs).toBe(10_070);
    expect(schedule.worstFromMs).toBe(10_080);
  });

  test('sets off crashes where the stream is at those times', () => {
    expect(offsetsOf(sourceOf(4000, 1000))).toEqual([2401, 2601, 0]);
  });

  test('can crash on a trace of one impression', () => {
    expect(offsetsOf(sourceOf(1, 1000))).toEqual([0, 0, 0]);
  });

  test('strikes the partition with the most impressions', () => {
    const source = sourceOf(4000, 1000);
    const uneven: ImpressionSource = Object.assign(Object.create(source) as ImpressionSource, {
      partitions: 3,
      length: (partition: number) => [10, 4000, 4000][partition] as number,
      dueBy: (_partition: number, timeMs: number) => source.dueBy(0, timeMs),
    });
    const crashes = crashesIn(uneven, scheduleOf(source));
    expect(crashes.map(({ partition }) => partition)).toEqual([1, 1, 1]);
  });
});
