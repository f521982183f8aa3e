/** The gate of an LMDB store: one process at a time opens or writes. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Gate } from '../../../../substrates/key-value-store/lmdb/gate.ts';
import { LmdbStore } from '../../../../substrates/key-value-store/lmdb/lmdb-store.ts';
import { StoreProcess } from '../../../support/store-process.ts';
import { row, scanned, valuesOf } from '../../../support/store-rows.ts';
import { withTemporaryDirectory } from '../../../support/temporary-directory.ts';

/** Longer than a process needs to start and to open a store; less would only make the test blind. */
const LONG_ENOUGH_MS = 1000;

function wait(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LONG_ENOUGH_MS);
}

describe('The gate of an LMDB store', () => {
  test('no other process opens the store while one is inside', () =>
    withTemporaryDirectory(async (directory) => {
      const gate = new Gate(join(directory, 'gate'));
      const data = join(directory, 'data.mdb');
      const [opener, wasThere] = gate.pass(() => {
        const child = new StoreProcess(directory, 'no-sync');
        wait();
        return [child, existsSync(data)];
      });
      try {
        expect(await opener.answer()).toBe('ready');
        expect([wasThere, existsSync(data)]).toEqual([false, true]);
      } finally {
        await opener.end();
        await gate.close();
      }
    }));

  test('no other process writes while one is inside', () =>
    withTemporaryDirectory(async (directory) => {
      const store = new LmdbStore({ kind: 'lmdb', directory, sync: false });
      const gate = new Gate(join(directory, 'gate'));
      const writer = new StoreProcess(directory, 'no-sync');
      try {
        await writer.answer();
        const [added, read] = gate.pass(() => {
          const answer = writer.ask({ kind: 'add' });
          wait();
          return [answer, valuesOf(store, [row(1n, 0)])];
        });
        expect(await read).toEqual([[0, 0]]);
        expect(await added).toBe('added');
        expect(await scanned(store)).toHaveLength(10);
      } finally {
        await writer.end();
        await store.close();
        await gate.close();
      }
    }));

  test('a process that is killed inside leaves it open', () =>
    withTemporaryDirectory(async (directory) => {
      const victim = new StoreProcess(directory, 'no-sync');
      await victim.answer();
      await expect(victim.ask({ kind: 'die-in-transaction' })).rejects.toThrow('SIGKILL');
      const gate = new Gate(join(directory, 'gate'));
      expect(gate.pass(() => 'passed')).toBe('passed');
      await gate.close();
    }));

  test('an error inside leaves it open, and is thrown on', () =>
    withTemporaryDirectory(async (directory) => {
      const gate = new Gate(join(directory, 'gate'));
      const refuse = (): never => {
        throw new Error('no');
      };
      expect(() => gate.pass(refuse)).toThrow('no');
      expect(gate.pass(() => 'passed')).toBe('passed');
      await gate.close();
    }));
});
