import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Control, takesIncrements } from '../../../../substrates/key-value-store/redis/control.ts';
import {
  BUCKETS_PER_HOUR,
  KeySpace,
  ownKeysPattern,
  shardOf,
} from '../../../../substrates/key-value-store/redis/key-space.ts';
import { mastersOf, ownerOf, parseSlots, slotOf } from '../../../../substrates/key-value-store/redis/topology.ts';

const lane = fc.integer({ min: 0, max: 0xffffffff });

test('a counter lies in one of the hashes of its hour, in its shard', () => {
  fc.assert(
    fc.property(lane, lane, fc.constantFrom(1, 16), fc.constantFrom(-1000, 0, 2 ** 52), (lo, hi, shards, hour) => {
      const space = new KeySpace('p', shardOf(lo, hi, shards), shards);
      expect(space.countersOf(hour)).toContain(space.counter(hour, lo, hi).text);
      expect(space.countersOf(hour)).toHaveLength(BUCKETS_PER_HOUR / shards);
    }),
  );
});

test('100,000 tweets fill the hashes of an hour evenly: none has more than 128', () => {
  const space = new KeySpace('p');
  const fields = new Map<string, number>();
  for (let rank = 0; rank < 100_000; rank++) {
    const { text } = space.counter(3_600_000, 4 * rank + 1, 0x20000000 + (rank % 7));
    fields.set(text, (fields.get(text) ?? 0) + 1);
  }
  expect(fields.size).toBe(BUCKETS_PER_HOUR);
  expect(Math.max(...fields.values())).toBeLessThanOrEqual(128);
});

test('a key is the same object while its hour is in use, and right after many hours', () => {
  const space = new KeySpace('p');
  const first = space.counter(0, 5, 6);
  expect(space.counter(1000, 5, 6).text).not.toBe(first.text);
  expect(space.counter(0, 5, 6)).toBe(first);
  for (let hour = 0; hour < 30; hour++) space.counter(hour, 5, 6);
  expect(space.counter(0, 5, 6).text).toBe(first.text);
});

test('every key of a shard lies in one slot of a cluster', () => {
  const space = new KeySpace('p', 3, 16);
  const keys = [space.control, space.edition, space.transaction, space.marker('log-position'), ...space.countersOf(0)];
  expect(new Set(keys.map(slotOf)).size).toBe(1);
  expect(new Set(Array.from({ length: 16 }, (_, i) => slotOf(new KeySpace('p', i, 16).control))).size).toBeGreaterThan(
    8,
  );
});

test('slots are those of the cluster specification', () => {
  expect(slotOf('123456789')).toBe(0x31c3);
  expect(slotOf('{user1000}.following')).toBe(slotOf('user1000'));
  expect(slotOf('foo{{bar}}zap')).toBe(slotOf('{bar'));
});

test('slots belong to the masters that the nodes name; a node without a host is the one that was asked', () => {
  const reply = [
    [0, 8191, ['10.0.0.1', 7000, 'id'], ['10.0.0.3', 7002, 'replica']],
    [8192, 16_382, ['', 7001, 'id']],
  ];
  const ranges = parseSlots(reply, { host: 'asked' });
  expect(ownerOf(ranges, 8191)).toEqual({ host: '10.0.0.1', port: 7000 });
  expect(ownerOf(ranges, 8192)).toEqual({ host: 'asked', port: 7001 });
  expect(() => ownerOf(ranges, 16_383)).toThrow(/no node .* slot 16383/);
  expect(mastersOf(ranges)).toHaveLength(2);
});

test('the pattern of own keys takes a prefix as it is written', () => {
  expect(ownKeysPattern('a*b[c]?\\', false)).toBe('a\\*b\\[c\\]\\?\\\\:*');
  expect(ownKeysPattern('run', true)).toBe('{run:*');
});

test('the control hash tells fences, and which hours HINCRBY may add to', () => {
  const control = Control.parse(4, ['f3', '7', 'h1000', '0 0', 'h2000', '0 9', 'h-3000', '5 5', 'h4000', '0 0 w']);
  expect([control.raisedTo(3), control.raisedTo(1)]).toEqual([7, undefined]);
  expect(control.hours(-Infinity, 4000)).toEqual([-3000, 1000, 2000]);
  const plain = [1000, 2000, -3000, 4000].map((hour) => {
    const entry = control.entry(hour);
    return entry !== undefined && takesIncrements(entry);
  });
  expect(plain).toEqual([true, false, false, false]);
  const next = control.with(new Map([[1000, { baseVersion: 0, greatestVersion: 3, wide: false }]]));
  expect([next.edition, next.entry(1000)?.greatestVersion, next.raisedTo(3)]).toEqual([5, 3, 7]);
  expect(control.with(new Map())).toBe(control);
});
