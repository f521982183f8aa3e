/** Every row is found under its tweet, every tweet once. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { distinctTweets } from '../../../../../substrates/stream-engine/flink/queryable-state/distinct-tweets.ts';
import { columnsOf, row } from '../../../../support/store-rows.ts';

test('rows are grouped by tweet, as a map groups them', () => {
  const id = fc.oneof(fc.bigInt(0n, 5n), fc.bigInt(0n, 2n ** 64n - 1n));
  fc.assert(
    fc.property(fc.array(id, { maxLength: 200 }), (ids) => {
      const { lookup, firstRow, nextRow } = distinctTweets(columnsOf(ids.map((tweet, i) => row(tweet, i))));
      const groups = new Map<bigint, number[]>();
      for (let tweet = 0; tweet < lookup.count; tweet++) {
        const rows: number[] = [];
        for (let at = firstRow[tweet] as number; at >= 0; at = nextRow[at] as number) rows.push(at);
        groups.set((BigInt(lookup.keyHi[tweet] as number) << 32n) | BigInt(lookup.keyLo[tweet] as number), rows.sort());
      }
      const expected = new Map<bigint, number[]>();
      for (const [i, tweet] of ids.entries()) expected.set(tweet, [...(expected.get(tweet) ?? []), i].sort());
      expect(groups).toEqual(expected);
      expect(groups.size).toBe(lookup.count);
    }),
  );
});
