/**
 * A process with a handle of its own on the LMDB store in argv[2] ('sync' or 'no-sync' in argv[3]). It answers one
 * request after another, a failed one with the error's name and message: `add` increments keys 1 to 10 of hour 0 by
 * 1, `times` batches; `read` gives the value of key 1; `die-in-transaction` increments them once and kills itself
 * with SIGKILL after the rows are written and before the commit.
 */
import { openLmdbStore } from '../../substrates/key-value-store/open-store.ts';
import type { StoreRequest } from './store-process.ts';
import { columnsOf, row, valuesOf } from './store-rows.ts';

const store = await openLmdbStore({
  kind: 'lmdb',
  directory: process.argv[2] as string,
  sync: process.argv[3] === 'sync',
});
const fence = { partition: 0, epoch: 1 };
const batch = columnsOf(Array.from({ length: 10 }, (_, i) => row(BigInt(i + 1), 0, 1, i)));

async function answer(request: StoreRequest): Promise<unknown> {
  switch (request.kind) {
    case 'read':
      return valuesOf(store, [row(1n, 0)]);
    case 'add':
      for (let i = 0; i < (request.times ?? 1); i++) await store.increment(batch, fence);
      return 'added';
    case 'die-in-transaction': {
      const noteTransaction = (): void => {
        process.kill(process.pid, 'SIGKILL');
        for (;;);
      };
      await store.increment(batch, fence, { marker: { name: 'log-position', value: 1 }, noteTransaction });
    }
  }
}

process.on('message', async (request: StoreRequest) => {
  process.send?.({ answer: await answer(request).catch((error: Error) => `${error.name}: ${error.message}`) });
});
process.send?.({ answer: 'ready' });
