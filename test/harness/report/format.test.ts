/** Figures as people read them. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  formatBytes,
  formatCount,
  formatMs,
  formatPerEvent,
  formatQuantity,
  formatRate,
  formatRatio,
  formatSeconds,
  formatShare,
  formatTime,
  listing,
} from '../../../harness/report/format.ts';

describe('number formats', () => {
  test.each([
    [0, '0'],
    [999, '999'],
    [1000, '1 K'],
    [27_777.8, '27.8 K'],
    [999_940, '1,000 K'],
    [999_960, '1 M'],
    [1_200_000, '1.2 M'],
    [13_700_000_000, '13.7 G'],
    [0.02777, '0.0278'],
  ])('a quantity of %d is %s', (value, text) => {
    expect(formatQuantity(value)).toBe(text);
  });

  test.each([
    [1_200_000, '1.2 M/s'],
    [27_800, '27.8 K/s'],
    [12, '12 /s'],
    [0, '0 /s'],
  ])('a rate of %d is %s', (value, text) => {
    expect(formatRate(value)).toBe(text);
  });

  test.each([
    [0, '0 ms'],
    [0.85, '850 µs'],
    [4.1, '4.1 ms'],
    [999, '999 ms'],
    [1250, '1.25 s'],
    [90_000, '90 s'],
    [150_000, '2.5 min'],
    [7_200_000, '2 h'],
  ])('%d ms are %s', (value, text) => {
    expect(formatMs(value)).toBe(text);
  });

  test('other units', () => {
    expect(formatSeconds(1.5)).toBe('1.5 s');
    expect(formatRatio(65.24)).toBe('65.2×');
    expect(formatRatio(0.5)).toBe('0.5×');
    expect(formatRatio(12_345)).toBe('12.3 K×');
    expect(formatPerEvent(1 / 36)).toBe('0.0278');
    expect(formatBytes(24 * 2 ** 30)).toBe('24 GiB');
    expect(formatBytes(17)).toBe('17 B');
    expect(formatShare(0.011)).toBe('1.1 %');
    expect(formatTime('2026-01-02T03:04:05.000Z')).toBe('2026-01-02 03:04 UTC');
  });

  test('a figure that does not exist is a dash in every format', () => {
    const formats = [
      formatBytes,
      formatCount,
      formatMs,
      formatPerEvent,
      formatQuantity,
      formatRate,
      formatRatio,
      formatShare,
    ];
    expect(formats.map((format) => format(undefined))).toEqual(formats.map(() => '–'));
  });

  test('a listing reads as a sentence does', () => {
    expect([listing([]), listing(['a']), listing(['a', 'b']), listing(['a', 'b', 'c'])]).toEqual([
      '',
      'a',
      'a and b',
      'a, b and c',
    ]);
  });

  test('a count is exact: without its separators it is the number', () => {
    fc.assert(
      fc.property(fc.nat(), (value) => {
        const text = formatCount(value);
        expect(Number(text.replaceAll(',', ''))).toBe(value);
        expect(text).toMatch(/^\d{1,3}(,\d{3})*$/);
      }),
    );
  });

  test('a quantity is within half a percent of the number', () => {
    const sizes: Record<string, number> = { '': 1, K: 1e3, M: 1e6, G: 1e9 };
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1e11, noNaN: true }), (value) => {
        const [digits, suffix = ''] = formatQuantity(value).replaceAll(',', '').split(' ');
        expect(Math.abs((Number(digits) * (sizes[suffix] as number)) / value - 1)).toBeLessThan(0.0051);
      }),
    );
  });
});
