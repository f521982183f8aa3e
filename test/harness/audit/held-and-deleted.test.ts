/** What a store has counted, deleted hours included. */
import { expect, test } from '@jest/globals';
import { heldAndDeleted } from '../../../harness/audit/held-and-deleted.ts';
import { columnsOf, row, rowsOf } from '../../support/store-rows.ts';

const sorted = (rows: ReturnType<typeof rowsOf>) => rows.sort((a, b) => Number(a.id - b.id) || a.hour - b.hour);

test('rows that are gone count beside those that are held', () => {
  const rows = heldAndDeleted(columnsOf([row(1n, 20, 5, 50)]), columnsOf([row(1n, 10, 3, 30), row(2n, 10, 4, 40)]));
  expect(sorted(rowsOf(rows))).toEqual([row(1n, 10, 3, 30), row(1n, 20, 5, 50), row(2n, 10, 4, 40)]);
});

test('a row that was saved and then not deleted counts once', () => {
  const rows = heldAndDeleted(columnsOf([row(1n, 10, 3, 30)]), columnsOf([row(1n, 10, 3, 30)]));
  expect(rowsOf(rows)).toEqual([row(1n, 10, 3, 30)]);
});

test('a row that went on counting after it was saved counts once', () => {
  const rows = heldAndDeleted(columnsOf([row(1n, 10, 5, 52)]), columnsOf([row(1n, 10, 3, 30)]));
  expect(rowsOf(rows)).toEqual([row(1n, 10, 5, 52)]);
});

test('what is counted anew after a deletion is added to what was deleted', () => {
  const rows = heldAndDeleted(columnsOf([row(1n, 10, 1, 7)]), columnsOf([row(1n, 10, 3, 30)]));
  expect(rowsOf(rows)).toEqual([row(1n, 10, 4, 37)]);
});
