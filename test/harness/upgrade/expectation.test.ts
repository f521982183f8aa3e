/** What an upgrade must give, counted by hand on a stream of fourteen impressions. */
import { describe, expect, test } from '@jest/globals';
import { expectationOf } from '../../../harness/upgrade/expectation.ts';
import type { RowColumns } from '../../../substrates/key-value-store/key-value-store.ts';
import { TinySource } from '../../support/tiny-source.ts';

/** Rows 0 to 9 are of the first hour, 10 to 13 of the second; row n is of tweet n mod 7. */
const source = new TinySource({ partitions: 1, length: 14, intervalMs: 100 });
const HOURS = [1_000_000, 1_001_000];
const inOrder = { maxOutOfOrderMs: 0, allowedLatenessMs: 0 };

/** Counts by tweet, for each of the two hours. */
function countsOf(rows: RowColumns): Record<number, number>[] {
  return HOURS.map((hour) => {
    const counts: Record<number, number> = {};
    for (let row = 0; row < rows.count; row++) {
      if (rows.hourStartMs[row] === hour) counts[rows.tweetIdLo[row] as number] = rows.counter[row] as number;
    }
    return counts;
  });
}

const ALL = [
  { 0: 2, 1: 2, 2: 2, 3: 1, 4: 1, 5: 1, 6: 1 },
  { 3: 1, 4: 1, 5: 1, 6: 1 },
];

describe('what programs must answer after an upgrade', () => {
  test.each([{ kind: 'sink' } as const, { kind: 'rescale', parallelism: 3 } as const])(
    '%j changes no count',
    (change) => {
      const expected = expectationOf(source, [8], change, inOrder);
      expect(countsOf(expected.unchanged)).toEqual(ALL);
      expect(countsOf(expected.changed)).toEqual(ALL);
      expect(expected.keysThatDiffer).toBe(0);
    },
  );

  test('a filter keeps what was counted before the savepoint, and counts even tweets alone behind it', () => {
    const expected = expectationOf(source, [8], { kind: 'filter', keepOneIn: 2 }, inOrder);
    expect(countsOf(expected.unchanged)).toEqual(ALL);
    // Rows 0 to 7 have counted all; of rows 8 to 13 tweets 2, 4 and 6 are even.
    expect(countsOf(expected.changed)).toEqual([
      { 0: 2, 1: 1, 2: 2, 3: 1, 4: 1, 5: 1, 6: 1 },
      { 4: 1, 6: 1 },
    ]);
    expect(expected.keysThatDiffer).toBe(3);
  });

  test('a filter at the start of the log is a filter of all, and one at its end is none', () => {
    const filter = { kind: 'filter', keepOneIn: 3 } as const;
    expect(countsOf(expectationOf(source, [0], filter, inOrder).changed)).toEqual([
      { 0: 2, 3: 1, 6: 1 },
      { 3: 1, 6: 1 },
    ]);
    expect(expectationOf(source, [14], filter, inOrder).keysThatDiffer).toBe(0);
  });

  test('the sum of fingerprints is that of the impressions that count, so no other ones can stand in for them', () => {
    const { unchanged, changed } = expectationOf(source, [8], { kind: 'filter', keepOneIn: 2 }, inOrder);
    const fingerprint = (rows: RowColumns, tweet: number): number | undefined =>
      rows.fingerprint.find((_, row) => rows.tweetIdLo[row] === tweet && rows.hourStartMs[row] === HOURS[0]);
    expect(fingerprint(changed, 2)).toBe(fingerprint(unchanged, 2));
    expect(fingerprint(changed, 1)).not.toBe(fingerprint(unchanged, 1));
  });
});
