/** The delays of a lane follow from the seed alone. */
import { describe, expect, test } from '@jest/globals';
import { Jitter } from '../../../../harness/faults/proxy/flow.ts';

const draw = (jitter: Jitter, mode: { ms: number; jitterMs: number }) =>
  Array.from({ length: 1000 }, () => jitter.delayMs(mode));

describe('jitter', () => {
  const mode = { ms: 20, jitterMs: 10 };

  test('is the same for the same seed, and another for another seed, link or direction', () => {
    const delays = draw(new Jitter(1, 0, 0), mode);
    expect(draw(new Jitter(1, 0, 0), mode)).toEqual(delays);
    for (const other of [new Jitter(2, 0, 0), new Jitter(1, 1, 0), new Jitter(1, 0, 1)]) {
      expect(draw(other, mode)).not.toEqual(delays);
    }
  });

  test('spreads evenly around the delay', () => {
    const delays = draw(new Jitter(3, 0, 0), mode);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...delays)).toBeLessThan(30);
    const mean = delays.reduce((sum, delay) => sum + delay, 0) / delays.length;
    expect(Math.abs(mean - 20)).toBeLessThan(1);
    expect(delays.filter((delay) => delay < 15).length).toBeGreaterThan(200);
  });

  test('of nothing is none, and is never negative', () => {
    expect(new Set(draw(new Jitter(1, 0, 0), { ms: 5, jitterMs: 0 }))).toEqual(new Set([5]));
    expect(Math.min(...draw(new Jitter(1, 0, 0), { ms: 5, jitterMs: 50 }))).toBe(0);
  });
});
