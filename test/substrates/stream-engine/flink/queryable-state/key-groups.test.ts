/**
 * Key groups as Flink computes them. Expected values were computed by Flink 2.3.0 itself (`MathUtils.murmurHash`,
 * `KeyGroupRangeAssignment`) in a Java program, once.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  keyGroupOf,
  longHashCode,
  markerKeysOf,
  murmurHash,
  subtaskOf,
} from '../../../../../substrates/stream-engine/flink/queryable-state/key-groups.ts';

describe('murmurHash', () => {
  test.each([
    [0, 593689054],
    [1, 68075478],
    [2, 1085422463],
    [7, 1343918321],
    [42, 1134849565],
    [-1, 1982413648],
    [-2147483648, 1718298732],
    [2147483647, 1653689534],
    [123456789, 1088346449],
    [-987654321, 1314828554],
    // The two codes that come to 0: one is 0, the other the integer without a positive counterpart.
    [-2089875627, 0],
    [-1035494534, 0],
  ])('of %i is %i', (code, hash) => {
    expect(murmurHash(code)).toBe(hash);
  });

  test('agrees with Flink on the 200,000 codes around 0', () => {
    // s = (31 s + hash) mod 2^32, from code -100,000 on.
    let sum = 0;
    for (let code = -100_000; code < 100_000; code++) sum = (Math.imul(sum, 31) + murmurHash(code)) >>> 0;
    expect(sum).toBe(2589330616);
  });
});

describe('key groups', () => {
  test.each<[key: bigint, hash: number, group: number, ofThree: number, ofSeven: number]>([
    [0n, 0, 94, 2, 4],
    [1n, 1, 86, 2, 6],
    [42n, 42, 29, 0, 6],
    [4294967296n, 1, 86, 2, 6],
    [-1n, 0, 94, 2, 4],
    [9223372036854775807n, -2147483648, 108, 2, 3],
    [1234567890123456789n, 1825280481, 115, 2, 3],
  ])('key %i is where Flink keeps it', (key, hash, group, ofThree, ofSeven) => {
    const lo = Number(key & 0xffffffffn);
    const hi = Number((key >> 32n) & 0xffffffffn);
    expect(longHashCode(lo, hi)).toBe(hash);
    expect(keyGroupOf(lo, hi, 128)).toBe(group);
    expect(subtaskOf(group, 128, 3)).toBe(ofThree);
    expect(subtaskOf(keyGroupOf(lo, hi, 4096), 4096, 7)).toBe(ofSeven);
  });

  test('markers of three subtasks are kept where Flink finds them', () => {
    expect([0, 1, 2].map((subtask) => [...markerKeysOf(subtask, 5, 128, 3)])).toEqual([
      [4, 6, 8, 13, 14],
      [9, 10, 12, 15, 17],
      [0, 1, 2, 3, 5],
    ]);
  });

  test('every key has one owner among the subtasks, and marker keys are owned by theirs', () => {
    const shape = fc.record({
      parallelism: fc.integer({ min: 1, max: 16 }),
      groups: fc.integer({ min: 16, max: 512 }),
    });
    fc.assert(
      fc.property(shape, fc.nat(0xffffffff), fc.nat(0xffffffff), ({ parallelism, groups }, lo, hi) => {
        const owner = subtaskOf(keyGroupOf(lo, hi, groups), groups, parallelism);
        expect(owner).toBeGreaterThanOrEqual(0);
        expect(owner).toBeLessThan(parallelism);
        for (const key of markerKeysOf(owner, 3, groups, parallelism)) {
          expect(subtaskOf(keyGroupOf(key, 0, groups), groups, parallelism)).toBe(owner);
        }
      }),
      { numRuns: 200 },
    );
  });
});
