/**
 * Opens the stores that live outside of the process, and makes and removes what they need on their servers. An adapter
 * is loaded when its first store is opened, so that a process without a store does not load its native code.
 */
import type { KeyValueStore, KeyValueStoreBinding } from './key-value-store.ts';
import type { LmdbStore } from './lmdb/lmdb-store.ts';

/** Error for a store in memory, which lives in the process that made it, and if the server cannot be reached. */
export async function openStore(binding: KeyValueStoreBinding): Promise<KeyValueStore> {
  switch (binding.kind) {
    case 'redis': {
      const { RedisStore } = await import('./redis/redis-store.ts');
      return RedisStore.open(binding);
    }
    case 'cassandra': {
      const { CassandraStore } = await import('./cassandra/cassandra-store.ts');
      return CassandraStore.open(binding);
    }
    default:
      return openLmdbStore(binding);
  }
}

/** Opens the LMDB store of `binding`, and makes it if it is not there. Rejects if the directory cannot be used. */
export async function openLmdbStore(binding: KeyValueStoreBinding): Promise<LmdbStore> {
  if (binding.kind !== 'lmdb') throw new Error(`openLmdbStore opens stores of kind lmdb, not ${binding.kind}`);
  const { LmdbStore } = await import('./lmdb/lmdb-store.ts');
  return new LmdbStore(binding);
}

/** Makes what the store needs before its first handle is opened: Cassandra's tables. Error if it exists already. */
export async function createStore(binding: KeyValueStoreBinding): Promise<void> {
  if (binding.kind !== 'cassandra') return;
  const { createTables } = await import('./cassandra/tables.ts');
  await createTables(binding);
}

/** Lets a server that compiles its code as it runs settle, on tables of its own; nothing for the others. */
export async function warmUpStore(binding: KeyValueStoreBinding, seconds: number): Promise<void> {
  if (binding.kind !== 'cassandra') return;
  const { warmUp } = await import('./cassandra/warm-up.ts');
  await warmUp(binding, seconds);
}

/** Removes everything under the store's prefix from its server; idempotent. A folder belongs to the run. */
export async function removeStore(binding: KeyValueStoreBinding): Promise<void> {
  if (binding.kind === 'redis') {
    const { removeKeys } = await import('./redis/remove-keys.ts');
    await removeKeys(binding);
  } else if (binding.kind === 'cassandra') {
    const { dropTables } = await import('./cassandra/tables.ts');
    await dropTables(binding);
  }
}
