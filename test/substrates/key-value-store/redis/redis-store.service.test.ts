import { describe, expect, test } from '@jest/globals';
import { FencedError, type RedisClientKind } from '../../../../substrates/key-value-store/key-value-store.ts';
import { probeRedis, serverCpuSeconds } from '../../../../substrates/key-value-store/redis/probe.ts';
import { RawLane } from '../../../../substrates/key-value-store/redis/raw-lane.ts';
import { removeKeys } from '../../../../substrates/key-value-store/redis/remove-keys.ts';
import { describeKeyValueStore } from '../../../conformance/key-value-store.ts';
import { describeWith } from '../../../support/real-servers.ts';
import { columnsOf, row, scanned, valuesOf } from '../../../support/store-rows.ts';
import { bindingOf, withRedis } from './with-redis.ts';

const HOUR = 3_600_000;
const FENCE = { partition: 0, epoch: 1 };
const PLAIN = { database: 0, tls: false };
const CLIENTS: readonly RedisClientKind[] = ['await-each', 'pipeline', 'script', 'raw'];

describeWith(['redis'], 'Redis store', ({ redis }) => {
  for (const client of CLIENTS) {
    describeKeyValueStore(`Redis, ${client}`, (body) =>
      withRedis(bindingOf(redis, { client }), (open) => body(() => open())),
    );
  }

  describe('whatever the client', () => {
    /** Ids, hours and values that take every branch of the codecs. */
    const rows = Array.from({ length: 3000 }, (_, i) => {
      const id = BigInt.asUintN(64, BigInt(i % 700) * 0x9e37_79b9_7f4a_7c15n);
      return row(id, (i % 3) * HOUR, 1, ((i * 7919) % 32_768) - 16_384);
    });

    test('the same increments give the same counters', async () => {
      const results: ReturnType<typeof row>[][] = [];
      for (const client of CLIENTS) {
        await withRedis(bindingOf(redis, { client }), async (open) => {
          const store = await open();
          await store.increment(columnsOf(rows), FENCE, { marker: { name: 'log-position', value: 9 } });
          expect(await store.markers('log-position', 1)).toEqual([9]);
          results.push(await scanned(store));
        });
      }
      const expected = new Map<string, ReturnType<typeof row>>();
      for (const each of rows) {
        const key = `${each.hour}/${each.id}`;
        const sum = expected.get(key) ?? row(each.id, each.hour);
        expected.set(key, row(each.id, each.hour, sum.counter + 1, sum.fingerprint + each.fingerprint));
      }
      const sorted = [...expected.values()].sort((a, b) => a.hour - b.hour || (a.id < b.id ? -1 : 1));
      for (const result of results) expect(result).toEqual(sorted);
    });

    test.each(CLIENTS)('%s: a batch bigger than what may be in flight is one transaction', async (client) => {
      const many = columnsOf(Array.from({ length: 21_000 }, (_, i) => row(BigInt(i), HOUR, 1, i)));
      await withRedis(bindingOf(redis, { client }), async (open) => {
        const store = await open();
        await store.increment(many, FENCE);
        expect(await store.lastTransaction()).toBe(1);
        expect(store.counts).toMatchObject({ commands: 21_000, writes: 21_000, roundTrips: 1 });
        expect(await scanned(store)).toHaveLength(21_000);
      });
    });

    test.each(CLIENTS)('%s: a zombie that has written before is refused at its next batch', async (client) => {
      await withRedis(bindingOf(redis, { client }), async (open) => {
        const [zombie, heir] = [await open(), await open()];
        await zombie.increment(columnsOf([row(1n, HOUR, 1, 1)]), FENCE);
        await heir.raiseFence({ partition: 0, epoch: 2 });
        await expect(zombie.increment(columnsOf([row(1n, HOUR, 1, 1)]), FENCE)).rejects.toThrow(FencedError);
        await heir.increment(columnsOf([row(1n, HOUR, 1, 1)]), { partition: 0, epoch: 2 });
        expect(await valuesOf(heir, [row(1n, HOUR)])).toEqual([[2, 2]]);
      });
    });
  });

  describe('values', () => {
    test('an hour that was begun by an upsert is kept as plain numbers, and takes increments all the same', () =>
      withRedis(bindingOf(redis), async (open) => {
        const store = await open();
        await store.upsert(columnsOf([row(1n, HOUR, 100, -3), row(2n, HOUR, 1, 1)]), 2 * HOUR, FENCE);
        const hash = (await memoryOf(redis, store.binding.prefix)).find((text) => text.includes(','));
        expect(hash).toBeUndefined();
        await store.increment(columnsOf([row(1n, HOUR, 1, -1), row(3n, HOUR, 5, 5)]), FENCE);
        await store.upsert(columnsOf([row(1n, HOUR, 9, 9), row(3n, HOUR, 8, 8)]), HOUR, FENCE);
        expect(await scanned(store)).toEqual([row(1n, HOUR, 101, -4), row(2n, HOUR, 1, 1), row(3n, HOUR, 8, 8)]);
      }));

    test('100,000 tweets of an hour take less than 28 bytes each', () =>
      withRedis(bindingOf(redis, { client: 'raw' }), async (open) => {
        const store = await open();
        expect(await store.counterMemory()).toBeUndefined();
        const tweets = Array.from({ length: 100_000 }, (_, i) => row((BigInt(i) << 33n) + BigInt(i), HOUR, 36, i));
        for (let from = 0; from < tweets.length; from += 10_000) {
          await store.increment(columnsOf(tweets.slice(from, from + 10_000)), FENCE);
        }
        const memory = await store.counterMemory();
        expect(memory?.bytesPerCounter).toBeGreaterThan(9);
        expect(memory?.bytesPerCounter).toBeLessThan(28);
        // An hour has 2,048 hashes, and 2,000 of them are asked for.
        expect(memory?.countersSampled).toBeGreaterThan(95_000);
        expect(memory?.measuredBy).toBe('MEMORY USAGE of 2000 hashes, all fields');
      }));
  });

  describe('the server', () => {
    test('a server that has forgotten the scripts still applies all of a batch', () =>
      withRedis(bindingOf(redis, { client: 'script' }), async (open) => {
        const store = await open();
        const lane = await RawLane.open({ ...(store.binding.nodes[0] as { host: string; port: number }), ...PLAIN });
        for (let times = 1; times <= 3; times++) {
          await store.increment(columnsOf([row(1n, HOUR, 1, 1), row(2n, HOUR, 2 ** 24, 0)]), FENCE);
          await store.increment(columnsOf([row(1n, 0, 1, 1)]), FENCE);
          expect(await valuesOf(store, [row(1n, HOUR), row(1n, 0)])).toEqual([
            [times, times],
            [times, times],
          ]);
          lane.stage('SCRIPT', 'FLUSH');
          await lane.flush();
        }
        lane.close();
      }));

    test('keys of others survive the removal of a store, and the removal of nothing', () =>
      withRedis(bindingOf(redis), async (open) => {
        const store = await open();
        const { prefix, nodes } = store.binding;
        const lane = await RawLane.open({ ...(nodes[0] as { host: string; port: number }), ...PLAIN });
        const foreign = [`${prefix}x:control`, `x${prefix}:control`];
        try {
          for (const key of foreign) lane.stage('SET', key, 'mine');
          await lane.flush();
          await store.increment(columnsOf([row(1n, HOUR, 1, 1), row(1n, -HOUR, 1, 1)]), FENCE, {
            marker: { name: 'log-position', value: 1 },
          });
          for (const _ of [1, 2]) await removeKeys(store.binding);
          lane.stage('KEYS', `*${prefix}*`);
          expect([...((await lane.flush())[0] as string[])].sort()).toEqual([...foreign].sort());
        } finally {
          lane.stage('UNLINK', ...foreign);
          await lane.flush();
          lane.close();
        }
        expect(await scanned(await open())).toEqual([]);
      }));

    test('a probe tells version, role, persistence, eviction, memory and the difference of clocks', async () => {
      const { nodes } = bindingOf(redis);
      const [facts] = await probeRedis({ nodes, tls: false, database: 0 });
      expect(facts?.version).toMatch(/^(Redis|Valkey) \d+\./);
      expect(facts?.role).toBe('master');
      expect(facts?.persistence).toMatch(/append-only file/);
      expect(facts?.evictionPolicy).toBe('noeviction');
      expect(facts?.usedMemoryBytes).toBeGreaterThan(100_000);
      expect(Math.abs(facts?.clockOffsetMs ?? Infinity)).toBeLessThan(1000);
    });

    test('its CPU time grows with work', () =>
      withRedis(bindingOf(redis, { client: 'raw' }), async (open) => {
        const store = await open();
        const before = await serverCpuSeconds(store.binding);
        for (let i = 0; i < 20; i++) {
          await store.increment(columnsOf(Array.from({ length: 5000 }, (_, k) => row(BigInt(k), 0, 1, 1))), FENCE);
        }
        expect(await serverCpuSeconds(store.binding)).toBeGreaterThan(before);
      }));

    test('settings name the server, its persistence and the client', () =>
      withRedis(bindingOf(redis, { client: 'raw' }), async (open) => {
        const { settings } = await open();
        expect(settings.engine).toMatch(/^(Redis|Valkey) \d/);
        expect(settings.client).toMatch(/^raw: /);
        expect(settings.resend).toMatch(/^off/);
        expect((await open({ client: 'script' })).settings.engine).toMatch(/ioredis \d/);
      }));
  });
});

/** Every value of a store's counters, as the server has it. */
async function memoryOf(url: string, prefix: string): Promise<string[]> {
  const { nodes } = bindingOf(url);
  const lane = await RawLane.open({ ...(nodes[0] as { host: string; port: number }), ...PLAIN });
  try {
    lane.stage('KEYS', `${prefix}:h*`);
    const [keys] = (await lane.flush()) as [string[]];
    for (const key of keys) lane.stage('HVALS', key);
    return (await lane.flush()).flat() as string[];
  } finally {
    lane.close();
  }
}
