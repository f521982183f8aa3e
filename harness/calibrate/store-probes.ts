/**
 * How fast the embedded store reads, replaces and increments keys, in batches of alpha's default size, each write one
 * transaction.
 */
import { join } from 'node:path';
import type { ImpressionBlock } from '../../generators/impression.ts';
import { createRows, type Fence, type RowColumns } from '../../substrates/key-value-store/key-value-store.ts';
import { openLmdbStore } from '../../substrates/key-value-store/open-store.ts';
import { probeBlocks } from './blocks.ts';
import type { ProbeFamily } from './probe.ts';

/** Enough keys that they do not all lie in one page, few enough that filling the store takes a moment. */
const BLOCKS = 16;
const ROWS_PER_BATCH = 1000;
const FENCE: Fence = { partition: 0, epoch: 1 };

export async function storeProbes(directory: string): Promise<ProbeFamily> {
  const store = await openLmdbStore({ kind: 'lmdb', directory: join(directory, 'store'), sync: true });
  const batches = probeBlocks(BLOCKS).flatMap(batchesOf);
  for (const batch of batches) await store.increment(batch, FENCE);
  const answers = { counter: new Uint32Array(ROWS_PER_BATCH), fingerprint: new Int32Array(ROWS_PER_BATCH) };
  let version = 0;
  const eachInTurn = (work: (batch: RowColumns) => Promise<void>) => {
    let next = 0;
    return async () => {
      const batch = batches[next++ % batches.length] as RowColumns;
      await work(batch);
      return batch.count;
    };
  };
  return {
    probes: [
      { name: 'storeGetPerSecond', what: 'keys read', work: eachInTurn((batch) => store.multiGet(batch, answers)) },
      {
        name: 'storePutPerSecond',
        what: 'keys replaced',
        work: eachInTurn((batch) => store.upsert(batch, ++version, FENCE)),
      },
      {
        name: 'storeIncrementPerSecond',
        what: 'keys incremented',
        work: eachInTurn((batch) => store.increment(batch, FENCE)),
      },
    ],
    close: () => store.close(),
  };
}

/** The rows of a block as increments by one, as alpha sends them: in the order of the stream, equal keys not merged. */
function batchesOf(block: ImpressionBlock): RowColumns[] {
  const batches: RowColumns[] = [];
  for (let from = 0; from + ROWS_PER_BATCH <= block.count; from += ROWS_PER_BATCH) {
    const rows = createRows(ROWS_PER_BATCH);
    rows.count = ROWS_PER_BATCH;
    rows.tweetIdLo.set(block.tweetIdLo.subarray(from, from + ROWS_PER_BATCH));
    rows.tweetIdHi.set(block.tweetIdHi.subarray(from, from + ROWS_PER_BATCH));
    rows.counter.fill(1);
    batches.push(rows);
  }
  return batches;
}
