/** Stores on a real Redis server for tests: handles on one prefix, which are closed and whose keys are removed. */
import type { KeyValueStore, RedisStoreBinding } from '../../../../substrates/key-value-store/key-value-store.ts';
import { RedisStore } from '../../../../substrates/key-value-store/redis/redis-store.ts';
import { removeKeys } from '../../../../substrates/key-value-store/redis/remove-keys.ts';
import { uniquePrefix } from '../../../support/real-servers.ts';

/** The binding that a URL `redis://host:port` stands for, under a prefix of its own. */
export function bindingOf(url: string, more: Partial<RedisStoreBinding> = {}): RedisStoreBinding {
  const { hostname, port } = new URL(url);
  return {
    kind: 'redis',
    nodes: [{ host: hostname, port: Number(port) }],
    cluster: false,
    database: 0,
    tls: false,
    prefix: uniquePrefix(),
    client: 'pipeline',
    resend: false,
    ...more,
  };
}

/** Gives `body` what opens handles; removes the store's keys afterwards. */
export async function withRedis(
  binding: RedisStoreBinding,
  body: (open: (more?: Partial<RedisStoreBinding>) => Promise<RedisStore>) => Promise<void>,
): Promise<void> {
  const handles: KeyValueStore[] = [];
  try {
    await body(async (more = {}) => {
      const handle = await RedisStore.open({ ...binding, ...more });
      handles.push(handle);
      return handle;
    });
  } finally {
    for (const handle of handles) await handle.close();
    await removeKeys(binding);
  }
}
