/**
 * The tables of a store, made before a run and dropped after it:
 *
 *     <prefix>_counters  (shard, hour), tweet -> counter, fingerprint   counter columns: what `increment` adds to
 *     <prefix>_values    (shard, hour), tweet -> counter, fingerprint   plain columns: upserts, bulk loads
 *     <prefix>_hours     bucket, hour                                   hours that have rows, so that a scan finds them
 *     <prefix>_markers   name, partition -> value
 *     <prefix>_fences    partition -> epoch
 *
 * Only tables with exactly these names are ever dropped, and the keyspace only if it was made here and nothing else is
 * left in it.
 */
import { type Client, errors, types } from 'cassandra-driver';
import type { CassandraStoreBinding, KeyValueStoreBinding } from '../key-value-store.ts';
import { connect } from './connection.ts';
import { explain, placeOf } from './errors.ts';
import { KEYSPACE_MARK, qualified, quote, TABLES, tableName, WARM_UP_TABLES } from './table-names.ts';

const KEYED = 'PRIMARY KEY ((shard, hour), tweet)';
const COLUMNS: Record<(typeof TABLES)[number], string> = {
  counters: `shard int, hour bigint, tweet bigint, counter counter, fingerprint counter, ${KEYED}`,
  values: `shard int, hour bigint, tweet bigint, counter bigint, fingerprint int, ${KEYED}`,
  hours: 'bucket int, hour bigint, PRIMARY KEY (bucket, hour)',
  markers: 'name text, partition int, value double, PRIMARY KEY (name, partition)',
  fences: 'partition int PRIMARY KEY, epoch bigint',
};

/** Makes the keyspace if it is missing, and the tables. Error if one of the tables exists already. */
export async function createTables(binding: KeyValueStoreBinding): Promise<void> {
  await withClient(binding, async (client, own) => {
    await createKeyspace(client, own);
    const options = await tableOptions(client);
    for (const table of TABLES) {
      try {
        await client.execute(`CREATE TABLE ${qualified(own, table)} (${COLUMNS[table]})${options}`, [], DDL);
      } catch (error) {
        if (!isAlreadyThere(error)) throw error;
        const name = tableName(own.prefix, table);
        throw new Error(`${placeOf(own)}: table ${name} exists already; drop it, or choose another prefix`);
      }
    }
  });
}

/** Drops the tables of this store, and the keyspace if it was made here and is empty then. Idempotent. */
export async function dropTables(binding: KeyValueStoreBinding): Promise<void> {
  await withClient(binding, async (client, own) => {
    const present = await tablesIn(client, own.keyspace);
    for (const table of [...TABLES, ...WARM_UP_TABLES]) {
      if (!present.has(tableName(own.prefix, table))) continue;
      await client.execute(`DROP TABLE IF EXISTS ${qualified(own, table)}`, [], DDL);
    }
    const left = await tablesIn(client, own.keyspace);
    if (left.size === 1 && left.has(KEYSPACE_MARK)) {
      await client.execute(`DROP KEYSPACE IF EXISTS ${quote(own.keyspace)}`, [], DDL);
    }
  });
}

/** Those of the store's tables that are not there. */
export async function missingTables(client: Client, binding: CassandraStoreBinding): Promise<string[]> {
  const present = await tablesIn(client, binding.keyspace);
  return TABLES.map((table) => tableName(binding.prefix, table)).filter((name) => !present.has(name));
}

/** Makes the two tables of the warm-up, empty; what an earlier one has left is dropped. */
export async function createWarmUpTables(client: Client, binding: CassandraStoreBinding): Promise<void> {
  await dropWarmUpTables(client, binding);
  const options = await tableOptions(client);
  const [values, counters] = WARM_UP_TABLES;
  await client.execute(`CREATE TABLE ${qualified(binding, values)} (${COLUMNS.values})${options}`, [], DDL);
  await client.execute(`CREATE TABLE ${qualified(binding, counters)} (${COLUMNS.counters})${options}`, [], DDL);
}

export async function dropWarmUpTables(client: Client, binding: CassandraStoreBinding): Promise<void> {
  for (const table of WARM_UP_TABLES) {
    await client.execute(`DROP TABLE IF EXISTS ${qualified(binding, table)}`, [], DDL);
  }
}

/** The schema is changed by one node at a time, which may wait for the others. */
const DDL = { prepare: false, readTimeout: 30_000 };
const MAX_REPLICAS = 3;

async function createKeyspace(client: Client, { keyspace, dataCenter }: CassandraStoreBinding): Promise<void> {
  const existing = await client.execute('SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?', [
    keyspace,
  ]);
  if (existing.rowLength > 0) return;
  const hosts = client.hosts.values();
  const local = hosts.filter((host) => host.datacenter === dataCenter).length;
  const replication =
    hosts.length === 1
      ? "{'class': 'SimpleStrategy', 'replication_factor': 1}"
      : `{'class': 'NetworkTopologyStrategy', '${dataCenter.replaceAll("'", "''")}': ${Math.min(MAX_REPLICAS, local)}}`;
  const name = quote(keyspace);
  await client.execute(`CREATE KEYSPACE IF NOT EXISTS ${name} WITH replication = ${replication}`, [], DDL);
  const mark = `${name}.${quote(KEYSPACE_MARK)}`;
  await client.execute(`CREATE TABLE IF NOT EXISTS ${mark} (nothing int PRIMARY KEY)`, [], DDL);
}

/** From version 5 on a table can be dropped without leaving a snapshot on the server's disk. */
async function tableOptions(client: Client): Promise<string> {
  const [row] = (await client.execute('SELECT release_version FROM system.local')).rows;
  const major = Number.parseInt(String(row?.release_version), 10);
  return major >= 5 ? ' WITH allow_auto_snapshot = false' : '';
}

async function tablesIn(client: Client, keyspace: string): Promise<Set<string>> {
  const result = await client.execute('SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?', [
    keyspace,
  ]);
  return new Set(result.rows.map((row) => String(row.table_name)));
}

function isAlreadyThere(error: unknown): boolean {
  return error instanceof errors.ResponseError && error.code === types.responseErrorCodes.alreadyExists;
}

async function withClient(
  binding: KeyValueStoreBinding,
  work: (client: Client, own: CassandraStoreBinding) => Promise<void>,
): Promise<void> {
  if (binding.kind !== 'cassandra') throw new Error(`tables of Cassandra belong to no store of kind ${binding.kind}`);
  tableName(binding.prefix, 'values');
  const client = await connect(binding);
  try {
    await work(client, binding);
  } catch (error) {
    throw error instanceof errors.DriverError ? explain(error, binding, 'a change of its tables') : error;
  } finally {
    await client.shutdown();
  }
}
