import { describe, expect, test } from '@jest/globals';
import type { SyntheticStreamOptions } from '../../generators/synthetic-stream.ts';
import { START_MS, streamOf } from './stream-of.ts';

describe('options of a synthetic stream', () => {
  test('that are out of range are refused by name', () => {
    const wrong: [Partial<SyntheticStreamOptions>, RegExp][] = [
      [{ seed: 0.5 }, /seed is 0\.5/],
      [{ partitions: 0 }, /partitions is 0/],
      [{ ratePerSecond: 0 }, /ratePerSecond is 0/],
      [{ ratePerSecond: 0.001 }, /raise the rate/],
      [{ hourMs: 0.5 }, /hourMs is 0\.5/],
      [{ hours: 1.5 }, /whole number of hours/],
      [{ startMs: START_MS + 1 }, /start of an hour, a multiple of hourMs = 500/],
      [{ turnover: 1.1 }, /turnover is 1\.1/],
      [{ outOfOrderFraction: -0.1 }, /outOfOrderFraction is -0\.1/],
      [{ outOfOrderFraction: 0.6, lateFraction: 0.6, maxLateMs: 5 }, /lateFraction is 0\.6/],
      [{ lateFraction: 0.1 }, /maxLateMs is 0, .* from 1 .* with lateFraction 0\.1/],
      [{ maxOutOfOrderMs: 1.5 }, /maxOutOfOrderMs is 1\.5/],
      [{ canaryIntervalMs: 0 }, /canaryIntervalMs is 0/],
      [{ skew: { kind: 'zipf', exponent: -1 } }, /exponent .* got -1/],
      [{ partitions: 65536, ratePerSecond: 1e9, hourMs: 1e9, hours: 1, startMs: 0 }, /do not fit/],
    ];
    for (const [options, message] of wrong) expect(() => streamOf(options)).toThrow(message);
  });

  test('have defaults that the description states', () => {
    expect(streamOf().description).toMatchObject({
      skew: { kind: 'zipf', exponent: 1 },
      turnover: 0.1,
      outOfOrderFraction: 0.01,
      lateFraction: 0,
    });
  });
});
