/**
 * The way of a query, with a delay that can be put on either of its sides: the stores', or the state's. What it delays
 * it counts.
 */
import type { KeyValueStore } from '../../substrates/key-value-store/key-value-store.ts';
import type { StateReader } from '../../substrates/query-service.ts';

export type QuerySide = 'store' | 'state';

export class QueryPath {
  readonly #sleep: (durationMs: number) => Promise<void>;
  readonly #delayMs: Record<QuerySide, number> = { store: 0, state: 0 };
  readonly #delayed: Record<QuerySide, number> = { store: 0, state: 0 };

  constructor(sleep: (durationMs: number) => Promise<void>) {
    this.#sleep = sleep;
  }

  /** From now on; 0 for none. */
  delay(side: QuerySide, delayMs: number): void {
    this.#delayMs[side] = delayMs;
  }

  /** Reads that were delayed so far. */
  delayed(side: QuerySide): number {
    return this.#delayed[side];
  }

  store(store: KeyValueStore): KeyValueStore {
    const pass = (): Promise<void> => this.#pass('store');
    return new Proxy(store, {
      get(inner, name) {
        const member = Reflect.get(inner, name, inner) as unknown;
        if (name === 'multiGet' || name === 'markers') {
          const read = member as (...args: unknown[]) => Promise<unknown>;
          return async (...args: unknown[]) => {
            await pass();
            return read.apply(inner, args);
          };
        }
        return typeof member === 'function' ? (member as (...args: unknown[]) => unknown).bind(inner) : member;
      },
    });
  }

  state(reader: StateReader): StateReader {
    return {
      read: async (keys) => {
        await this.#pass('state');
        return reader.read(keys);
      },
    };
  }

  async #pass(side: QuerySide): Promise<void> {
    const delayMs = this.#delayMs[side];
    if (delayMs === 0) return;
    this.#delayed[side] += 1;
    await this.#sleep(delayMs);
  }
}
