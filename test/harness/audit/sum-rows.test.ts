import { describe, expect, test } from '@jest/globals';
import { sumRows } from '../../../harness/audit/sum-rows.ts';
import { columnsOf, row, rowsOf } from '../../support/store-rows.ts';

describe('the sum of tables', () => {
  test('adds counters and fingerprints of equal keys, and keeps the others', () => {
    const one = columnsOf([row(1n, 0, 5, 50), row(2n, 60, 1, -7)]);
    const other = columnsOf([row(2n, 60, 2, 9), row(2n, 120, 4, 1), row(1n << 40n, 0, 3, 3)]);
    expect(rowsOf(sumRows([{ rows: one }, { rows: other }]))).toEqual([
      row(1n, 0, 5, 50),
      row(2n, 60, 3, 2),
      row(2n, 120, 4, 1),
      row(1n << 40n, 0, 3, 3),
    ]);
  });

  test('subtracts, and leaves out what comes to nothing', () => {
    const rows = columnsOf([row(1n, 0, 5, 50), row(2n, 0, 4, -8)]);
    const minus = columnsOf([row(1n, 0, 5, 50), row(2n, 0, 1, -3)]);
    expect(rowsOf(sumRows([{ rows }, { rows: minus, minus: true }]))).toEqual([row(2n, 0, 3, -5)]);
  });

  test('keeps a fingerprint without a count: an error that must be seen', () => {
    const rows = columnsOf([row(1n, 0, 5, 50)]);
    const minus = columnsOf([row(1n, 0, 5, 49)]);
    expect(rowsOf(sumRows([{ rows }, { rows: minus, minus: true }]))).toEqual([row(1n, 0, 0, 1)]);
  });

  test('refuses to subtract more than there is', () => {
    const rows = columnsOf([row(1n, 0, 5, 0)]);
    const minus = columnsOf([row(1n, 0, 6, 0)]);
    expect(() => sumRows([{ rows }, { rows: minus, minus: true }])).toThrow(RangeError);
  });
});
