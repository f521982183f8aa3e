/**
 * How fast a given Cassandra server takes counter updates, one each and in counter batches, and upserts, and how fast
 * it answers for keys: through the store itself, in calls of the sizes that the architectures use. A server that was
 * just started needs a warm-up first.
 */
import {
  type CassandraStoreBinding,
  createRows,
  type Fence,
  type KeyValueStore,
  type RowColumns,
} from '../../substrates/key-value-store/key-value-store.ts';
import { createStore, openStore, removeStore } from '../../substrates/key-value-store/open-store.ts';
import type { Probe, ProbeFamily } from './probe.ts';

export type CassandraCeiling = 'cassandraIncrement' | 'cassandraCounterBatch' | 'cassandraUpsert' | 'cassandraGet';

const FENCE: Fence = { partition: 0, epoch: 1 };
/** Alpha's batch, and what beta and omega hand over at a time. */
const INCREMENTS_PER_CALL = 1000;
const UPSERTS_PER_CALL = 2000;
const TWEETS = 100_000;

/** Makes a store of its own under `binding.prefix`, which `close` removes; nothing is left if that cannot be made. */
export async function cassandraProbes(binding: CassandraStoreBinding): Promise<ProbeFamily<CassandraCeiling>> {
  const opened: KeyValueStore[] = [];
  const close = async (): Promise<void> => {
    for (const store of opened) await store.close();
    await removeStore(binding);
  };
  await createStore(binding);
  try {
    const store = await openStore(binding);
    opened.push(store);
    const batching = await openStore({ ...binding, batchCounters: true });
    opened.push(batching);
    return { probes: probesOn(store, batching), close };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

function probesOn(store: KeyValueStore, batching: KeyValueStore): Probe<CassandraCeiling>[] {
  const increments = rowsOf(INCREMENTS_PER_CALL);
  const upserts = rowsOf(UPSERTS_PER_CALL);
  const answers = { counter: new Uint32Array(UPSERTS_PER_CALL), fingerprint: new Int32Array(UPSERTS_PER_CALL) };
  let version = 0;
  const increment = (into: KeyValueStore) => async () => {
    await into.increment(nextTweets(increments), FENCE);
    return increments.count;
  };
  return [
    { name: 'cassandraIncrement', what: 'counters updated', work: increment(store) },
    { name: 'cassandraCounterBatch', what: 'counters updated', work: increment(batching) },
    {
      name: 'cassandraUpsert',
      what: 'keys replaced',
      work: async () => {
        await store.upsert(nextTweets(upserts), ++version, FENCE);
        return upserts.count;
      },
    },
    {
      name: 'cassandraGet',
      what: 'keys read',
      work: async () => {
        await store.multiGet(nextTweets(upserts), answers);
        return upserts.count;
      },
    },
  ];
}

function rowsOf(count: number): RowColumns {
  const rows = createRows(count);
  rows.count = count;
  rows.counter.fill(1);
  rows.tweetIdLo.forEach((_, row) => {
    rows.tweetIdLo[row] = row;
  });
  return rows;
}

/** Moves every row on by the number of rows, around all tweets. */
function nextTweets(rows: RowColumns): RowColumns {
  for (let row = 0; row < rows.count; row++) {
    rows.tweetIdLo[row] = ((rows.tweetIdLo[row] as number) + rows.count) % TWEETS;
  }
  return rows;
}
