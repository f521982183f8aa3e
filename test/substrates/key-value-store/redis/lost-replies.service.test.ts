import { expect, test } from '@jest/globals';
import {
  type RedisClientKind,
  type RedisStoreBinding,
  StoreUnavailableError,
} from '../../../../substrates/key-value-store/key-value-store.ts';
import { RawLane } from '../../../../substrates/key-value-store/redis/raw-lane.ts';
import type { RedisStore } from '../../../../substrates/key-value-store/redis/redis-store.ts';
import { describeWith } from '../../../support/real-servers.ts';
import { columnsOf, row, scanned } from '../../../support/store-rows.ts';
import { UnreliableProxy } from './unreliable-proxy.ts';
import { bindingOf, withRedis } from './with-redis.ts';

const FENCE = { partition: 0, epoch: 1 };
const ROWS = [row(1n, 0, 1, 10), row(2n, 0, 1, -20)];

type Body = (store: RedisStore, proxy: UnreliableProxy, direct: RedisStore) => Promise<void>;

/** A handle that reaches the server through a proxy, and one that does not. */
async function throughProxy(url: string, more: Partial<RedisStoreBinding>, body: Body): Promise<void> {
  await withRedis(bindingOf(url), async (open) => {
    const direct = await open();
    const [node] = direct.binding.nodes;
    const proxy = await UnreliableProxy.before(node?.host as string, node?.port as number);
    try {
      await body(await open({ ...more, nodes: [{ host: '127.0.0.1', port: proxy.port }] }), proxy, direct);
    } finally {
      await proxy.close();
    }
  });
}

/** Increments while the answers get lost, and cuts the connection when there were some. */
async function incrementUnanswered(store: RedisStore, proxy: UnreliableProxy): Promise<unknown> {
  proxy.swallowing = true;
  const outcome = store.increment(columnsOf(ROWS), FENCE).then(
    () => 'done',
    (error: unknown) => error,
  );
  while (proxy.swallowed === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, 50));
  proxy.swallowing = false;
  proxy.cut();
  return outcome;
}

describeWith(['redis'], 'Redis store behind a network that loses replies', ({ redis }) => {
  test.each<RedisClientKind>(['pipeline', 'script', 'raw'])(
    '%s: a batch whose replies were lost is an error, is applied once, and the handle goes on',
    (client) =>
      throughProxy(redis, { client }, async (store, proxy, direct) => {
        await store.increment(columnsOf(ROWS), FENCE);
        const outcome = await incrementUnanswered(store, proxy);
        expect(outcome).toBeInstanceOf(StoreUnavailableError);
        expect((outcome as StoreUnavailableError).applied).toBe('unknown');
        expect(await scanned(direct)).toEqual([row(1n, 0, 2, 20), row(2n, 0, 2, -40)]);
        await store.increment(columnsOf(ROWS), FENCE);
        expect(await scanned(direct)).toEqual([row(1n, 0, 3, 30), row(2n, 0, 3, -60)]);
      }),
  );

  test('a batch that was cut before its EXEC was sent is known not to be applied', () =>
    throughProxy(redis, { client: 'await-each' }, async (store, proxy, direct) => {
      await store.increment(columnsOf(ROWS), FENCE);
      const outcome = await incrementUnanswered(store, proxy);
      expect(outcome).toMatchObject({ name: 'StoreUnavailableError', applied: 'no' });
      expect(await scanned(direct)).toEqual(ROWS);
    }));

  test('with resending, ioredis doubles a batch whose replies were lost, and nobody is told', () =>
    throughProxy(redis, { resend: true }, async (store, proxy, direct) => {
      expect(store.guarantees).toEqual({ atomicBatches: false, fence: 'checked', snapshotReads: true });
      await store.increment(columnsOf(ROWS), FENCE);
      expect(await lostWrites(store, proxy)).toBe('done');
      expect(await scanned(direct)).toEqual([row(1n, 0, 3, 30), row(2n, 0, 3, -60)]);
    }));

  test('a server that does not answer is unavailable within seconds, and so is one that cannot be reached', () =>
    throughProxy(redis, { client: 'raw' }, async (store, proxy) => {
      await store.increment(columnsOf(ROWS), FENCE);
      proxy.swallowing = true;
      await expect(store.increment(columnsOf(ROWS), FENCE)).rejects.toMatchObject({
        name: 'StoreUnavailableError',
        applied: 'unknown',
        message: expect.stringMatching(/did not answer within 2\d\d\d ms/),
      });
      proxy.refusing = true;
      proxy.cut();
      const refused = store.increment(columnsOf(ROWS), FENCE);
      await expect(refused).rejects.toMatchObject({ name: 'StoreUnavailableError', applied: 'no' });
      await expect(store.lastTransaction()).rejects.toThrow(StoreUnavailableError);
      proxy.refusing = false;
      proxy.swallowing = false;
      expect(await store.lastTransaction()).toBe(2);
    }));

  test('a server that speaks something else is refused, and a wrong password is named without being told', async () => {
    const { nodes } = bindingOf(redis);
    const node = nodes[0] as { host: string; port: number };
    const login = RawLane.open({ ...node, database: 0, tls: false, credentials: { password: 'wrong-secret' } });
    const error = (await login.catch((reason: unknown) => reason)) as Error;
    expect(error.message).toMatch(/Redis at .* says: /);
    expect(error.message).not.toMatch(/wrong-secret/);
    await expect(RawLane.open({ ...node, database: 9999, tls: false })).rejects.toThrow(/no database of that number/);
  });

  test('with resending, an older epoch is refused before it sends', () =>
    throughProxy(redis, { resend: true }, async (store, _proxy, direct) => {
      await direct.raiseFence({ partition: 0, epoch: 2 });
      await expect(store.increment(columnsOf(ROWS), FENCE)).rejects.toThrow(/fenced/);
      expect(await scanned(direct)).toEqual([]);
    }));
});

/** As `incrementUnanswered`, but the questions before the batch are answered: only its own answers get lost. */
async function lostWrites(store: RedisStore, proxy: UnreliableProxy): Promise<unknown> {
  proxy.swallowOnly = /^:/;
  try {
    return await incrementUnanswered(store, proxy);
  } finally {
    proxy.swallowOnly = undefined;
  }
}
