import { expect, test } from '@jest/globals';
import { MemoryStores } from '../../../substrates/key-value-store/memory-store.ts';
import { describeKeyValueStore } from '../../conformance/key-value-store.ts';
import { columnsOf, row, scanned } from '../../support/store-rows.ts';

describeKeyValueStore('memory', async (body) => {
  const world = new MemoryStores();
  await body(async () => world.open({ kind: 'memory', name: 'store' }));
});

test('stores of two names, and of two worlds, share nothing', async () => {
  const world = new MemoryStores();
  const store = world.open({ kind: 'memory', name: 'serving' });
  await store.increment(columnsOf([row(1n, 0, 1, 1)]), { partition: 0, epoch: 0 });
  expect(await scanned(store)).toHaveLength(1);
  expect(await scanned(world.open({ kind: 'memory', name: 'speed' }))).toEqual([]);
  expect(await scanned(new MemoryStores().open({ kind: 'memory', name: 'serving' }))).toEqual([]);
});

test('rows that were scanned are counted apart', async () => {
  const store = new MemoryStores().open({ kind: 'memory', name: 'store' });
  await store.bulkLoad(columnsOf([row(1n, 0, 1, 1), row(2n, 0, 1, 1)]), { partition: 0, epoch: 0 });
  await scanned(store);
  expect(store.scannedRows).toBe(2);
});

test('a binding of another kind is refused', () => {
  expect(() => new MemoryStores().open({ kind: 'lmdb', directory: '/nowhere', sync: true })).toThrow(/memory.*lmdb/);
});
