/** Tables laid over each other and compared. */
import { expect, test } from '@jest/globals';
import { concatenated, keysThatDiffer, overlaid, rowsWhere } from '../../../harness/upgrade/tables.ts';
import { columnsOf, row, rowsOf } from '../../support/store-rows.ts';

const HIGH = 1n << 32n;

test('the upper table wins where it counts something, whatever the order', () => {
  const base = columnsOf([row(1n, 0, 5, 50), row(2n, 0, 6, 60), row(1n, 1000, 7, 70)]);
  const over = columnsOf([row(2n, 0, 8, 80), row(1n, 0, 0, 0), row(3n, 0, 9, 90)]);
  expect(rowsOf(overlaid(base, over))).toEqual([
    row(1n, 0, 5, 50),
    row(1n, 1000, 7, 70),
    row(2n, 0, 8, 80),
    row(3n, 0, 9, 90),
  ]);
});

test('a key differs by count or by fingerprint, and one without a row counts 0', () => {
  const table = columnsOf([row(1n, 0, 5, 50), row(2n, 0, 6, 60)]);
  expect(keysThatDiffer(table, columnsOf([row(2n, 0, 6, 60), row(1n, 0, 5, 50)]))).toBe(0);
  expect(keysThatDiffer(table, columnsOf([row(1n, 0, 5, 50), row(2n, 0, 6, 60), row(3n, 0)]))).toBe(0);
  expect(keysThatDiffer(table, columnsOf([row(1n, 0, 5, 51), row(2n, 0, 7, 60)]))).toBe(2);
  expect(keysThatDiffer(table, columnsOf([]))).toBe(2);
  expect(keysThatDiffer(columnsOf([]), table)).toBe(2);
});

test('ids that differ above 32 bits, and hours, are keys of their own', () => {
  const table = columnsOf([row(1n, 0, 5, 50)]);
  expect(keysThatDiffer(table, columnsOf([row(1n + HIGH, 0, 5, 50)]))).toBe(2);
  expect(keysThatDiffer(table, columnsOf([row(1n, 1000, 5, 50)]))).toBe(2);
});

test('rows are kept in their order, and tables joined one after another', () => {
  const table = columnsOf([row(3n, 0, 1, 1), row(1n, 0, 2, 2), row(2n, 0, 3, 3)]);
  const odd = rowsWhere(table, (at) => table.tweetIdLo[at] !== 2);
  expect(rowsOf(odd)).toEqual([row(3n, 0, 1, 1), row(1n, 0, 2, 2)]);
  expect(rowsOf(concatenated(odd, columnsOf([row(9n, 5, 4, 4)])))).toEqual([...rowsOf(odd), row(9n, 5, 4, 4)]);
});
