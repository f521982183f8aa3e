/** What every KeyValueStore must do when it is written to; a part of `describeKeyValueStore`. */
import { describe, expect, test } from '@jest/globals';
import {
  FencedError,
  type KeyValueStore,
  type StoreGuarantees,
} from '../../substrates/key-value-store/key-value-store.ts';
import { columnsOf, row, scanned, valuesOf } from '../support/store-rows.ts';

/**
 * Gives `body` a function that opens handles on one store, empty at first; closes them and removes the store
 * afterwards.
 */
export type WithStore = (body: (open: () => Promise<KeyValueStore>) => Promise<void>) => Promise<void>;

/** What a store's handles declare, and what its test knows of it. */
export interface StorePromises extends StoreGuarantees {
  /**
   * Increments, upserts, bulk loads and deletes of one key act in any order as on a plain map. Otherwise a key may only
   * be incremented, or only be replaced in an order that its versions agree with.
   */
  mixedWrites: boolean;
}

export const FENCE = { partition: 0, epoch: 1 };
export const HOUR = 3_600_000;
export const modes = ['atomic', 'read-modify-write'] as const;

export function describeWrites(withStore: WithStore, promises: StorePromises): void {
  describe('increment', () => describeIncrement(withStore));
  describe('read-modify-write', () => describeReadModifyWrite(withStore));
  describe('upsert and bulk load', () => describeReplacing(withStore, promises));
  describe('fences', () => describeFences(withStore));
}

function describeIncrement(withStore: WithStore): void {
  test.each(modes)('%s adds counter and fingerprint to what is there', (mode) =>
    withStore(async (open) => {
      const store = await open();
      await store.increment(columnsOf([row(1n, HOUR, 1, 7), row(2n, HOUR, 5, -20)]), FENCE, { mode });
      await store.increment(columnsOf([row(1n, HOUR, 2, -9)]), FENCE, { mode });
      expect(await scanned(store)).toEqual([row(1n, HOUR, 3, -2), row(2n, HOUR, 5, -20)]);
    }),
  );

  test.each(modes)('%s applies equal keys of a batch one after another', (mode) =>
    withStore(async (open) => {
      const store = await open();
      await store.increment(columnsOf([row(9n, HOUR, 10, 100)]), FENCE, { mode });
      const batch = [row(9n, HOUR, 1, 1), row(8n, HOUR, 1, 2), row(9n, HOUR, 1, 3), row(9n, 2 * HOUR, 1, 4)];
      await store.increment(columnsOf([...batch, row(9n, HOUR, 1, 5)]), FENCE, { mode });
      expect(await scanned(store)).toEqual([row(8n, HOUR, 1, 2), row(9n, HOUR, 13, 109), row(9n, 2 * HOUR, 1, 4)]);
    }),
  );

  test.each(modes)('%s wraps the counter and the fingerprint at 32 bits', (mode) =>
    withStore(async (open) => {
      const store = await open();
      await store.increment(columnsOf([row(1n, HOUR, 4_294_967_295, 2_147_483_647)]), FENCE, { mode });
      await store.increment(columnsOf([row(1n, HOUR, 2, 1), row(2n, HOUR, 0, -2_147_483_648)]), FENCE, { mode });
      await store.increment(columnsOf([row(2n, HOUR, 0, -1)]), FENCE, { mode });
      expect(await scanned(store)).toEqual([row(1n, HOUR, 1, -2_147_483_648), row(2n, HOUR, 0, 2_147_483_647)]);
    }),
  );
}

function describeReadModifyWrite(withStore: WithStore): void {
  /** Two handles add 1 to the same key at the same time. */
  async function twoWriters(open: () => Promise<KeyValueStore>, mode: (typeof modes)[number]): Promise<number> {
    const [one, other] = [await open(), await open()];
    const add = columnsOf([row(1n, HOUR, 1, 1)]);
    await Promise.all([one.increment(add, FENCE, { mode }), other.increment(add, FENCE, { mode })]);
    const [value] = await valuesOf(one, [row(1n, HOUR)]);
    return value?.[0] ?? 0;
  }

  test('two writers that interleave lose an update', () =>
    withStore(async (open) => {
      expect(await twoWriters(open, 'read-modify-write')).toBe(1);
    }));

  test('two atomic writers lose nothing', () =>
    withStore(async (open) => {
      expect(await twoWriters(open, 'atomic')).toBe(2);
    }));
}

