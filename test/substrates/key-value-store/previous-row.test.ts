import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { previousRowOfKey } from '../../../substrates/key-value-store/previous-row.ts';
import { columnsOf, row } from '../../support/store-rows.ts';

test('a row points at the nearest earlier row with the same hour and id, or at none', () => {
  const keys = columnsOf([row(1n, 0), row(2n, 0), row(1n, 0), row(1n, 5), row(1n, 0), row(2n ** 32n, 0), row(2n, 0)]);
  expect([...previousRowOfKey(keys)]).toEqual([-1, -1, 0, -1, 2, -1, 1]);
  expect([...previousRowOfKey(columnsOf([]))]).toEqual([]);
});

test('it finds what a search backwards finds', () => {
  const key = fc.record({
    id: fc.bigInt({ min: 0n, max: 6n }).map((n) => n * 0x1_0000_0001n),
    hour: fc.constantFrom(0, 2 ** 32, 2 ** 33, 3_600_000),
  });
  fc.assert(
    fc.property(fc.array(key, { maxLength: 100 }), (keys) => {
      const same = (a: number, b: number): boolean => keys[a]?.id === keys[b]?.id && keys[a]?.hour === keys[b]?.hour;
      const expected = keys.map((_, i) => {
        for (let j = i - 1; j >= 0; j--) if (same(i, j)) return j;
        return -1;
      });
      expect([...previousRowOfKey(columnsOf(keys.map(({ id, hour }) => row(id, hour))))]).toEqual(expected);
    }),
  );
});
