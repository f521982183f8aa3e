import { describe, expect, test } from '@jest/globals';
import type { Answer, StoreName } from '../../substrates/declaration.ts';
import type { KeyColumns, KeyValueStore } from '../../substrates/key-value-store/key-value-store.ts';
import { MemoryStores } from '../../substrates/key-value-store/memory-store.ts';
import { QueryService, StateAnswer, type StateReader } from '../../substrates/query-service.ts';
import { columnsOf, row, type StoreRow } from '../support/store-rows.ts';

const { Unavailable, NotHeld, Held } = StateAnswer;
const FENCE = { partition: 0, epoch: 1 };

function storeWith(rows: readonly StoreRow[], publishedHourMs?: number): KeyValueStore {
  const store = new MemoryStores().open({ kind: 'memory', name: 'any' });
  const marker =
    publishedHourMs === undefined ? undefined : ({ name: 'published-hour', value: publishedHourMs } as const);
  void store.bulkLoad(columnsOf(rows), FENCE, marker);
  return store;
}

/** State that answers key i with `[answer, counter, fingerprint]`. */
function stateWith(
  answers: readonly [number, number, number][],
  before: () => Promise<void> = async () => undefined,
): StateReader {
  return {
    async read() {
      const taken = {
        answer: Uint8Array.from(answers, ([answer]) => answer),
        counter: Uint32Array.from(answers, ([, counter]) => counter),
        fingerprint: Int32Array.from(answers, ([, , fingerprint]) => fingerprint),
      };
      await before();
      return taken;
    },
  };
}

async function ask(
  answer: Answer,
  keys: KeyColumns,
  stores: Partial<Record<StoreName, KeyValueStore>>,
  state?: StateReader,
  partitions = 1,
): Promise<(string | undefined)[]> {
  const service = new QueryService({ answer, partitions, stores, ...(state === undefined ? {} : { state }) });
  const answers = await service.read(keys);
  expect(answers.count).toBe(keys.count);
  return Array.from({ length: keys.count }, (_, i) =>
    answers.unavailable[i] === 1 ? undefined : `${answers.counter[i]}/${answers.fingerprint[i]}`,
  );
}

/** A store whose method does something else first, once. */
function intercepted(store: KeyValueStore, method: 'multiGet' | 'markers', first: () => Promise<void>): KeyValueStore {
  let done = false;
  return new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name, target) as unknown;
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        if (name === method && !done) {
          done = true;
          await first();
        }
        return value.apply(target, args);
      };
    },
  });
}

const keys = columnsOf([row(1n, 100), row(2n, 100), row(1n, 200)]);

describe('from the store', () => {
  test('a key has the store’s value, 0 if it has none', async () => {
    const serving = storeWith([row(1n, 100, 7, -7), row(1n, 200, 9, 9)]);
    expect(await ask({ from: 'store', store: 'serving' }, keys, { serving })).toEqual(['7/-7', '0/0', '9/9']);
  });

  test('a store that was not given is an error that names it', async () => {
    await expect(ask({ from: 'store', store: 'speed' }, keys, {})).rejects.toThrow(/given no speed store/);
  });
});

describe('from published hours', () => {
  const answer: Answer = { from: 'published-hours', store: 'serving' };

  test('only hours up to the newest published one are visible', async () => {
    const serving = storeWith([row(1n, 100, 7, -7), row(1n, 200, 9, 9)], 100);
    expect(await ask(answer, keys, { serving })).toEqual(['7/-7', '0/0', '0/0']);
  });

  test('nothing is visible before the first hour is published', async () => {
    const serving = storeWith([row(1n, 100, 7, -7)]);
    expect(await ask(answer, keys, { serving })).toEqual(['0/0', '0/0', '0/0']);
  });

  test('an hour is published for each partition by itself', async () => {
    const serving = storeWith([row(1n, 100, 7, 1), row(2n, 100, 8, 2)]);
    await serving.bulkLoad(columnsOf([]), { partition: 1, epoch: 1 }, { name: 'published-hour', value: 100 });
    expect(await ask(answer, keys, { serving }, undefined, 2)).toEqual(['7/1', '0/0', '0/0']);
  });
});

describe('from state', () => {
  const answer: Answer = { from: 'state' };

  test('a held window has its value, one that is not held is 0, and a worker that is down is unavailable', async () => {
    const state = stateWith([
      [Held, 5, -5],
      [NotHeld, 0, 0],
      [Unavailable, 0, 0],
    ]);
    expect(await ask(answer, keys, {}, state)).toEqual(['5/-5', '0/0', undefined]);
  });

  test('without a state reader is an error', async () => {
    await expect(ask(answer, keys, {})).rejects.toThrow(/given no state reader/);
  });
});

