/** Commands as a handle counts them and as the server does; on a server of its own, since it counts for everybody. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  FencedError,
  type RedisClientKind,
  type RedisStoreBinding,
} from '../../../../substrates/key-value-store/key-value-store.ts';
import { describeWith } from '../../../support/real-servers.ts';
import { columnsOf, row, scanned, valuesOf } from '../../../support/store-rows.ts';
import { type Cluster, startServer } from './start-servers.ts';
import { bindingOf, withRedis } from './with-redis.ts';

const HOUR = 3_600_000;
const FENCE = { partition: 0, epoch: 1 };
const CLIENTS: readonly RedisClientKind[] = ['await-each', 'pipeline', 'script', 'raw'];

describeWith(['redis'], 'Redis server’s own counts', ({ redis }) => {
  const rows = Array.from({ length: 50 }, (_, i) => row(BigInt(i % 40) << 31n, (i % 3) * HOUR, 1, i - 25));
  let directory: string;
  let server: Cluster;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'omegabench-redis-'));
    server = await startServer(directory);
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  const binding = (client: RedisClientKind): RedisStoreBinding => bindingOf(redis, { client, nodes: server.nodes });

  test.each(CLIENTS)('%s: a row is one HINCRBY to the server, also where keys are equal', async (client) => {
    await withRedis(binding(client), async (open) => {
      const store = await open();
      const before = await store.serverCounts();
      await store.increment(columnsOf(Array.from({ length: 500 }, () => row(7n, HOUR, 1, 1))), FENCE);
      const after = await store.serverCounts();
      expect((after.hincrby ?? 0) - (before.hincrby ?? 0)).toBe(500);
      expect(await valuesOf(store, [row(7n, HOUR)])).toEqual([[500, 500]]);
    });
  });

  test.each(CLIENTS)('%s: what all handles have sent is what the server has counted', async (client) => {
    await withRedis(binding(client), async (open) => {
      const [store, other] = [await open(), await open()];
      const before = await store.serverCounts();
      const batch = columnsOf(rows.slice(0, 40));
      await store.raiseFence(FENCE);
      await store.raiseFence(FENCE);
      await store.increment(batch, FENCE, { marker: { name: 'log-position', value: 1 } });
      await other.increment(batch, { partition: 1, epoch: 0 }, { mode: 'read-modify-write' });
      await store.upsert(batch, 5, FENCE);
      await other.upsert(batch, 4, FENCE);
      await store.increment(batch, FENCE);
      await other.bulkLoad(batch, FENCE, { name: 'published-hour', value: 1 });
      await store.delete(columnsOf(rows.slice(0, 3)), FENCE);
      await other.raiseFence({ partition: 0, epoch: 2 });
      await expect(store.upsert(batch, 9, FENCE)).rejects.toThrow(FencedError);
      await valuesOf(other, rows.slice(0, 50));
      await store.markers('published-hour', 3);
      await other.lastTransaction();
      await scanned(store);
      const after = await store.serverCounts();
      const counted = Object.fromEntries(
        Object.entries(after)
          .map(([name, calls]) => [name, calls - (before[name] ?? 0)] as const)
          .filter(([, calls]) => calls > 0),
      );
      const sent: Record<string, number> = { ...store.counts.sent };
      for (const [name, calls] of Object.entries(other.counts.sent ?? {})) sent[name] = (sent[name] ?? 0) + calls;
      expect(sent).toEqual(counted);
    });
  });
});
