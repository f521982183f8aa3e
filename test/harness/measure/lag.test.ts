import { describe, expect, test } from '@jest/globals';
import { type LagSample, lagFigures } from '../../../harness/measure/lag.ts';

/** Samples each 100 ms for 10 s, offered at 1,000/s, with the given lag. */
const samplesWith = (lagAt: (seconds: number) => number): LagSample[] =>
  Array.from({ length: 101 }, (_, i) => ({ atMs: i * 100, offered: i * 100, reflected: i * 100 - lagAt(i / 10) }));

const whole = { fromMs: 0, toMs: 10_000 };

describe('a lag', () => {
  test('that stays is sustained', () => {
    expect(
      lagFigures(
        samplesWith(() => 30),
        whole,
      ),
    ).toMatchObject({
      state: 'measured',
      offeredPerSecond: 1000,
      slopeEventsPerSecond: 0,
      lagAtEndEvents: 30,
      lagAtEndMs: 30,
      sustained: true,
    });
  });

  test('that grows by more than 1 % of the load is not sustained', () => {
    expect(
      lagFigures(
        samplesWith((seconds) => 9 * seconds),
        whole,
      ),
    ).toMatchObject({ sustained: true });
    const growing = lagFigures(
      samplesWith((seconds) => 11 * seconds),
      whole,
    );
    expect(growing).toMatchObject({ sustained: false });
    expect(growing.state === 'measured' && growing.slopeEventsPerSecond).toBeCloseTo(11, 9);
  });

  test('that shrinks has a negative slope', () => {
    const figures = lagFigures(
      samplesWith((seconds) => 200 - 10 * seconds),
      whole,
    );
    expect(figures.state === 'measured' && figures.slopeEventsPerSecond).toBeCloseTo(-10, 9);
    expect(figures.sustained).toBe(true);
  });

  test('that does not grow but is a second of the load long is not sustained, unless more is allowed', () => {
    const samples = samplesWith(() => 1000);
    expect(lagFigures(samples, whole).sustained).toBe(false);
    expect(lagFigures(samples, { ...whole, maxLagMs: 1001 }).sustained).toBe(true);
  });

  test('of the warm-up and after the end is left out', () => {
    const samples = samplesWith((seconds) => (seconds < 5 ? 100 * seconds : 20));
    expect(lagFigures(samples, { fromMs: 5000, toMs: 10_000 })).toMatchObject({
      sustained: true,
      slopeEventsPerSecond: 0,
    });
    const late = samplesWith((seconds) => (seconds > 5 ? 100 * seconds : 20));
    expect(lagFigures(late, { fromMs: 0, toMs: 5000 })).toMatchObject({ sustained: true, lagAtEndEvents: 20 });
  });

  test('that cannot be measured is not sustained', () => {
    const samples = samplesWith(() => 0);
    expect(lagFigures(samples.slice(0, 8), whole)).toMatchObject({ state: 'not-measured', sustained: false });
    expect(lagFigures([], whole)).toMatchObject({ state: 'not-measured', sustained: false });
    const idle = samples.map((sample) => ({ ...sample, offered: 0, reflected: 0 }));
    expect(lagFigures(idle, whole)).toMatchObject({ state: 'not-measured', sustained: false });
    const frozen = samples.map((sample) => ({ ...sample, atMs: 5 }));
    expect(lagFigures(frozen, whole)).toMatchObject({ state: 'not-measured', sustained: false });
  });
});
