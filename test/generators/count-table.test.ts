import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CountTable } from '../../generators/count-table.ts';

describe('the count table of the oracle', () => {
  test('counts as a map does, growth included', () => {
    const lane = fc.oneof(fc.constantFrom(0, 1, 0xffffffff), fc.nat(3000));
    const events = fc.array(
      fc.tuple(lane, fc.constantFrom(0, 1, 0xffffffff), fc.integer({ min: -16384, max: 16383 })),
      {
        minLength: 0,
        maxLength: 5000,
        size: 'max',
      },
    );
    fc.assert(
      fc.property(events, (list) => {
        const table = new CountTable();
        const map = new Map<bigint, { count: number; fingerprint: number }>();
        for (const [lo, hi, fingerprint] of list) {
          table.add(lo, hi, fingerprint);
          const id = (BigInt(hi) << 32n) | BigInt(lo);
          const before = map.get(id) ?? { count: 0, fingerprint: 0 };
          map.set(id, { count: before.count + 1, fingerprint: before.fingerprint + fingerprint });
        }
        expect(table.size).toBe(map.size);
        const ids = [...map.keys()].sort((a, b) => (a < b ? -1 : 1));
        expect([...table.sortedIds()]).toEqual(ids);
        for (const [id, value] of map) {
          const [lo, hi] = [Number(id & 0xffffffffn), Number(id >> 32n)];
          expect({ count: table.countOf(lo, hi), fingerprint: table.fingerprintOf(lo, hi) }).toEqual(value);
        }
      }),
      { numRuns: 20 },
    );
  });

  test('counts 0 for a tweet that was never added, and the tweet 0 like any other', () => {
    const table = new CountTable();
    expect(table.countOf(0, 0)).toBe(0);
    table.add(0, 0, 5);
    expect(table.countOf(0, 0)).toBe(1);
    expect(table.countOf(1, 0)).toBe(0);
  });

  test('wraps the sum of fingerprints at 32 bits', () => {
    const table = new CountTable();
    table.add(1, 1, 2 ** 31 - 1);
    table.add(1, 1, 1);
    expect(table.fingerprintOf(1, 1)).toBe(-(2 ** 31));
  });
});
