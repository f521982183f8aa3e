import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  CANARY_ID_HI,
  GENERATION_MASK,
  generationsOf,
  generationWord,
  permuteRank,
  rankBits,
  TWEET_BIT,
} from '../../generators/tweet-identity.ts';

describe('tweet ids', () => {
  test('the ranks of a partition fill the greatest power of two that fits 32 bits with the partition', () => {
    expect(rankBits(1)).toBe(32);
    expect(rankBits(2)).toBe(31);
    expect(rankBits(3)).toBe(30);
    expect(rankBits(4)).toBe(30);
    expect(rankBits(65536)).toBe(16);
  });

  test('ranks are permuted: each number below 2^bits comes from exactly one rank', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.integer(), (bits, key) => {
        const mask = 2 ** bits - 1;
        const shift = Math.max(1, bits >>> 1);
        const images = Array.from({ length: 2 ** bits }, (_, rank) => permuteRank(rank, key, mask, shift));
        expect(images.sort((a, b) => a - b)).toEqual(Array.from({ length: 2 ** bits }, (_, i) => i));
      }),
      { numRuns: 40 },
    );
  });

  test('two generations never share a word, within the bits that an id keeps', () => {
    fc.assert(
      fc.property(fc.nat(GENERATION_MASK), fc.nat(GENERATION_MASK), (a, b) => {
        const same = (generationWord(a) & GENERATION_MASK) === (generationWord(b) & GENERATION_MASK);
        return same === (a === b);
      }),
    );
    const words = new Set(
      Array.from({ length: 5000 }, (_, generation) => generationWord(generation) & GENERATION_MASK),
    );
    expect(words.size).toBe(5000);
  });

  test('the bits of canaries, tweets and generations are apart', () => {
    expect(CANARY_ID_HI & TWEET_BIT).toBe(0);
    expect((CANARY_ID_HI | TWEET_BIT) & GENERATION_MASK).toBe(0);
  });

  test('a slot with phase one half steps in hours 5, 15, 25 at a turnover of one tenth', () => {
    const generationAt = (hour: number) => {
      const { floor, stepAtOrAbove } = generationsOf(hour, 0.1);
      return 2 ** 31 >= stepAtOrAbove ? floor + 1 : floor;
    };
    expect([0, 4, 5, 14, 15, 24, 25].map(generationAt)).toEqual([0, 0, 1, 1, 2, 2, 3]);
  });
});
