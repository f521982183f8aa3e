/** Quantities as people write them: what is read, what is refused, and that what is written is read back. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { count, duration, formatBytes, fraction, integer, type Quantity, rate } from '../../../harness/config/units.ts';

function parsed(quantity: Quantity, texts: readonly string[]): (number | undefined)[] {
  return texts.map((text) => quantity.parse(text));
}

describe('duration', () => {
  test('reads hours, minutes, seconds and milliseconds', () => {
    expect(parsed(duration, ['1h', '2m', '10s', '250ms', '1.5s', '0', ' 5 s ', '1H'])).toEqual([
      3_600_000, 120_000, 10_000, 250, 1500, 0, 5000, 3_600_000,
    ]);
  });

  test('refuses a number without a unit, parts of a millisecond, and what is no duration', () => {
    const texts = ['10', '0.5ms', '', 's', 'ten seconds', '1d', '10s20', '--5s', 'NaN', 'Infinitys', '1,5s'];
    expect(parsed(duration, texts)).toEqual(texts.map(() => undefined));
  });

  test('is written in its largest whole unit', () => {
    expect([0, 1, 999, 1500, 90_000, 60_000, 7_200_000].map(duration.format)).toEqual([
      '0ms',
      '1ms',
      '999ms',
      '1500ms',
      '90s',
      '1m',
      '2h',
    ]);
  });

  test('is read back as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), (ms) => {
        expect(duration.parse(duration.format(ms))).toBe(ms);
      }),
    );
  });
});

describe('rate and count', () => {
  test('read suffixes in either case, plain numbers, exponents and separators', () => {
    expect(parsed(rate, ['1M', '250k', '1.5m', '2.3k', '1000000', '1e6', '1_000_000', '250K/s', '2G'])).toEqual([
      1_000_000, 250_000, 1_500_000, 2300, 1_000_000, 1_000_000, 1_000_000, 250_000, 2_000_000_000,
    ]);
  });

  test('refuse parts of an event and what is no number', () => {
    const texts = ['1.5', '0.0001k', 'fast', '', 'M', '1 000', '1,000', '1Mb', '0x10', '1e400'];
    expect(parsed(rate, texts)).toEqual(texts.map(() => undefined));
    expect(parsed(count, texts)).toEqual(texts.map(() => undefined));
  });

  test('are written short, with every digit', () => {
    expect([40_000_000, 1_500_000, 1_234_567, 999, 20_000, 1_100].map(rate.format)).toEqual([
      '40M',
      '1.5M',
      '1234567',
      '999',
      '20k',
      '1.1k',
    ]);
  });

  test('are read back as they were written', () => {
    const roundOnes = fc
      .tuple(fc.integer({ min: 0, max: 9999 }), fc.integer({ min: 0, max: 9 }))
      .map(([n, e]) => n * 10 ** e);
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: 0, max: 1e12 }), roundOnes), (n) => {
        expect(rate.parse(rate.format(n))).toBe(n);
        expect(count.parse(count.format(n))).toBe(n);
      }),
    );
  });
});

describe('integer', () => {
  test('reads a seed of any sign and size that is exact, and no suffix', () => {
    expect(parsed(integer, ['42', '-7', '9007199254740991', '1k', '4.2', '9007199254740993'])).toEqual([
      42,
      -7,
      9007199254740991,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('fraction', () => {
  test('reads numbers and percentages', () => {
    expect(parsed(fraction, ['0.01', '1%', '0', '100%', '0.5 %', '1'])).toEqual([0.01, 0.01, 0, 1, 0.005, 1]);
  });

  test('refuses what is neither', () => {
    const texts = ['1/100', 'one', '%', '', '1‰', '.5.'];
    expect(parsed(fraction, texts)).toEqual(texts.map(() => undefined));
  });

  test('is written in percent', () => {
    expect([0.01, 0.5, 0, 1, 0.005].map(fraction.format)).toEqual(['1%', '50%', '0%', '100%', '0.5%']);
  });

  test('is read back as it was written, to the last bit', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (part) => {
        expect(fraction.parse(fraction.format(part))).toBe(part);
      }),
    );
  });
});

test('bytes are written in powers of 1024', () => {
  expect([0, 1023, 1024, 1536, 64 * 1024 * 1024, 3.25 * 1024 ** 3].map(formatBytes)).toEqual([
    '0 bytes',
    '1023 bytes',
    '1.0 KiB',
    '1.5 KiB',
    '64 MiB',
    '3.3 GiB',
  ]);
});
