/** Where rows lie: shards, chunks of one partition, ids as signed integers. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  chunksByPartition,
  hoursOf,
  low32,
  SHARDS,
  shardOf,
  tweetOf,
} from '../../../../substrates/key-value-store/cassandra/layout.ts';
import { columnsOf, row } from '../../../support/store-rows.ts';

const keys = fc.array(
  fc.record({
    id: fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 0n, max: 9n })),
    hour: fc.constantFrom(-1000, 0, 1000, 2 ** 52),
    counter: fc.constant(1),
    fingerprint: fc.constant(0),
  }),
  { maxLength: 200 },
);

describe('shards', () => {
  test('ids that follow each other spread evenly', () => {
    const rowsOfShard = new Array<number>(SHARDS).fill(0);
    for (let lo = 0; lo < 16_000; lo++) (rowsOfShard[shardOf(lo, 0)] as number)++;
    // 1,000 expected in each; the standard deviation is 31.
    for (const rows of rowsOfShard) expect(Math.abs(rows - 1000)).toBeLessThan(160);
  });

  test('the ids of one partition of the log spread over all shards', () => {
    const shards = new Set<number>();
    for (let lo = 3; lo < 16_000; lo += 16) shards.add(shardOf(lo, 0));
    expect(shards.size).toBe(SHARDS);
  });

  test('a shard is a function of the upper half of the id too', () => {
    const shards = new Set(Array.from({ length: 200 }, (_, hi) => shardOf(7, hi)));
    expect(shards.size).toBe(SHARDS);
  });
});

describe('chunks', () => {
  test('every row is in exactly one chunk, of its own partition, in order, and no chunk is too long', () =>
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 50 }), (rows, maxRows) => {
        const columns = columnsOf(rows);
        const chunks = chunksByPartition(columns, maxRows);
        expect(chunks.flatMap((chunk) => chunk.rows).sort((a, b) => a - b)).toEqual(rows.map((_, i) => i));
        for (const { shard, hourStartMs, rows: members } of chunks) {
          expect(members.length).toBeGreaterThan(0);
          expect(members.length).toBeLessThanOrEqual(maxRows);
          expect([...members].sort((a, b) => a - b)).toEqual(members);
          for (const i of members) {
            expect(columns.hourStartMs[i]).toBe(hourStartMs);
            expect(shardOf(columns.tweetIdLo[i] as number, columns.tweetIdHi[i] as number)).toBe(shard);
          }
        }
      }),
    ));

  test('only the last chunk of a partition is not full', () =>
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 50 }), (rows, maxRows) => {
        const open = new Set<string>();
        for (const { shard, hourStartMs, rows: members } of chunksByPartition(columnsOf(rows), maxRows)) {
          expect(open.has(`${shard}/${hourStartMs}`)).toBe(false);
          if (members.length < maxRows) open.add(`${shard}/${hourStartMs}`);
        }
      }),
    ));

  test('each hour is listed once', () => {
    const columns = columnsOf([row(1n, 5), row(2n, 5), row(1n, 7), row(3n, 5)]);
    expect([...hoursOf(columns)]).toEqual([5, 7]);
  });
});

describe('values', () => {
  test('an id is the same 64 bits as a signed integer', () =>
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (id) => {
        expect(tweetOf(columnsOf([row(5n, 0), row(id, 0)]), 1)).toBe(BigInt.asIntN(64, id));
      }),
    ));

  test.each([
    [0n, 0],
    [4_294_967_297n, 1],
    [2_147_483_648n, -2_147_483_648],
    [-1n, -1],
    [null, 0],
    [undefined, 0],
    [-7, -7],
  ])('the low 32 bits of %p are %p', (value, expected) => {
    expect(low32(value)).toBe(expected);
  });
});
