import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { explainLmdbError } from '../../../../substrates/key-value-store/lmdb/environment.ts';
import { LmdbStore } from '../../../../substrates/key-value-store/lmdb/lmdb-store.ts';
import { openLmdbStore } from '../../../../substrates/key-value-store/open-store.ts';
import { describeKeyValueStore } from '../../../conformance/key-value-store.ts';
import type { WithStore } from '../../../conformance/key-value-writes.ts';
import { columnsOf, row, scanned } from '../../../support/store-rows.ts';
import { withTemporaryDirectory } from '../../../support/temporary-directory.ts';

function withLmdb(sync: boolean): WithStore {
  return (body) =>
    withTemporaryDirectory(async (directory) => {
      const handles: LmdbStore[] = [];
      try {
        await body(async () => {
          const handle = await openLmdbStore({ kind: 'lmdb', directory: join(directory, 'store.v1'), sync });
          handles.push(handle);
          return handle;
        });
      } finally {
        for (const handle of handles) await handle.close();
      }
    });
}

describeKeyValueStore('LMDB, sync', withLmdb(true));
describeKeyValueStore('LMDB, no sync', withLmdb(false));

/** What the binding throws now and then when several processes write. */
function freeListError(code: number): Error {
  return Object.assign(new Error('MDB_BAD_VALSIZE: Unsupported size of key'), { code });
}

const FENCE = { partition: 0, epoch: 1 };

describe('LMDB store', () => {
  test('what was written is there after all handles were closed', () =>
    withTemporaryDirectory(async (directory) => {
      const rows = [row(1n, 0, 1, -1), row(2n, 0, 2, -2)];
      for (const sync of [true, false]) {
        const binding = { kind: 'lmdb', directory: join(directory, String(sync)), sync } as const;
        const first = new LmdbStore(binding);
        await first.raiseFence(FENCE);
        await first.bulkLoad(columnsOf(rows), FENCE, { name: 'published-hour', value: 5 });
        const transaction = await first.lastTransaction();
        await first.close();
        const second = new LmdbStore(binding);
        expect(await scanned(second)).toEqual(rows);
        expect(await second.markers('published-hour', 1)).toEqual([5]);
        expect(await second.lastTransaction()).toBe(transaction);
        await expect(second.upsert(columnsOf(rows), 1, { ...FENCE, epoch: 0 })).rejects.toThrow(/fenced/);
        await second.close();
      }
    }));

  test.each([
    [1, -30781],
    [5, -30781],
    [3, -30798],
  ])('a transaction that fails %i times with %i, as the search of the free list does, counts once', (failures, code) =>
    withTemporaryDirectory(async (directory) => {
      const store = new LmdbStore({ kind: 'lmdb', directory, sync: false });
      let left = failures;
      const noteTransaction = (): void => {
        if (left-- > 0) throw freeListError(code);
      };
      await store.increment(columnsOf([row(1n, 0, 3, 4)]), FENCE, { noteTransaction });
      expect(await scanned(store)).toEqual([row(1n, 0, 3, 4)]);
      expect(store.counts).toMatchObject({ commands: 1, roundTrips: 1, writes: 1 });
      await store.close();
    }),
  );

  test('a transaction that fails so again and again is an error, and nothing is counted', () =>
    withTemporaryDirectory(async (directory) => {
      const store = new LmdbStore({ kind: 'lmdb', directory, sync: false });
      const noteTransaction = (): void => {
        throw freeListError(-30781);
      };
      const written = store.increment(columnsOf([row(1n, 0, 3, 4)]), FENCE, { noteTransaction });
      await expect(written).rejects.toThrow(/BAD_VALSIZE/);
      expect(await scanned(store)).toEqual([]);
      await store.close();
    }));

  test('rows that were scanned are counted apart', () =>
    withTemporaryDirectory(async (directory) => {
      const store = new LmdbStore({ kind: 'lmdb', directory, sync: false });
      await store.bulkLoad(columnsOf([row(1n, 0, 1, 1), row(2n, 0, 1, 1)]), FENCE);
      await scanned(store);
      await store.close();
      expect(store.scannedRows).toBe(2);
    }));

  test('its settings name the version, the durability and the size of the map', () =>
    withTemporaryDirectory(async (directory) => {
      const installed = JSON.parse(readFileSync('node_modules/lmdb/package.json', 'utf8')) as { version: string };
      const synced = new LmdbStore({ kind: 'lmdb', directory: join(directory, 'a'), sync: true });
      const unsynced = new LmdbStore({ kind: 'lmdb', directory: join(directory, 'b'), sync: false });
      expect(synced.settings.engine).toContain(installed.version);
      expect(synced.settings.durability).toMatch(/on the disk when it returns/);
      expect(unsynced.settings.durability).toMatch(/no sync/);
      expect(synced.settings.mapSize).toMatch(/^\d+ GiB$/);
      await synced.close();
      await unsynced.close();
    }));
});

describe('an LMDB store that cannot be used', () => {
  test('a folder below a file is refused, with the path and the way out', () =>
    withTemporaryDirectory(async (directory) => {
      const file = join(directory, 'file');
      writeFileSync(file, 'x');
      const opened = openLmdbStore({ kind: 'lmdb', directory: join(file, 'store'), sync: true });
      await expect(opened).rejects.toThrow(/file\/store cannot be written .*choose a folder/);
    }));

  test.each(['a file that is no store, but long enough to be one', 'short'])(
    'a foreign data file is kept: %s',
    (text) =>
      withTemporaryDirectory(async (directory) => {
        const file = join(directory, 'data.mdb');
        writeFileSync(file, text);
        const opened = openLmdbStore({ kind: 'lmdb', directory, sync: true });
        await expect(opened).rejects.toThrow(/data\.mdb is not a store/);
        expect(readFileSync(file, 'utf8')).toBe(text);
      }),
  );

  test('a folder in place of the data file is refused', () =>
    withTemporaryDirectory(async (directory) => {
      mkdirSync(join(directory, 'data.mdb'));
      await expect(openLmdbStore({ kind: 'lmdb', directory, sync: true })).rejects.toThrow(/is not a store/);
      expect(existsSync(join(directory, 'lock.mdb'))).toBe(false);
    }));

  test('a binding of another kind is refused', async () => {
    await expect(openLmdbStore({ kind: 'memory', name: 'x' })).rejects.toThrow(/lmdb, not memory/);
  });

  test.each([
    [-30792, /limit of 16 GiB: use a shorter run/],
    [28, /disk is full: free some space/],
    [-30790, /too many processes/],
    [12, /address space.*ulimit/],
    [5, /choose another folder/],
  ])('error %d of the library is told with what to do', (code, advice) => {
    const cause = Object.assign(new Error('MDB_SOMETHING: happened'), { code });
    const explained = explainLmdbError(cause, '/data/store');
    expect(explained.message).toMatch(/^key\/value store in \/data\/store: MDB_SOMETHING: happened; /);
    expect(explained.message).toMatch(advice);
    expect(explained.cause).toBe(cause);
  });
});
