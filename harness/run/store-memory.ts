/** What a counter takes of the memory of the servers behind a pipeline's stores, when an act has ended. */
import type { StoreName } from '../../substrates/declaration.ts';
import type { KeyValueStore } from '../../substrates/key-value-store/key-value-store.ts';
import type { StoreMemory } from '../results/figures.ts';

type AskedStore = Pick<KeyValueStore, 'counterMemory'>;

/** Nothing where no store has counters on a server that tells. */
export async function storeMemoryOf(
  stores: Partial<Record<StoreName, AskedStore>>,
): Promise<{ storeMemory?: StoreMemory }> {
  const storeMemory: StoreMemory = {};
  for (const [name, store] of Object.entries(stores) as [StoreName, AskedStore][]) {
    const memory = await store.counterMemory?.();
    if (memory !== undefined) storeMemory[name] = memory;
  }
  return Object.keys(storeMemory).length === 0 ? {} : { storeMemory };
}
