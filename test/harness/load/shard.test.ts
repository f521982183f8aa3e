/** Shards: how they are written, and that each partition belongs to one of them. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseShard, partitionsOfShard } from '../../../harness/load/shard.ts';

describe('a shard', () => {
  test('is written i/n, with i from 1 to n', () => {
    expect(parseShard('1/4')).toEqual({ index: 1, count: 4 });
    expect(parseShard(' 4/4 ')).toEqual({ index: 4, count: 4 });
    for (const text of ['0/4', '5/4', '1/0', '1', '1/', '/2', '1/2/3', '-1/2', '1.5/2', 'a/b', '1 / 2', '']) {
      expect(parseShard(text)).toBeUndefined();
    }
  });

  test('i of n has the partitions p with p mod n = i - 1', () => {
    expect(partitionsOfShard({ index: 1, count: 3 }, 8)).toEqual([0, 3, 6]);
    expect(partitionsOfShard({ index: 2, count: 3 }, 8)).toEqual([1, 4, 7]);
    expect(partitionsOfShard({ index: 3, count: 3 }, 8)).toEqual([2, 5]);
    expect(partitionsOfShard({ index: 1, count: 1 }, 3)).toEqual([0, 1, 2]);
    expect(partitionsOfShard({ index: 4, count: 4 }, 3)).toEqual([]);
  });

  test('shares no partition with another, and none is left over', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 50 }), (partitions, shards) => {
        const all = Array.from({ length: shards }, (_, i) =>
          partitionsOfShard({ index: i + 1, count: shards }, partitions),
        ).flat();
        expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: partitions }, (_, partition) => partition));
      }),
    );
  });
});
