import { describe, expect, test } from '@jest/globals';
import {
  collectAnswers,
  collectFromStore,
  neighbouringKeys,
  UnansweredError,
} from '../../../harness/audit/collect-answers.ts';
import type { KeyColumns, RowColumns } from '../../../substrates/key-value-store/key-value-store.ts';
import type { Answers } from '../../../substrates/query-service.ts';
import { keysOf, type Row, rowsOf, table } from './tables.ts';

/** Answers each key with tweet id + 1 as count and -tweet id as fingerprint; `down` tweets are unavailable. */
function fakeQuery(down: readonly bigint[] = []) {
  const asked: number[] = [];
  return {
    asked,
    read: async (keys: KeyColumns): Promise<Answers> => {
      asked.push(keys.count);
      const ids = keysOf(keys).map(([tweetId]) => tweetId);
      return {
        count: keys.count,
        unavailable: Uint8Array.from(ids, (id) => (down.includes(id) ? 1 : 0)),
        counter: Uint32Array.from(ids, (id) => Number(id) + 1),
        fingerprint: Int32Array.from(ids, (id) => -Number(id)),
      };
    },
  };
}

const keysFrom = (from: number, to: number): RowColumns =>
  table(Array.from({ length: to - from }, (_, i): Row => [BigInt(from + i), 0, 0, 0]));

describe('collecting answers', () => {
  test('asks for every key once, in chunks, and keeps each answer with its key', async () => {
    const query = fakeQuery();
    const rows = await collectAnswers(query, keysFrom(0, 8000), keysFrom(7000, 12_000));
    expect(query.asked).toEqual([5000, 5000, 2000]);
    expect(rows.count).toBe(12_000);
    expect(
      rowsOf(rows).every(
        ([tweetId, , counter, fingerprint]) => counter === Number(tweetId) + 1 && fingerprint === -Number(tweetId),
      ),
    ).toBe(true);
    expect(new Set(keysOf(rows).map(([tweetId]) => tweetId)).size).toBe(12_000);
  });

  test('fails when a key is unavailable, since an unanswered key is neither right nor lost', async () => {
    await expect(collectAnswers(fakeQuery([3n]), keysFrom(0, 10))).rejects.toThrow(UnansweredError);
    await expect(collectAnswers(fakeQuery([3n]), keysFrom(0, 10))).rejects.toThrow('1 of 10 keys are unavailable');
  });

  test('passes on an error of the store', async () => {
    const query = { read: () => Promise.reject(new Error('store is gone')) };
    await expect(collectAnswers(query, keysFrom(0, 10))).rejects.toThrow('store is gone');
  });
});

describe('collecting from a store', () => {
  test('copies every batch of the scan, whose columns are used again', async () => {
    const all = Array.from({ length: 12_345 }, (_, i): Row => [BigInt(i), i, i % 100, 7 - i]);
    const asked: [number, number][] = [];
    const store = {
      async *scan(fromHourMs: number, toHourMs: number): AsyncGenerator<RowColumns> {
        asked.push([fromHourMs, toHourMs]);
        const batch = table(all.slice(0, 1000));
        for (let from = 0; from < all.length; from += 1000) {
          const next = table(all.slice(from, from + 1000));
          batch.count = next.count;
          for (const column of ['tweetIdLo', 'tweetIdHi', 'hourStartMs', 'counter', 'fingerprint'] as const) {
            batch[column].set(next[column]);
          }
          yield batch;
        }
      },
    };
    expect(rowsOf(await collectFromStore(store, 5, 99))).toEqual(all);
    expect(asked).toEqual([[5, 99]]);
  });
});

test('neighbouring keys are the hours before and after each key, once', () => {
  const truth = table([
    [1n, 5000, 1, 1],
    [1n, 10_000, 1, 1],
    [2n, 5000, 1, 1],
  ]);
  expect(keysOf(neighbouringKeys(truth, 5000))).toEqual([
    [1n, 0],
    [2n, 0],
    [1n, 5000],
    [1n, 10_000],
    [2n, 10_000],
    [1n, 15_000],
  ]);
});
