/**
 * What a Redis server and each of the clients reach: increments as alpha sends them, in batches of its default size and
 * of ten times that, replaced and read keys, with the CPU time that a row takes of this process and of the server.
 */
import { fingerprintKey, fingerprintOf, type ImpressionBlock } from '../../generators/impression.ts';
import type { Clock } from '../../substrates/clock.ts';
import {
  createRows,
  type Fence,
  type KeyValueStore,
  type RedisClientKind,
  type RedisStoreBinding,
  type RowColumns,
} from '../../substrates/key-value-store/key-value-store.ts';
import { openStore, removeStore } from '../../substrates/key-value-store/open-store.ts';
import { probeBlocks } from './blocks.ts';

export interface RedisCeiling {
  name: string;
  /** What the rate is a rate of, for a person. */
  what: string;
  unitsPerSecond: number;
  /** CPU time of a unit, in microseconds. */
  clientCpuUs: number;
  serverCpuUs: number;
}

export interface RedisProbeOptions {
  /** The server, and the prefix below which keys are made and removed again. */
  server: Omit<RedisStoreBinding, 'client' | 'resend'>;
  clock: Clock;
  /** For each ceiling. */
  timeMs: number;
  signal?: AbortSignal;
  /** Called before a ceiling is measured, with its name. */
  begin?: (name: string) => void;
}

interface RedisProbe {
  name: string;
  what: string;
  client: RedisClientKind;
  rowsPerBatch: number;
  work: (store: KeyValueStore, batch: RowColumns, turn: number) => Promise<void>;
}

const FENCE: Fence = { partition: 0, epoch: 1 };
const BLOCKS = 32;
const SMALL_BATCH = 1000;
const BIG_BATCH = 10_000;
const CLIENTS: readonly RedisClientKind[] = ['await-each', 'pipeline', 'script', 'raw'];

function increments(client: RedisClientKind, rowsPerBatch: number): RedisProbe {
  return {
    name: `redis ${client}, ${rowsPerBatch} a batch`,
    what: 'keys incremented',
    client,
    rowsPerBatch,
    work: (store, batch) => store.increment(batch, FENCE),
  };
}

function upserts(client: RedisClientKind): RedisProbe {
  return {
    name: `redis HSET, ${client}`,
    what: 'keys replaced',
    client,
    rowsPerBatch: SMALL_BATCH,
    // Versions begin with the probe, so that none is older than the one before.
    work: (store, batch, turn) => store.upsert(batch, turn, FENCE),
  };
}

const MULTI_GET: RedisProbe = {
  name: 'redis HMGET',
  what: 'keys read',
  client: 'raw',
  rowsPerBatch: SMALL_BATCH,
  work: (store, batch) =>
    store.multiGet(batch, { counter: new Uint32Array(batch.count), fingerprint: new Int32Array(batch.count) }),
};

const PROBES: readonly RedisProbe[] = [
  ...CLIENTS.map((client) => increments(client, SMALL_BATCH)),
  ...CLIENTS.slice(1).map((client) => increments(client, BIG_BATCH)),
  upserts('pipeline'),
  upserts('raw'),
  MULTI_GET,
];

/** Measures one after another; the keys are removed, whatever happens. */
export async function redisCeilings(options: RedisProbeOptions): Promise<RedisCeiling[]> {
  const blocks = probeBlocks(BLOCKS);
  const ceilings: RedisCeiling[] = [];
  for (const probe of PROBES) {
    options.signal?.throwIfAborted();
    options.begin?.(probe.name);
    const binding: RedisStoreBinding = { ...options.server, client: probe.client, resend: false };
    const store = await openStore(binding);
    try {
      ceilings.push(await measureProbe(probe, store, binding, batchesOf(blocks, probe.rowsPerBatch), options));
    } finally {
      await store.close();
      await removeStore(binding);
    }
  }
  return ceilings;
}

async function measureProbe(
  probe: RedisProbe,
  store: KeyValueStore,
  binding: RedisStoreBinding,
  batches: readonly RowColumns[],
  { clock, timeMs }: RedisProbeOptions,
): Promise<RedisCeiling> {
  // Loaded here, as the stores' adapters are: only who measures Redis loads its client.
  const { serverCpuSeconds } = await import('../../substrates/key-value-store/redis/probe.ts');
  let turn = 0;
  const step = async (): Promise<number> => {
    const batch = batches[turn++ % batches.length] as RowColumns;
    await probe.work(store, batch, turn);
    return batch.count;
  };
  const warmEndMs = clock.nowMs() + timeMs / 4;
  do await step();
  while (clock.nowMs() < warmEndMs);

  const serverBefore = await serverCpuSeconds(binding);
  const cpuBefore = process.cpuUsage();
  const startMs = clock.nowMs();
  let units = 0;
  do units += await step();
  while (clock.nowMs() < startMs + timeMs);
  const elapsedMs = clock.nowMs() - startMs;
  const cpu = process.cpuUsage(cpuBefore);
  const serverSeconds = (await serverCpuSeconds(binding)) - serverBefore;
  return {
    name: probe.name,
    what: probe.what,
    unitsPerSecond: (units * 1000) / elapsedMs,
    clientCpuUs: (cpu.user + cpu.system) / units,
    serverCpuUs: (serverSeconds * 1e6) / units,
  };
}

/** The stream as increments by one, equal keys not merged. */
function batchesOf(blocks: readonly ImpressionBlock[], rowsPerBatch: number): RowColumns[] {
  const batches: RowColumns[] = [];
  let rows = createRows(rowsPerBatch);
  for (const block of blocks) {
    const key = fingerprintKey(block.partition, block.firstSequence);
    for (let row = 0; row < block.count; row++) {
      const at = rows.count++;
      rows.tweetIdLo[at] = block.tweetIdLo[row] as number;
      rows.tweetIdHi[at] = block.tweetIdHi[row] as number;
      rows.counter[at] = 1;
      rows.fingerprint[at] = fingerprintOf(key, block.firstSequence + row);
      if (rows.count < rowsPerBatch) continue;
      batches.push(rows);
      rows = createRows(rowsPerBatch);
    }
  }
  return batches;
}
