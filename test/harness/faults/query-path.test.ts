import { describe, expect, test } from '@jest/globals';
import { QueryPath } from '../../../harness/faults/query-path.ts';
import { MemoryStores } from '../../../substrates/key-value-store/memory-store.ts';
import type { StateAnswers } from '../../../substrates/query-service.ts';
import { columnsOf, row } from '../../support/store-rows.ts';

function scene() {
  const slept: number[] = [];
  const path = new QueryPath(async (ms) => void slept.push(ms));
  const inner = new MemoryStores().open({ kind: 'memory', name: 's' });
  return { slept, path, inner, store: path.store(inner) };
}

describe('the way of a query', () => {
  test('delays reads of the side that it was told to, and counts them', async () => {
    const { slept, path, store } = scene();
    await store.increment(columnsOf([row(1n, 0, 1, 7)]), { partition: 0, epoch: 1 });
    path.delay('store', 200);
    const into = { counter: new Uint32Array(1), fingerprint: new Int32Array(1) };
    await store.multiGet(columnsOf([row(1n, 0, 0, 0)]), into);
    await store.markers('published-hour', 2);
    expect([into.counter[0], into.fingerprint[0]]).toEqual([1, 7]);
    expect(slept).toEqual([200, 200]);
    expect([path.delayed('store'), path.delayed('state')]).toEqual([2, 0]);
    path.delay('store', 0);
    await store.markers('published-hour', 2);
    expect(slept).toHaveLength(2);
  });

  test('is the store’s own in everything else', () => {
    const { store, inner } = scene();
    expect(store.counts).toBe(inner.counts);
    expect(store.binding).toEqual({ kind: 'memory', name: 's' });
  });

  test('delays the state', async () => {
    const { slept, path } = scene();
    const answers = { answer: new Uint8Array(1) } as StateAnswers;
    const state = path.state({ read: async () => answers });
    path.delay('state', 50);
    expect(await state.read(columnsOf([row(1n, 0, 0, 0)]))).toBe(answers);
    expect(slept).toEqual([50]);
  });
});