describe('from state and then the store', () => {
  const answer: Answer = { from: 'state-then-store', store: 'serving' };

  test('state has the say where it holds the window, 0 included; the store where it does not', async () => {
    const serving = storeWith([row(1n, 100, 70, 1), row(2n, 100, 80, 2), row(1n, 200, 90, 3)]);
    const state = stateWith([
      [Held, 5, -5],
      [Held, 0, 0],
      [NotHeld, 0, 0],
    ]);
    expect(await ask(answer, keys, { serving }, state)).toEqual(['5/-5', '0/0', '90/3']);
  });

  test('a closed window of a worker that is down is answered by the store, an open one is unavailable', async () => {
    const serving = storeWith([row(1n, 100, 70, 1)]);
    const state = stateWith([
      [Unavailable, 0, 0],
      [Unavailable, 0, 0],
      [NotHeld, 0, 0],
    ]);
    expect(await ask(answer, keys, { serving }, state)).toEqual(['70/1', undefined, '0/0']);
  });

  test('a window that moves from state to the store in between is found in state', async () => {
    const serving = storeWith([]);
    const state = stateWith(
      [
        [Held, 5, -5],
        [Held, 6, -6],
        [Held, 7, -7],
      ],
      async () => {
        await serving.upsert(columnsOf([row(1n, 100, 5, -5)]), 1, FENCE);
      },
    );
    expect(await ask(answer, keys, { serving }, state)).toEqual(['5/-5', '6/-6', '7/-7']);
  });

  test('a window that was handed over and purged just before state is asked is found in the store', async () => {
    const serving = storeWith([]);
    const purged = stateWith([
      [NotHeld, 0, 0],
      [NotHeld, 0, 0],
      [NotHeld, 0, 0],
    ]);
    const state: StateReader = {
      async read(asked) {
        await serving.upsert(columnsOf([row(1n, 100, 5, -5)]), 1, FENCE);
        return purged.read(asked);
      },
    };
    expect(await ask(answer, keys, { serving }, state)).toEqual(['5/-5', '0/0', '0/0']);
  });

  test('the store is not asked when state holds everything', async () => {
    const serving = storeWith([]);
    await ask(
      answer,
      keys,
      { serving },
      stateWith([
        [Held, 1, 1],
        [Held, 2, 2],
        [Held, 3, 3],
      ]),
    );
    expect(serving.counts.reads).toBe(0);
  });
});

describe('from batch over speed', () => {
  const answer: Answer = { from: 'batch-over-speed', batch: 'serving', speed: 'speed' };
  const speedRows = [row(1n, 100, 7, 7), row(2n, 100, 8, 8), row(1n, 200, 9, 9)];
  const batchRows = [row(1n, 100, 6, 6)];

  test('published hours are the batch view’s, 0 included; the others the speed view’s', async () => {
    const stores = { serving: storeWith(batchRows, 100), speed: storeWith(speedRows) };
    expect(await ask(answer, keys, stores)).toEqual(['6/6', '0/0', '9/9']);
  });

  test('everything is the speed view’s before the first hour is published', async () => {
    const stores = { serving: storeWith(batchRows), speed: storeWith(speedRows) };
    expect(await ask(answer, keys, stores)).toEqual(['7/7', '8/8', '9/9']);
  });

  const publishAndDelete = async (serving: KeyValueStore, speed: KeyValueStore): Promise<void> => {
    await serving.bulkLoad(columnsOf([row(1n, 100, 6, 6), row(2n, 100, 5, 5)]), FENCE, {
      name: 'published-hour',
      value: 100,
    });
    await speed.delete(columnsOf(speedRows.slice(0, 2)), FENCE);
  };

  test.each(['multiGet', 'markers'] as const)(
    'an hour that is published, and deleted from the speed view, just before %s is asked, is not lost',
    async (method) => {
      const [serving, speed] = [storeWith([]), storeWith(speedRows)];
      const change = (): Promise<void> => publishAndDelete(serving, speed);
      const stores =
        method === 'multiGet'
          ? { serving, speed: intercepted(speed, method, change) }
          : { serving: intercepted(serving, method, change), speed };
      expect(await ask(answer, keys, stores)).toEqual(['6/6', '5/5', '9/9']);
    },
  );

  test('an hour that is published after the marker was read is still the speed view’s', async () => {
    const [serving, speed] = [storeWith([], 0), storeWith(speedRows)];
    const publishing = new Proxy(serving, {
      get(target, name) {
        const value = Reflect.get(target, name, target) as unknown;
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]) => {
          const result: unknown = await value.apply(target, args);
          if (name === 'markers') await publishAndDelete(serving, speed);
          return result;
        };
      },
    });
    expect(await ask(answer, keys, { serving: publishing, speed })).toEqual(['7/7', '8/8', '9/9']);
  });
});