function describeReplacing(withStore: WithStore, { mixedWrites }: StorePromises): void {
  test('an upsert that is repeated changes nothing', () =>
    withStore(async (open) => {
      const store = await open();
      const rows = [row(1n, HOUR, 11, 3), row(2n, HOUR, 22, -4)];
      await store.upsert(columnsOf(rows), 5, FENCE);
      await store.upsert(columnsOf(rows), 5, FENCE);
      expect(await scanned(store)).toEqual(rows);
    }));

  test('an upsert of an older version never lands on a newer one, key by key', () =>
    withStore(async (open) => {
      const store = await open();
      await store.upsert(columnsOf([row(1n, HOUR, 100, 1)]), 2 ** 40 + 1, FENCE);
      await store.upsert(columnsOf([row(1n, HOUR, 50, 2), row(2n, HOUR, 60, 3)]), 2 ** 40, FENCE);
      expect(await scanned(store)).toEqual([row(1n, HOUR, 100, 1), row(2n, HOUR, 60, 3)]);
      await store.upsert(columnsOf([row(1n, HOUR, 7, 4), row(2n, HOUR, 8, 5)]), 2 ** 40 + 2, FENCE);
      expect(await scanned(store)).toEqual([row(1n, HOUR, 7, 4), row(2n, HOUR, 8, 5)]);
    }));

  test('a bulk load replaces whatever is there', () =>
    withStore(async (open) => {
      const store = await open();
      await store.upsert(columnsOf([row(1n, HOUR, 100, 1), row(3n, HOUR, 300, 3)]), 77, FENCE);
      await store.bulkLoad(columnsOf([row(1n, HOUR, 1, -1), row(2n, HOUR, 2, -2)]), FENCE);
      expect(await scanned(store)).toEqual([row(1n, HOUR, 1, -1), row(2n, HOUR, 2, -2), row(3n, HOUR, 300, 3)]);
      if (!mixedWrites) return;
      await store.upsert(columnsOf([row(1n, HOUR, 6, 6)]), 0, FENCE);
      expect((await scanned(store))[0]).toEqual(row(1n, HOUR, 6, 6));
    }));

  test('a delete removes the given keys and no others', () =>
    withStore(async (open) => {
      const store = await open();
      const rows = [row(1n, HOUR, 1, 1), row(2n, HOUR, 2, 2), row(1n, 2 * HOUR, 3, 3)];
      await store.bulkLoad(columnsOf(rows), FENCE);
      await store.delete(columnsOf([row(1n, HOUR), row(77n, HOUR)]), FENCE);
      expect(await scanned(store)).toEqual(rows.slice(1));
    }));

  if (!mixedWrites) return;
  test('an increment keeps the version of the row', () =>
    withStore(async (open) => {
      const store = await open();
      await store.upsert(columnsOf([row(1n, HOUR, 100, 0)]), 9, FENCE);
      for (const mode of modes) await store.increment(columnsOf([row(1n, HOUR, 1, 0)]), FENCE, { mode });
      await store.upsert(columnsOf([row(1n, HOUR, 5, 0)]), 8, FENCE);
      expect(await scanned(store)).toEqual([row(1n, HOUR, 102, 0)]);
    }));
}

function describeFences(withStore: WithStore): void {
  const OLD = { partition: 3, epoch: 4 };
  const NEW = { partition: 3, epoch: 5 };

  test('every write of an older epoch is refused as a whole, in another handle too', () =>
    withStore(async (open) => {
      const [store, zombie] = [await open(), await open()];
      const before = [row(1n, HOUR, 1, 1)];
      const batch = columnsOf([row(1n, HOUR, 10, 10), row(2n, HOUR, 20, 20)]);
      const marker = { name: 'log-position', value: 8 } as const;
      await zombie.bulkLoad(columnsOf(before), OLD);
      await store.raiseFence(NEW);
      await expect(zombie.increment(batch, OLD, { marker })).rejects.toThrow(FencedError);
      const mode = 'read-modify-write';
      await expect(zombie.increment(batch, OLD, { mode, marker })).rejects.toThrow(FencedError);
      await expect(zombie.upsert(batch, 99, OLD)).rejects.toThrow(FencedError);
      await expect(zombie.bulkLoad(batch, OLD, marker)).rejects.toThrow(FencedError);
      await expect(zombie.delete(batch, OLD)).rejects.toThrow(/partition 3 .* epoch 4 .* epoch 5/);
      expect(await scanned(store)).toEqual(before);
      expect(await store.markers('log-position', 4)).toEqual([undefined, undefined, undefined, undefined]);
    }));

  test('the epoch of the fence and later ones may write, and other partitions are not fenced', () =>
    withStore(async (open) => {
      const store = await open();
      await store.raiseFence(NEW);
      await store.increment(columnsOf([row(1n, HOUR, 1, 0)]), NEW);
      await store.increment(columnsOf([row(1n, HOUR, 1, 0)]), { partition: 3, epoch: 6 });
      await store.increment(columnsOf([row(1n, HOUR, 1, 0)]), { partition: 30, epoch: 0 });
      expect(await valuesOf(store, [row(1n, HOUR)])).toEqual([[3, 0]]);
    }));

  test('a fence is never lowered', () =>
    withStore(async (open) => {
      const store = await open();
      await store.raiseFence(NEW);
      await store.raiseFence({ partition: 3, epoch: 0 });
      await expect(store.delete(columnsOf([]), OLD)).rejects.toThrow(FencedError);
    }));
}
