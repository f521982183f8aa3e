/** Writes of which nobody knows whether they were applied are written down; those that are known are not. */
import { describe, expect, test } from '@jest/globals';
import { doubtedEvents, doubtfulStore, readDoubts } from '../../../../harness/faults/proxy/doubtful-store.ts';
import { type KeyValueStore, StoreUnavailableError } from '../../../../substrates/key-value-store/key-value-store.ts';
import { MemoryFiles } from '../../../../substrates/memory-files.ts';
import type { Runtime } from '../../../../substrates/runtime.ts';
import { columnsOf, row } from '../../../support/store-rows.ts';

const rows = columnsOf([row(1n, 0, 3), row(2n, 0, 4)]);
const fence = { partition: 2, epoch: 1 };

/** A store on a server whose calls take `tookMs` and end as `end` says. */
function storeOf(end: () => Promise<void>, binding: object = { kind: 'redis', resend: false }, tookMs = 0) {
  let nowMs = 1000;
  const files = new MemoryFiles();
  const runtime = { files, clock: { nowMs: () => nowMs } } as unknown as Runtime;
  const call = (): Promise<void> => {
    nowMs += tookMs;
    return end();
  };
  const inner = { binding, counts: { commands: 9 }, increment: call, upsert: call, bulkLoad: call, multiGet: call };
  const store = doubtfulStore(inner as unknown as KeyValueStore, 'serving', runtime, 'faults', () => 1);
  return { inner, store, doubts: () => readDoubts(files, 'faults') };
}

const fails = (applied: 'no' | 'unknown') => () => Promise.reject(new StoreUnavailableError('gone', applied));

describe('a write through a network', () => {
  test('that was applied, or surely was not, is not in doubt', async () => {
    const fine = storeOf(async () => undefined);
    await fine.store.increment(rows, fence);
    expect(await fine.doubts()).toEqual([]);
    const refused = storeOf(fails('no'));
    await expect(refused.store.increment(rows, fence)).rejects.toThrow('gone');
    expect(await refused.doubts()).toEqual([]);
  });

  test('whose end is unknown is in doubt with all its events, each time that it is tried', async () => {
    const { store, doubts } = storeOf(fails('unknown'));
    await expect(store.increment(rows, fence)).rejects.toThrow('gone');
    await expect(store.upsert(rows, 5, fence)).rejects.toThrow('gone');
    await expect(store.bulkLoad(rows, fence)).rejects.toThrow('gone');
    const doubt = { store: 'serving', partition: 2, stage: 1, atMs: 1000, events: 7 };
    expect(await doubts()).toEqual([doubt, doubt, doubt]);
    expect(doubtedEvents(await doubts(), 1)).toBe(21);
    expect(doubtedEvents(await doubts(), 0)).toBe(0);
  });

  test('that a client sends again by itself is in doubt if it took long enough, once for each 10 ms', async () => {
    const resending = { kind: 'redis', resend: true };
    const quick = storeOf(async () => undefined, resending, 9);
    await quick.store.increment(rows, fence);
    expect(await quick.doubts()).toEqual([]);
    const slow = storeOf(async () => undefined, resending, 25);
    await slow.store.increment(rows, fence);
    expect(doubtedEvents(await slow.doubts(), 1)).toBe(14);
    const patient = storeOf(async () => undefined, undefined, 25);
    await patient.store.increment(rows, fence);
    expect(await patient.doubts()).toEqual([]);
  });

  test('a reading is never in doubt, and everything else is the store’s own', async () => {
    const { store, doubts } = storeOf(fails('unknown'));
    await expect(store.multiGet(rows, rows)).rejects.toThrow('gone');
    expect(store.counts.commands).toBe(9);
    expect(await doubts()).toEqual([]);
  });

  test('an embedded store is left as it is', () => {
    const { inner, store } = storeOf(async () => undefined, { kind: 'lmdb' });
    expect(store).toBe(inner);
  });
});
