import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RedisClientKind } from '../../../../substrates/key-value-store/key-value-store.ts';
import { Servers } from '../../../../substrates/key-value-store/redis/servers.ts';
import { describeKeyValueStore } from '../../../conformance/key-value-store.ts';
import { describeWith } from '../../../support/real-servers.ts';
import { columnsOf, row, scanned, valuesOf } from '../../../support/store-rows.ts';
import { type Cluster, startCluster } from './start-servers.ts';
import { bindingOf, withRedis } from './with-redis.ts';

const PROMISES = { atomicBatches: false, fence: 'atomic', snapshotReads: false, mixedWrites: true } as const;
const FENCE = { partition: 0, epoch: 1 };

describeWith(['redis'], 'Redis store on a cluster', ({ redis }) => {
  let directory: string;
  let cluster: Cluster;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'omegabench-cluster-'));
    cluster = await startCluster(directory);
  });
  afterAll(async () => {
    await cluster?.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  const binding = (client: RedisClientKind) => bindingOf(redis, { client, cluster: true, nodes: cluster.nodes });

  for (const client of ['pipeline', 'raw'] as const) {
    describeKeyValueStore(
      `Redis cluster, ${client}`,
      (body) => withRedis(binding(client), (open) => body(open)),
      PROMISES,
    );
  }

  test('its shards lie on all nodes, and any node is enough to find the others', () =>
    withRedis({ ...binding('raw'), nodes: cluster.nodes.slice(2) }, async (open) => {
      const store = await open();
      const before = await store.serverCounts();
      const rows = Array.from({ length: 2000 }, (_, i) => row(BigInt(i) * 3n, 0, 1, i));
      await store.increment(columnsOf(rows), FENCE);
      expect(await scanned(store)).toEqual(rows);
      expect(await valuesOf(store, rows)).toEqual(rows.map(({ counter, fingerprint }) => [counter, fingerprint]));
      const after = await store.serverCounts();
      expect((after.hincrby ?? 0) - (before.hincrby ?? 0)).toBe(2000);
      expect(await new Servers(store.binding).endpoints()).toHaveLength(3);
    }));

  describe('what cannot be had together', () => {
    test('is refused with a reason', () => {
      expect(() => new Servers({ ...binding('raw'), database: 1 })).toThrow(/database 0 only/);
      expect(() => new Servers({ ...binding('pipeline'), resend: true })).toThrow(/single Redis server/);
      expect(() => new Servers(bindingOf(redis, { client: 'raw', resend: true }))).toThrow(/only ioredis/);
    });
  });
});
