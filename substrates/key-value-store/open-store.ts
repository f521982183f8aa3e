/**
 * Opens the stores that live outside of the process. An adapter is loaded when its first store is opened, so that a
 * process without a store does not load its native code.
 */
import type { KeyValueStoreBinding } from './key-value-store.ts';
import type { LmdbStore } from './lmdb/lmdb-store.ts';

/** Opens the LMDB store of `binding`, and makes it if it is not there. Rejects if the directory cannot be used. */
export async function openLmdbStore(binding: KeyValueStoreBinding): Promise<LmdbStore> {
  if (binding.kind !== 'lmdb') throw new Error(`openLmdbStore opens stores of kind lmdb, not ${binding.kind}`);
  const { LmdbStore } = await import('./lmdb/lmdb-store.ts');
  return new LmdbStore(binding);
}
