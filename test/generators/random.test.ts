import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mix32, streamKey } from '../../generators/random.ts';

describe('mix32', () => {
  test('gives the published values of the MurmurHash3 finalizer', () => {
    // MurmurHash3_x86_32 of the empty string is fmix32(seed): 0 for seed 0, 514e28b7 for 1, 81f16f39 for ffffffff.
    expect(mix32(0)).toBe(0);
    expect(mix32(1) >>> 0).toBe(0x514e28b7);
    expect(mix32(0xffffffff) >>> 0).toBe(0x81f16f39);
  });

  test('is undone by the inverse steps, so it never maps two integers to one', () => {
    const inverse = (hash: number): number => {
      // The inverses of the odd factors modulo 2^32; x ^= x >>> 13 is undone by two more shifts.
      let h = hash ^ (hash >>> 16);
      h = Math.imul(h, 0x7ed1b41d);
      h = h ^ (h >>> 13) ^ (h >>> 26);
      h = Math.imul(h, 0xa5cb9243);
      return h ^ (h >>> 16);
    };
    expect(Math.imul(0xc2b2ae35, 0x7ed1b41d)).toBe(1);
    expect(Math.imul(0x85ebca6b, 0xa5cb9243)).toBe(1);
    fc.assert(fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (x) => inverse(mix32(x)) === x));
  });
});

describe('streamKey', () => {
  test('differs between seeds, also beyond 32 bits, between partitions and between purposes', () => {
    const keys = [
      streamKey(1, 0, 0),
      streamKey(2, 0, 0),
      streamKey(1 + 2 ** 32, 0, 0),
      streamKey(-1, 0, 0),
      streamKey(1, 1, 0),
      streamKey(1, 0, 1),
      streamKey(1, 1, 1),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});
