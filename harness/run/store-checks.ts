/** The commands of a pipeline's stores, as its clients count them and as the servers do. */
import type { StoreName } from '../../substrates/declaration.ts';
import type {
  KeyValueStore,
  KeyValueStoreBinding,
  StoreCounts,
} from '../../substrates/key-value-store/key-value-store.ts';
import { addCounts, zeroCounts } from '../../substrates/key-value-store/store-counts.ts';
import { type CommandCheck, type CommandCounts, checkCommands } from '../measure/command-check.ts';

type Stores = Partial<Record<StoreName, KeyValueStore>>;

export class StoreChecks {
  readonly #before: Partial<Record<StoreName, CommandCounts>>;

  private constructor(before: Partial<Record<StoreName, CommandCounts>>) {
    this.#before = before;
  }

  /** Asks the servers what they have counted before anything but opening the stores was done. */
  static async before(stores: Stores): Promise<StoreChecks> {
    const before: Partial<Record<StoreName, CommandCounts>> = {};
    for (const [name, store] of Object.entries(stores) as [StoreName, KeyValueStore][]) {
      const counts = await store.serverCounts?.();
      if (counts !== undefined) before[name] = counts;
    }
    return new StoreChecks(before);
  }

  /**
   * What was sent since then by the harness's own handles and by the workers, and what each server has counted; nothing
   * where workers do not say what they have sent. Stores
   * whose counters are the same server's are checked as one, under the name of the first.
   */
  async check(
    stores: Stores,
    ofWorkers: Partial<Record<StoreName, StoreCounts>>,
  ): Promise<Partial<Record<StoreName, CommandCheck[]>>> {
    const checks: Partial<Record<StoreName, CommandCheck[]>> = {};
    for (const names of this.#byCounters(stores)) {
      const [first] = names as [StoreName];
      if (names.some((name) => isUntold(ofWorkers[name]))) continue;
      const sent = zeroCounts();
      for (const name of names) {
        addCounts(sent, stores[name]?.counts ?? zeroCounts());
        addCounts(sent, ofWorkers[name] ?? zeroCounts());
      }
      const after = await stores[first]?.serverCounts?.();
      checks[first] = checkCommands(sent.sent ?? {}, this.#before[first] ?? {}, after ?? {});
    }
    return checks;
  }

  /** The stores that have counters, those with the same ones together. */
  #byCounters(stores: Stores): StoreName[][] {
    const groups = new Map<string, StoreName[]>();
    for (const name of Object.keys(this.#before) as StoreName[]) {
      const key = countersOf((stores[name] as KeyValueStore).binding);
      groups.set(key, [...(groups.get(key) ?? []), name]);
    }
    return [...groups.values()];
  }
}

/** Workers that have sent something and do not say what, by the server's names: there is nothing to compare. */
function isUntold(counts: StoreCounts | undefined): boolean {
  return counts !== undefined && counts.commands > 0 && counts.sent === undefined;
}

/** Redis counts for all of its clients, Cassandra for each table. */
function countersOf(binding: KeyValueStoreBinding): string {
  return binding.kind === 'redis' ? JSON.stringify(binding.nodes) : JSON.stringify(binding);
}
