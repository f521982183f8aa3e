/**
 * Warms the server up before anything is measured: a fresh Cassandra compiles its hot code for about a minute, and
 * until then does a third of what it can. Works on tables of its own, so that the store's counts are not touched.
 */
import type { Client } from 'cassandra-driver';
import type { CassandraStoreBinding } from '../key-value-store.ts';
import { connect } from './connection.ts';
import { explain } from './errors.ts';
import { SHARDS } from './layout.ts';
import { qualified } from './table-names.ts';
import { createWarmUpTables, dropWarmUpTables } from './tables.ts';

const MAX_SECONDS = 60;
const IN_FLIGHT = 128;
const ROWS_PER_BATCH = 100;
const TWEETS = 20_000;

export interface WarmUp {
  seconds: number;
  /** Rows written in batches, counters incremented, and keys read. */
  upserts: number;
  increments: number;
  reads: number;
}

/**
 * Writes and reads for `seconds` (at most 60) at a bounded concurrency, and drops what it has made. Needs the keyspace.
 * Rejects with `StoreUnavailableError` as the store does.
 */
export async function warmUp(binding: CassandraStoreBinding, seconds: number): Promise<WarmUp> {
  if (!(seconds > 0 && seconds <= MAX_SECONDS)) {
    throw new RangeError(`a warm-up takes more than 0 and at most ${MAX_SECONDS} seconds, not ${seconds}`);
  }
  const client = await connect(binding, { consistency: binding.consistency });
  let timer: NodeJS.Timeout | undefined;
  try {
    await createWarmUpTables(client, binding);
    const done: WarmUp = { seconds, upserts: 0, increments: 0, reads: 0 };
    const turns = turnsOf(client, binding, done);
    let over = false;
    timer = setTimeout(() => {
      over = true;
    }, seconds * 1000);
    let turn = 0;
    const loop = async (): Promise<void> => {
      while (!over) await turns[turn % turns.length]?.(turn++);
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, loop));
    return done;
  } catch (error) {
    throw explain(error, binding, 'the warm-up');
  } finally {
    clearTimeout(timer);
    await dropWarmUpTables(client, binding).catch(() => undefined);
    await client.shutdown();
  }
}

/** Seven increments, a batch of upserts and a read, in turns: about the same time of the server for each kind. */
function turnsOf(client: Client, binding: CassandraStoreBinding, done: WarmUp): ((turn: number) => Promise<void>)[] {
  const counters = qualified(binding, 'warmup_counters');
  const values = qualified(binding, 'warmup');
  const key = 'shard = ? AND hour = 0 AND tweet = ?';
  const add = `UPDATE ${counters} SET counter = counter + 1, fingerprint = fingerprint + 1 WHERE ${key}`;
  const put = `INSERT INTO ${values} (shard, hour, tweet, counter, fingerprint) VALUES (?, 0, ?, 1, 1)`;
  const get = `SELECT counter FROM ${counters} WHERE ${key}`;
  const keyOf = (n: number): [number, bigint] => [n % SHARDS, BigInt(n % TWEETS)];
  const increment = async (turn: number): Promise<void> => {
    await client.execute(add, keyOf(turn));
    done.increments += 1;
  };
  const upsert = async (turn: number): Promise<void> => {
    const rows = Array.from({ length: ROWS_PER_BATCH }, (_, i) => [turn % SHARDS, BigInt((turn + i) % TWEETS)]);
    await client.batch(
      rows.map((params) => ({ query: put, params })),
      { logged: false, isIdempotent: true },
    );
    done.upserts += rows.length;
  };
  const read = async (turn: number): Promise<void> => {
    await client.execute(get, keyOf(turn), { isIdempotent: true });
    done.reads += 1;
  };
  return [...Array.from({ length: 7 }, () => increment), upsert, read];
}
