/**
 * Handles of the stores for what runs outside of Flink: markers of published hours, and the deletion of hours. Opened
 * only where there is a batch job.
 */
import type { StoreName } from '../../declaration.ts';
import type { KeyValueStore, KeyValueStoreBinding, StoreCounts } from '../../key-value-store/key-value-store.ts';
import type { Runtime } from '../../runtime.ts';
import type { JobSpecification } from '../stream-engine.ts';

export class OwnStores {
  readonly #stores: Partial<Record<StoreName, KeyValueStore>> = {};

  /** What was opened is closed by `close`, also when this rejects. */
  async open(runtime: Runtime, { declaration, stores }: JobSpecification): Promise<void> {
    if (declaration.stages.every(({ kind }) => kind !== 'batch-job')) return;
    for (const [name, binding] of Object.entries(stores) as [StoreName, KeyValueStoreBinding][]) {
      this.#stores[name] = await runtime.openStore(withoutWay(binding));
    }
  }

  /** Error if the job is not bound to it. */
  get(name: StoreName): KeyValueStore {
    const store = this.#stores[name];
    if (store === undefined) throw new Error(`the job was given no ${name} store`);
    return store;
  }

  /** What was sent by way of them. */
  counts(): Partial<Record<StoreName, StoreCounts>> {
    return Object.fromEntries(Object.entries(this.#stores).map(([name, { counts }]) => [name, counts]));
  }

  async close(): Promise<void> {
    for (const store of Object.values(this.#stores)) await store.close();
  }
}

/** What we write ourselves passes no proxy. */
function withoutWay(binding: KeyValueStoreBinding): KeyValueStoreBinding {
  if (!('via' in binding)) return binding;
  const { via: _, ...direct } = binding;
  return direct;
}
