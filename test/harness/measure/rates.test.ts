import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CountsSample, commandsPerEvent, storeRates } from '../../../harness/measure/rates.ts';

const sample = (atMs: number, commands: number): CountsSample => ({
  atMs,
  counts: { commands, roundTrips: commands / 10, reads: commands / 4, writes: (3 * commands) / 4 },
});

describe('rates of a store', () => {
  test('are what was counted over the time of the span', () => {
    const samples = [sample(0, 0), sample(1000, 400), sample(2000, 2400)];
    expect(storeRates(samples, 0, 2000)).toEqual({
      spanMs: 2000,
      commandsPerSecond: 1200,
      roundTripsPerSecond: 120,
      readsPerSecond: 300,
      writesPerSecond: 900,
      peakSecondCommands: 2000,
    });
  });

  test('take counts to grow evenly between two samples', () => {
    const samples = [sample(0, 0), sample(1000, 400), sample(2000, 2400)];
    expect(storeRates(samples, 500, 1500)).toMatchObject({ commandsPerSecond: 1200, peakSecondCommands: 1200 });
  });

  test('find the peak second wherever it begins', () => {
    // 300 commands between 700 and 1300 ms, and 10 a second otherwise.
    const samples = [sample(0, 0), sample(700, 7), sample(1300, 307), sample(4000, 334)];
    // The best second holds the 600 ms, and 400 ms of the rest.
    expect(storeRates(samples, 0, 4000)?.peakSecondCommands).toBeCloseTo(304, 9);
  });

  test('leave out what lies outside of the span, the peak too', () => {
    const samples = [sample(0, 0), sample(1000, 5000), sample(2000, 5010), sample(3000, 5020), sample(4000, 9999)];
    expect(storeRates(samples, 1000, 3000)).toMatchObject({ commandsPerSecond: 10, peakSecondCommands: 10 });
  });

  test('are told for the part of the span that the samples cover', () => {
    expect(storeRates([sample(500, 0), sample(1500, 100)], 0, 9000)).toMatchObject({
      spanMs: 1000,
      commandsPerSecond: 100,
    });
  });

  test('are unknown where no sample is', () => {
    expect(storeRates([], 0, 1000)).toBeUndefined();
    expect(storeRates([sample(0, 0)], 0, 1000)).toBeUndefined();
    expect(storeRates([sample(0, 0), sample(10, 1)], 20, 30)).toBeUndefined();
  });

  test('have no peak second in less than a second', () => {
    expect(storeRates([sample(0, 0), sample(999, 100)], 0, 999)?.peakSecondCommands).toBeUndefined();
  });

  test('refuse counts that go back', () => {
    expect(() => storeRates([sample(0, 10), sample(1000, 9)], 0, 1000)).toThrow(
      "commands of a store's samples goes back at 1000 ms",
    );
    expect(() => storeRates([sample(1000, 1), sample(0, 2)], 0, 1000)).toThrow('the time of');
  });

  test('have a peak that no second of a fine search exceeds, and that is no less than the mean', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 900 }), fc.nat({ max: 1000 })), {
      minLength: 2,
      maxLength: 20,
    });
    fc.assert(
      fc.property(steps, (list) => {
        const samples = [sample(0, 0)];
        for (const [gapMs, commands] of list) {
          const before = samples.at(-1) as CountsSample;
          samples.push(sample(before.atMs + gapMs, before.counts.commands + commands));
        }
        const endMs = (samples.at(-1) as CountsSample).atMs;
        const rates = storeRates(samples, 0, endMs);
        if (endMs < 1000) return void expect(rates?.peakSecondCommands).toBeUndefined();
        const peak = rates?.peakSecondCommands as number;
        expect(peak).toBeGreaterThanOrEqual((rates?.commandsPerSecond as number) * 0.5 - 1e-6);
        for (let startMs = 0; startMs + 1000 <= endMs; startMs += 7) {
          const second = storeRates(samples, startMs, startMs + 1000)?.commandsPerSecond as number;
          expect(second).toBeLessThanOrEqual(peak + 1e-6);
        }
      }),
      { numRuns: 50 },
    );
  });
});

test('commands per event are unknown while no event is reflected', () => {
  const counts = { commands: 300, roundTrips: 1, reads: 0, writes: 300 };
  expect(commandsPerEvent(counts, 150)).toBe(2);
  expect(commandsPerEvent(counts, 0)).toBeUndefined();
});
