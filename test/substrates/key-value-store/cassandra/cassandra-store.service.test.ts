/** The Cassandra store against a real server: the conformance suite, and what is particular to Cassandra. */
import { describe, expect, jest, test } from '@jest/globals';
import type { CassandraStore } from '../../../../substrates/key-value-store/cassandra/cassandra-store.ts';
import { createRows, type StoreGuarantees } from '../../../../substrates/key-value-store/key-value-store.ts';
import { describeKeyValueStore } from '../../../conformance/key-value-store.ts';
import { FENCE, HOUR } from '../../../conformance/key-value-writes.ts';
import { describeWith } from '../../../support/real-servers.ts';
import { columnsOf, row, scanned, valuesOf } from '../../../support/store-rows.ts';
import { bindingOf, shareTables, withTables } from './cassandra-support.ts';

const DECLARED: StoreGuarantees = { atomicBatches: false, fence: 'checked', snapshotReads: false };

/** A server that is cold or busy takes seconds to make or empty the tables. */
jest.setTimeout(60_000);

describeWith(['cassandra'], 'Cassandra store on a real server', ({ cassandra }) => {
  const withStore = shareTables(bindingOf(cassandra));
  describeKeyValueStore('Cassandra', withStore, { ...DECLARED, mixedWrites: false });

  describe('writes', () => {
    test.each([false, true])('increments of many writers add up exactly (in counter batches: %p)', (batchCounters) =>
      withTables(bindingOf(cassandra, { batchCounters }), async (open) => {
        const writers = [await open(), await open(), await open()];
        // 700 increments a call over 50 keys: more than are under way at a time, and equal keys beside each other.
        const batch = columnsOf(Array.from({ length: 700 }, (_, i) => row(BigInt(i % 50), HOUR, 1, i)));
        await Promise.all(writers.flatMap((store) => [store.increment(batch, FENCE), store.increment(batch, FENCE)]));
        // Key k gets k, k+50, …, k+650 in each of the six calls: 14 rows whose fingerprints sum to 14k + 50·91.
        const expected = Array.from({ length: 50 }, (_, k) => row(BigInt(k), HOUR, 84, 6 * (14 * k + 4550)));
        expect(await scanned(writers[0] as CassandraStore)).toEqual(expected);
      }),
    );

    test('an older upsert never lands on a newer one, in whatever order many writers send them', () =>
      withStore(async (open) => {
        const stores = [await open(), await open()];
        const keys = Array.from({ length: 300 }, (_, i) => row(BigInt(i), HOUR));
        const versions = [7, 1, 9, 4, 10, 2, 8, 3];
        const upserts = versions.map((version, i) => {
          const rows = columnsOf(keys.map((key) => ({ ...key, counter: version * 100, fingerprint: -version })));
          return (stores[i % 2] as CassandraStore).upsert(rows, version, FENCE);
        });
        await Promise.all(upserts);
        expect(await valuesOf(stores[0] as CassandraStore, keys)).toEqual(keys.map(() => [1000, -10]));
      }));

    test('the later of two equal keys in one bulk load stays', () =>
      withStore(async (open) => {
        const store = await open();
        await store.bulkLoad(columnsOf([row(1n, HOUR, 900, 9), row(2n, HOUR, 5, 5), row(1n, HOUR, 3, -3)]), FENCE);
        expect(await scanned(store)).toEqual([row(1n, HOUR, 3, -3), row(2n, HOUR, 5, 5)]);
      }));

    test('increments and a replaced value of one key are summed when they are read', () =>
      withStore(async (open) => {
        const store = await open();
        await store.upsert(columnsOf([row(1n, HOUR, 100, -4)]), 5, FENCE);
        await store.increment(columnsOf([row(1n, HOUR, 2, 1), row(9n, HOUR, 1, 1)]), FENCE);
        expect(await valuesOf(store, [row(1n, HOUR), row(9n, HOUR)])).toEqual([
          [102, -3],
          [1, 1],
        ]);
        expect(await scanned(store)).toEqual([row(1n, HOUR, 102, -3), row(9n, HOUR, 1, 1)]);
      }));

    test('incremented keys are deleted too', () =>
      withStore(async (open) => {
        const store = await open();
        const rows = Array.from({ length: 200 }, (_, i) => row(BigInt(i), HOUR, 1, 1));
        await store.increment(columnsOf(rows), FENCE);
        await store.delete(columnsOf(rows.slice(0, 199)), FENCE);
        expect(await scanned(store)).toEqual(rows.slice(199));
      }));
  });

  describe('counts', () => {
    test.each([false, true])('what was sent is what the server has counted (counter batches: %p)', (batchCounters) =>
      withTables(bindingOf(cassandra, { batchCounters }), async (open) => {
        const [store, other] = [await open(), await open()];
        const rows = createRows(3000);
        rows.count = 3000;
        for (let i = 0; i < rows.count; i++) {
          rows.tweetIdLo[i] = i % 1200;
          rows.hourStartMs[i] = (i % 2) * HOUR;
          rows.counter[i] = 1;
        }
        await store.raiseFence(FENCE);
        await store.increment(rows, FENCE);
        await other.increment(rows, FENCE, { mode: 'read-modify-write' });
        await store.upsert(rows, 5, FENCE);
        await other.bulkLoad(rows, FENCE, { name: 'published-hour', value: 1 });
        await store.multiGet(rows, { counter: new Uint32Array(3000), fingerprint: new Int32Array(3000) });
        await store.markers('published-hour', 4);
        await other.delete(rows, FENCE);
        await scanned(store);
        const sent = sumOf(store.counts.sent, other.counts.sent);
        expect(sent['counters.coordinator_write_latency']).toBeGreaterThan(batchCounters ? 31 : 2999);
        expect(Object.keys(sent).sort()).toEqual([
          'counters.coordinator_read_latency',
          'counters.coordinator_write_latency',
          'hours.coordinator_read_latency',
          'hours.coordinator_write_latency',
          'markers.coordinator_read_latency',
          'markers.coordinator_write_latency',
          'values.coordinator_read_latency',
          'values.coordinator_write_latency',
        ]);
        expect(await store.serverCounts()).toEqual(sent);
      }),
    );
  });

  test('its settings name server, driver, consistency and replication, and no secret', () =>
    withTables(bindingOf(cassandra, { credentials: { username: 'me', password: 'hush' } }), async (open) => {
      const { settings } = await open();
      expect(settings).toMatchObject({ consistency: 'local-one', increments: 'one UPDATE each' });
      expect(settings.engine).toMatch(/^Cassandra \d+\.\d+/);
      expect(settings.client).toMatch(/^cassandra-driver \d+\.\d+\.\d+$/);
      expect(settings.replication).toMatch(/Strategy, .*\d/);
      expect(settings.durability).toMatch(/commitlog_sync/);
      expect(JSON.stringify(settings)).not.toContain('hush');
    }));
});

function sumOf(...parts: (Record<string, number> | undefined)[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const part of parts) {
    for (const [name, times] of Object.entries(part ?? {})) sum[name] = (sum[name] ?? 0) + times;
  }
  return sum;
}
