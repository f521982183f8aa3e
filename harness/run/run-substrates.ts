/**
 * The log and the stores of a run: for each act and architecture ones of its own, made before they are used and removed
 * from their servers afterwards. Only what the run has made is ever removed.
 */
import type { StoreName } from '../../substrates/declaration.ts';
import type { EventLogBinding } from '../../substrates/event-log/event-log.ts';
import { createLog, removeLog } from '../../substrates/event-log/open-log.ts';
import type { KeyValueStoreBinding } from '../../substrates/key-value-store/key-value-store.ts';
import { createStore, removeStore } from '../../substrates/key-value-store/open-store.ts';
import type { ServerCredentials } from '../config/credentials.ts';
import type { RunConfig } from '../config/run-config.ts';
import { logBindingOf, storeBindingOf } from './bindings.ts';

export class RunSubstrates {
  readonly #config: RunConfig;
  readonly #credentials: ServerCredentials;
  /** Of this run alone: part of the names of topics, keys and tables. */
  readonly #runId: string;
  readonly #logs = new Set<EventLogBinding>();
  readonly #stores = new Set<KeyValueStoreBinding>();
  #made = 0;

  constructor(config: RunConfig, credentials: ServerCredentials, runId: string) {
    this.#config = config;
    this.#credentials = credentials;
    this.#runId = runId;
  }

  /** An empty log; `folder` is where one of files goes. */
  async log(what: string, partitions: number, folder: string): Promise<EventLogBinding> {
    const binding = logBindingOf(this.#config, this.#credentials, { name: this.#name(what), partitions, folder });
    // Known before it is made: what was made by half is removed too.
    this.#logs.add(binding);
    await createLog(binding);
    return binding;
  }

  /** An empty store; `folder` is where an embedded one goes. The client is the configured one, if nothing is said. */
  async store(
    what: string,
    store: StoreName,
    {
      folder,
      sync,
      redisClient,
    }: { folder: string; sync: boolean; redisClient?: RunConfig['redisClient'] | undefined },
  ): Promise<KeyValueStoreBinding> {
    const name = this.#name(`${what}-${store}`);
    const config = redisClient === undefined ? this.#config : { ...this.#config, redisClient };
    const binding = storeBindingOf(config, this.#credentials, store, { name, folder, sync });
    this.#stores.add(binding);
    await createStore(binding);
    return binding;
  }

  async removeLog(binding: EventLogBinding): Promise<void> {
    if (this.#logs.delete(binding)) await removeLog(binding);
  }

  async removeStore(binding: KeyValueStoreBinding): Promise<void> {
    if (this.#stores.delete(binding)) await removeStore(binding);
  }

  /** Removes what was not removed yet, as far as its server is there; idempotent. */
  async close(): Promise<void> {
    const removals = [
      ...[...this.#stores].map((binding) => this.removeStore(binding)),
      ...[...this.#logs].map((binding) => this.removeLog(binding)),
    ];
    await Promise.allSettled(removals);
  }

  #name(what: string): string {
    this.#made += 1;
    return `${this.#runId}-${this.#made}-${what}`;
  }
}
