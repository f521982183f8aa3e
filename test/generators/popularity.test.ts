import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { expectedDistinctTweets, tweetsForImpressions, zipfAliasTable } from '../../generators/popularity.ts';

/** The mass of each rank that drawing from the table gives. */
function massesOf(table: Uint32Array): number[] {
  const slots = table.length / 2;
  const masses = new Array<number>(slots).fill(0);
  for (let column = 0; column < slots; column++) {
    const kept = (table[2 * column] as number) / 2 ** 32;
    const alias = table[2 * column + 1] as number;
    masses[column] = (masses[column] as number) + kept / slots;
    masses[alias] = (masses[alias] as number) + (1 - kept) / slots;
  }
  return masses;
}

function zipfMasses(slots: number, exponent: number): number[] {
  const weights = Array.from({ length: slots }, (_, rank) => 1 / (rank + 1) ** exponent);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function greatestDifference(a: readonly number[], b: readonly number[]): number {
  return a.reduce((greatest, value, i) => Math.max(greatest, Math.abs(value - (b[i] as number))), 0);
}

/** The formula as it stands, one rank at a time. */
function distinctByFormula(slots: number, exponent: number, impressions: number): number {
  return zipfMasses(slots, exponent).reduce((sum, mass) => sum + 1 - (1 - mass) ** impressions, 0);
}

describe('the alias table', () => {
  test('holds the masses of Zipf for any exponent and number of ranks', () => {
    const slots = fc.integer({ min: 1, max: 3000 });
    fc.assert(
      fc.property(slots, fc.double({ min: 0, max: 4, noNaN: true }), (count, exponent) => {
        const masses = massesOf(zipfAliasTable(count, exponent));
        return greatestDifference(masses, zipfMasses(count, exponent)) < 1e-9;
      }),
      { numRuns: 50 },
    );
  });

  test('holds the masses of Zipf(1) over the ranks of the default stream', () => {
    expect(greatestDifference(massesOf(zipfAliasTable(139_000, 1)), zipfMasses(139_000, 1))).toBeLessThan(1e-9);
  });

  test('gives rank 0 half of the mass of two ranks at exponent 0, and two thirds at exponent 1', () => {
    expect(massesOf(zipfAliasTable(2, 0))[0]).toBeCloseTo(1 / 2, 9);
    expect(massesOf(zipfAliasTable(2, 1))[0]).toBeCloseTo(2 / 3, 9);
  });

  test('refuses ranks and exponents that make no sense', () => {
    expect(() => zipfAliasTable(0, 1)).toThrow(/1 to 1073741824 ranks, got 0/);
    expect(() => zipfAliasTable(10, -1)).toThrow(/exponent must be a number of 0 or more, got -1/);
    expect(() => zipfAliasTable(10, Number.NaN)).toThrow(/exponent/);
  });
});

describe('the expected number of distinct tweets', () => {
  test('agrees with the sum over single ranks', () => {
    for (const exponent of [0, 0.5, 0.99, 1, 1.01, 1.5]) {
      const exact = distinctByFormula(50_000, exponent, 1_000_000);
      expect(Math.abs(expectedDistinctTweets(50_000, exponent, 1_000_000) / exact - 1)).toBeLessThan(1e-5);
    }
  });

  test('is 1 for one tweet, and all tweets when impressions are plenty', () => {
    expect(expectedDistinctTweets(1, 1, 5)).toBe(1);
    expect(expectedDistinctTweets(10, 1, 1e6)).toBeCloseTo(10, 9);
    expect(expectedDistinctTweets(10, 1, 0)).toBe(0);
  });
});

describe('the number of tweets for an hour of impressions', () => {
  test('is the least that is expected to give one distinct tweet in 36 impressions', () => {
    for (const [impressions, exponent] of [
      [3600, 1],
      [36_000, 0.8],
      [36_000, 1.1],
      [360, 0],
    ] as const) {
      const slots = tweetsForImpressions(impressions, exponent);
      expect(distinctByFormula(slots, exponent, impressions)).toBeGreaterThanOrEqual((impressions / 36) * (1 - 1e-5));
      expect(distinctByFormula(slots - 1, exponent, impressions)).toBeLessThan((impressions / 36) * (1 + 1e-5));
    }
  });

  test('finds the 100 M tweets of 3.6 G uniform impressions', () => {
    // e^-36 of the tweets are not seen, 2e-8 of one: so 100 M are a trace too few, and one more is enough.
    expect(tweetsForImpressions(3.6e9, 0)).toBe(100_000_001);
  });

  test('takes another number of impressions a tweet', () => {
    const slots = tweetsForImpressions(10_000, 1, 10);
    expect(Math.abs(distinctByFormula(slots, 1, 10_000) - 1000)).toBeLessThan(1);
  });

  test('stops at one tweet an impression where the exponent is too steep, and is never below 1', () => {
    expect(tweetsForImpressions(100_000, 2)).toBe(100_000);
    expect(tweetsForImpressions(3, 1)).toBe(1);
    expect(tweetsForImpressions(0, 1)).toBe(1);
  });
});
