/** The LMDB store between operating-system processes, one of which may be killed. */
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { LmdbStore } from '../../../../substrates/key-value-store/lmdb/lmdb-store.ts';
import { StoreProcess } from '../../../support/store-process.ts';
import { columnsOf, row, scanned } from '../../../support/store-rows.ts';
import { withTemporaryDirectory } from '../../../support/temporary-directory.ts';

/** Enough for a second or so of writing. */
const BATCHES = 3000;
/** Gives `body` the directory of an empty store and `count` processes that have opened it. */
async function withProcesses(
  count: number,
  durability: string,
  body: (processes: StoreProcess[], store: LmdbStore) => Promise<void>,
): Promise<void> {
  await withTemporaryDirectory(async (directory) => {
    const store = new LmdbStore({ kind: 'lmdb', directory, sync: durability === 'sync' });
    const processes = Array.from({ length: count }, () => new StoreProcess(directory, durability));
    try {
      await Promise.all(processes.map((each) => each.answer()));
      await body(processes, store);
    } finally {
      await Promise.all(processes.map((each) => each.end()));
      await store.close();
    }
  });
}

function tenKeys(counter: number): ReturnType<typeof row>[] {
  return Array.from({ length: 10 }, (_, i) => row(BigInt(i + 1), 0, counter, counter * i));
}

describe.each(['sync', 'no-sync'])('LMDB store between processes, %s', (durability) => {
  test('two processes that increment the same keys at the same time lose nothing', () =>
    withProcesses(2, durability, async (processes, store) => {
      await Promise.all(processes.map((each) => each.ask({ kind: 'add', times: 200 })));
      expect(await scanned(store)).toEqual(tenKeys(400));
    }));

  // LMDB's own open would set back the number of a transaction that is committed meanwhile: see gate.ts.
  test('processes that open the store take nothing from one that writes', () =>
    withProcesses(1, durability, async ([writer], store) => {
      const { directory } = store.binding;
      const writing = writer?.ask({ kind: 'add', times: BATCHES });
      for (let opened = 0; opened < 8; opened++) {
        const opener = new StoreProcess(directory, durability);
        await opener.answer();
        await opener.end();
      }
      await writing;
      expect(await scanned(store)).toEqual(tenKeys(BATCHES));
    }));

  test('a reader in another process sees a commit at once', () =>
    withProcesses(1, durability, async ([reader], store) => {
      for (let i = 1; i <= 5; i++) {
        await store.increment(columnsOf([row(1n, 0, 1, -1)]), { partition: 0, epoch: 1 });
        expect(await reader?.ask({ kind: 'read' })).toEqual([[i, -i]]);
      }
    }));

  test('a fence that one process raises holds in another', () =>
    withProcesses(1, durability, async ([zombie], store) => {
      await store.raiseFence({ partition: 0, epoch: 2 });
      expect(await zombie?.ask({ kind: 'add' })).toMatch(/^FencedError: .* epoch 1 wrote after epoch 2/);
      expect(await scanned(store)).toEqual([]);
    }));

  test('a process that is killed inside a transaction leaves nothing of it, and the others write on', () =>
    withProcesses(2, durability, async ([victim, survivor], store) => {
      await survivor?.ask({ kind: 'add', times: 3 });
      const last = await store.lastTransaction();
      const exit = once((victim as StoreProcess).child, 'exit');
      victim?.child.send({ kind: 'die-in-transaction' });
      expect(await exit).toEqual([null, 'SIGKILL']);
      expect(await scanned(store)).toEqual(tenKeys(3));
      expect(await store.markers('log-position', 1)).toEqual([undefined]);
      expect(await store.lastTransaction()).toBe(last);
      await survivor?.ask({ kind: 'add', times: 2 });
      await store.increment(columnsOf(tenKeys(1)), { partition: 0, epoch: 1 });
      expect(await scanned(store)).toEqual(tenKeys(6));
    }));

  test('a process that is killed at any moment leaves whole batches, as many as the transaction number says', () =>
    withProcesses(1, durability, async ([victim], store) => {
      const first = await store.lastTransaction();
      (victim as StoreProcess).child.send({ kind: 'add', times: 1_000_000 });
      while ((await store.lastTransaction()) < first + 20) await new Promise((resolve) => setImmediate(resolve));
      await victim?.end();
      const last = await store.lastTransaction();
      await store.raiseFence({ partition: 0, epoch: 1 });
      expect(await store.lastTransaction()).toBe(last + 1);
      expect(await scanned(store)).toEqual(tenKeys(last - first));
    }));
});
