/**
 * What every KeyValueStore must do, whatever it is made of. An implementation's own test calls
 * `describeKeyValueStore`. A store that promises less than all says so there, and what relies on the rest is left out;
 * a test compares what it says with what its handles declare.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { KeyValueStore, StoreCounts } from '../../substrates/key-value-store/key-value-store.ts';
import { runAgainstModel, storeCommands } from '../support/store-model.ts';
import { columnsOf, row, rowsOf, scanned, valuesOf } from '../support/store-rows.ts';
import { describeWrites, FENCE, HOUR, modes, type StorePromises, type WithStore } from './key-value-writes.ts';

const EVERYTHING: StorePromises = { atomicBatches: true, fence: 'atomic', snapshotReads: true, mixedWrites: true };

export function describeKeyValueStore(name: string, withStore: WithStore, promises = EVERYTHING): void {
  describe(`key/value store conformance: ${name}`, () => {
    describeWrites(withStore, promises);
    describe('markers and transactions', () => describeMarkers(withStore, promises));
    describe('reading', () => describeReading(withStore));
    describe('counts', () => describeCounts(withStore, promises));
    describe('handles', () => describeHandles(withStore, promises));
  });
}

function describeMarkers(withStore: WithStore, { atomicBatches }: StorePromises): void {
  test('markers are kept by name and partition, from increments and bulk loads', () =>
    withStore(async (open) => {
      const store = await open();
      const batch = columnsOf([row(1n, HOUR, 1, 1)]);
      const added = atomicBatches ? batch : columnsOf([]);
      expect(await store.markers('published-hour', 2)).toEqual([undefined, undefined]);
      await store.bulkLoad(batch, { partition: 1, epoch: 1 }, { name: 'published-hour', value: 1.7e12 });
      for (const [value, mode] of [0, 12].map((value, i) => [value, modes[i]] as const)) {
        await store.increment(added, { partition: 2, epoch: 1 }, { mode, marker: { name: 'log-position', value } });
        expect(await store.markers('log-position', 3)).toEqual([undefined, undefined, value]);
      }
      expect(await store.markers('published-hour', 3)).toEqual([undefined, 1.7e12, undefined]);
    }));

  test('fences and markers are no rows', () =>
    withStore(async (open) => {
      const store = await open();
      await store.raiseFence(FENCE);
      await store.bulkLoad(columnsOf([]), FENCE, { name: 'published-hour', value: HOUR });
      expect(await scanned(store)).toEqual([]);
    }));

  test.each(modes)('%s notes the number of the transaction before it commits', (mode) =>
    withStore(async (open) => {
      const store = await open();
      const noted: number[] = [];
      for (let i = 0; i < 3; i++) {
        const noteTransaction = (transaction: number): void => void noted.push(transaction);
        await store.increment(columnsOf([row(1n, HOUR, 1, 1)]), FENCE, { mode, noteTransaction });
        const last = await store.lastTransaction();
        if (last !== undefined) expect(noted).toHaveLength(i + 1);
        if (last !== undefined) expect(noted[i]).toBe(last);
      }
      expect([...new Set(noted)].sort((a, b) => a - b)).toEqual(noted);
    }),
  );

  if (!atomicBatches) {
    test.each(modes)('%s refuses a marker beside rows, which would not be one write, and applies nothing', (mode) =>
      withStore(async (open) => {
        const store = await open();
        const marker = { name: 'log-position', value: 5 } as const;
        const together = store.increment(columnsOf([row(1n, HOUR, 1, 1)]), FENCE, { mode, marker });
        await expect(together).rejects.toThrow(/log-position.*after-write/);
        expect(await scanned(store)).toEqual([]);
        expect(await store.markers('log-position', 1)).toEqual([undefined]);
      }),
    );
    return;
  }

  test.each(modes)('%s applies nothing if the note throws, and the store goes on', (mode) =>
    withStore(async (open) => {
      const store = await open();
      await store.increment(columnsOf([row(1n, HOUR, 1, 1)]), FENCE);
      if ((await store.lastTransaction()) === undefined) return;
      const batch = columnsOf([row(1n, HOUR, 5, 5), row(2n, HOUR, 5, 5)]);
      const noteTransaction = (): void => {
        throw new Error('the ledger is gone');
      };
      const marker = { name: 'log-position', value: 5 } as const;
      await expect(store.increment(batch, FENCE, { mode, marker, noteTransaction })).rejects.toThrow('ledger is gone');
      expect(await scanned(store)).toEqual([row(1n, HOUR, 1, 1)]);
      expect(await store.markers('log-position', 1)).toEqual([undefined]);
      await store.increment(batch, FENCE, { mode });
      expect(await valuesOf(store, [row(1n, HOUR), row(2n, HOUR)])).toEqual([
        [6, 6],
        [5, 5],
      ]);
    }),
  );
}

function describeReading(withStore: WithStore): void {
  test('a key that is not there reads as zeros, among others that are', () =>
    withStore(async (open) => {
      const store = await open();
      await store.bulkLoad(columnsOf([row(5n, HOUR, 50, -5), row(6n, HOUR, 60, -6)]), FENCE);
      const keys = [row(6n, HOUR), row(5n, 2 * HOUR), row(5n, HOUR), row(6n, HOUR)];
      expect(await valuesOf(store, keys)).toEqual([
        [60, -6],
        [0, 0],
        [50, -5],
        [60, -6],
      ]);
    }));

  test('a multi-get writes no further than the keys reach', () =>
    withStore(async (open) => {
      const store = await open();
      const into = { counter: new Uint32Array(3).fill(8), fingerprint: new Int32Array(3).fill(8) };
      await store.multiGet(columnsOf([row(1n, HOUR), row(2n, HOUR)]), into);
      expect([...into.counter, ...into.fingerprint]).toEqual([0, 0, 8, 0, 0, 8]);
    }));

  test('a scan is sorted by hour and then by the unsigned 64-bit id', () =>
    withStore(async (open) => {
      const store = await open();
      const ids = [0n, 1n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, 0x1_0000_0000n, 2n ** 63n - 1n, 2n ** 63n];
      const hours = [-HOUR, 0, HOUR, 256 * HOUR, 2 ** 32, 2 ** 40, 2 ** 52];
      const sorted = hours.flatMap((hour) => [...ids, 2n ** 64n - 1n].map((id) => row(id, hour, 1, 0)));
      await store.increment(columnsOf([...sorted].reverse()), FENCE);
      expect(await scanned(store)).toEqual(sorted);
    }));

  test('a scan covers its hours from the first to just before the last', () =>
    withStore(async (open) => {
      const store = await open();
      const rows = [0, 1, 2, 3].flatMap((hour) => [row(0n, hour * HOUR, 1, 0), row(2n ** 64n - 1n, hour * HOUR, 1, 0)]);
      await store.bulkLoad(columnsOf(rows), FENCE);
      expect(await scanned(store, HOUR, 3 * HOUR)).toEqual(rows.slice(2, 6));
      expect(await scanned(store, HOUR + 0.5, 2 * HOUR + 0.5)).toEqual(rows.slice(4, 6));
      expect(await scanned(store, 2 * HOUR, 2 * HOUR)).toEqual([]);
      expect(await scanned(store, 3 * HOUR, 0)).toEqual([]);
    }));

  test('a scan of many rows comes in batches that are complete together', () =>
    withStore(async (open) => {
      const store = await open();
      const rows = Array.from({ length: 10_000 }, (_, i) => row(BigInt(i), HOUR, i, -i));
      await store.bulkLoad(columnsOf(rows), FENCE);
      const batches: number[] = [];
      const seen = [];
      for await (const batch of store.scan(0, Infinity)) {
        batches.push(batch.count);
        seen.push(...rowsOf(batch));
      }
      expect(batches.length).toBeGreaterThan(1);
      expect(seen).toEqual(rows.map((each) => ({ ...each, fingerprint: each.fingerprint || 0 })));
    }));

  test('a scan may be left early, and the store is used on', () =>
    withStore(async (open) => {
      const store = await open();
      await store.bulkLoad(columnsOf([row(1n, HOUR, 1, 1)]), FENCE);
      for await (const batch of store.scan(0, Infinity)) {
        expect(batch.count).toBe(1);
        break;
      }
      await store.increment(columnsOf([row(1n, HOUR, 1, 1)]), FENCE);
      expect(await scanned(store)).toEqual([row(1n, HOUR, 2, 2)]);
    }));
}

function describeCounts(withStore: WithStore, { atomicBatches }: StorePromises): void {
  const batch = columnsOf([row(1n, HOUR, 1, 1), row(2n, HOUR, 1, 1), row(1n, HOUR, 1, 1)]);
  const into = { counter: new Uint32Array(3), fingerprint: new Int32Array(3) };
  const marker = { name: 'log-position', value: 1 } as const;
  const options = atomicBatches ? { marker } : {};
  type Operation = [string, (store: KeyValueStore) => Promise<unknown>, number, number, number];
  const operations: Operation[] = [
    ['atomic increment', (store) => store.increment(batch, FENCE, options), 0, 3, 1],
    ['read-modify-write', (store) => store.increment(batch, FENCE, { mode: 'read-modify-write' }), 3, 3, 2],
    ['upsert', (store) => store.upsert(batch, 1, FENCE), 0, 3, 1],
    ['bulk load', (store) => store.bulkLoad(batch, FENCE, marker), 0, 3, 1],
    ['delete', (store) => store.delete(batch, FENCE), 0, 3, 1],
    ['multi-get', (store) => store.multiGet(batch, into), 3, 0, 1],
    ['markers', (store) => store.markers('log-position', 8), 1, 0, 1],
    ['scan', (store) => scanned(store), 0, 0, 0],
    ['raise of a fence', (store) => store.raiseFence(FENCE), 0, 0, 0],
    ['question for the last transaction', (store) => store.lastTransaction(), 0, 0, 0],
    ['refused batch', (store) => store.upsert(batch, 1, { ...FENCE, epoch: 0 }).catch(() => undefined), 0, 0, 1],
  ];

  test.each(operations)('%s', (_name, operate, reads, writes, roundTrips) =>
    withStore(async (open) => {
      const [store, other] = [await open(), await open()];
      await other.raiseFence(FENCE);
      await other.bulkLoad(batch, FENCE);
      expect(withoutSent(store.counts)).toEqual({ commands: 0, reads: 0, writes: 0, roundTrips: 0 });
      for (const times of [1, 2]) {
        await operate(store);
        expect(withoutSent(store.counts)).toEqual({
          commands: times * (reads + writes),
          reads: times * reads,
          writes: times * writes,
          roundTrips: atomicBatches || roundTrips === 0 ? times * roundTrips : expect.any(Number),
        });
        // A store without transactions needs more requests for the same commands.
        expect(store.counts.roundTrips).toBeGreaterThanOrEqual(times * roundTrips);
      }
    }),
  );
}

function withoutSent({ sent: _sent, ...counts }: StoreCounts): StoreCounts {
  return counts;
}

function describeHandles(withStore: WithStore, { mixedWrites, ...guarantees }: StorePromises): void {
  test('it declares what it guarantees', () =>
    withStore(async (open) => {
      expect((await open()).guarantees).toEqual(guarantees);
    }));

  test('a handle sees what another one has written, at once', () =>
    withStore(async (open) => {
      const [writer, reader] = [await open(), await open()];
      for (let i = 1; i <= 5; i++) {
        const marker = { name: 'log-position', value: i } as const;
        await writer.increment(columnsOf([row(1n, HOUR, 1, 2)]), FENCE, guarantees.atomicBatches ? { marker } : {});
        if (!guarantees.atomicBatches) await writer.bulkLoad(columnsOf([]), FENCE, marker);
        expect(await valuesOf(reader, [row(1n, HOUR)])).toEqual([[i, 2 * i]]);
        expect(await reader.markers('log-position', 1)).toEqual([i]);
        expect(await scanned(reader)).toEqual([row(1n, HOUR, i, 2 * i)]);
        expect(await reader.lastTransaction()).toBe(await writer.lastTransaction());
      }
    }));

  test('closing a handle twice does no harm, a closed handle refuses, and the others go on', () =>
    withStore(async (open) => {
      const [store, other] = [await open(), await open()];
      await store.increment(columnsOf([row(1n, HOUR, 1, 1)]), FENCE);
      await store.close();
      await store.close();
      await expect(store.increment(columnsOf([row(1n, HOUR, 1, 1)]), FENCE)).rejects.toThrow(/closed/);
      await expect(valuesOf(store, [row(1n, HOUR)])).rejects.toThrow(/closed/);
      await expect(scanned(store)).rejects.toThrow(/closed/);
      await other.increment(columnsOf([row(1n, HOUR, 1, 1)]), FENCE);
      const reopened = await open();
      expect(await scanned(reopened)).toEqual([row(1n, HOUR, 2, 2)]);
    }));

  test('its settings name the engine and the durability', () =>
    withStore(async (open) => {
      const { settings } = await open();
      expect(settings.engine).toMatch(/\w/);
      expect(settings.durability).toMatch(/\w/);
    }));

  if (!mixedWrites) return;
  test('any sequence of operations leaves what a plain map would hold', () =>
    fc.assert(
      fc.asyncProperty(storeCommands, (commands) => withStore(async (open) => runAgainstModel(await open(), commands))),
      { numRuns: 60 },
    ));
}
