import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sortedRows, sortOrder, unionOfKeys } from '../../../harness/audit/row-order.ts';
import { keysOf, type Row, rowsOf, table } from './tables.ts';

const row = fc.tuple(
  fc.bigInt({ min: 0n, max: 0xffffffffffffffffn }),
  fc.integer({ min: -3, max: 3 }).map((hour) => hour * 3_600_000),
  fc.nat({ max: 9 }),
  fc.integer({ min: -9, max: 9 }),
);
const compare = (a: bigint | number, b: bigint | number) => (a < b ? -1 : a > b ? 1 : 0);

describe('rows', () => {
  test('are sorted by tweet and then hour as a comparison sort does', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), (rows: Row[]) => {
        const expected = rows.toSorted((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]));
        expect(rowsOf(sortedRows(table(rows), 'tweet-hour'))).toEqual(expected);
      }),
    );
  });

  test('are sorted by hour and then tweet as a comparison sort does', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), (rows: Row[]) => {
        const expected = rows.toSorted((a, b) => compare(a[1], b[1]) || compare(a[0], b[0]));
        expect(rowsOf(sortedRows(table(rows), 'hour-tweet'))).toEqual(expected);
      }),
    );
  });

  test('of a large table are sorted in the same way', () => {
    const rows = Array.from({ length: 20_000 }, (_, i): Row => {
      return [(BigInt(i * 7919) * 0x9e3779b97f4a7c15n) % 2n ** 64n, (i % 5) * 3_600_000, i % 9, 0];
    });
    const expected = rows.toSorted((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]));
    expect(rowsOf(sortedRows(table(rows), 'tweet-hour'))).toEqual(expected);
  });

  test('that are equal keep their order', () => {
    const rows = table([
      [5n, 0, 1, 0],
      [4n, 0, 2, 0],
      [5n, 0, 3, 0],
      [4n, 0, 4, 0],
    ]);
    expect([...sortOrder(rows, 'tweet-hour')]).toEqual([1, 3, 0, 2]);
  });
});

describe('a union of keys', () => {
  test('has every key of every table once, by hour and tweet', () => {
    const a = table([
      [2n, 10, 1, 0],
      [1n, 10, 1, 0],
    ]);
    const b = table([
      [1n, 10, 9, 9],
      [3n, 0, 1, 0],
    ]);
    expect(keysOf(unionOfKeys(a, b, a))).toEqual([
      [3n, 0],
      [1n, 10],
      [2n, 10],
    ]);
  });

  test('ignores rows beyond the count of a table', () => {
    const rows = table([
      [1n, 0, 1, 0],
      [2n, 0, 1, 0],
    ]);
    expect(keysOf(unionOfKeys({ ...rows, count: 1 }))).toEqual([[1n, 0]]);
  });
});
