/** The names of a store's tables, and the statements on them. Tables and columns are described in `tables.ts`. */
import type { CassandraStoreBinding } from '../key-value-store.ts';

export const TABLES = ['counters', 'values', 'markers', 'fences', 'hours'] as const;
export type Table = (typeof TABLES)[number];

/** Made and dropped by `warmUp`; dropped with the others if it was killed. */
export const WARM_UP_TABLES = ['warmup', 'warmup_counters'] as const;

/** In a keyspace that omegabench has made; tells that it may drop it. */
export const KEYSPACE_MARK = 'omegabench_made_this_keyspace';

type Named = Pick<CassandraStoreBinding, 'keyspace' | 'prefix'>;

/** Name without keyspace. Throws if the prefix cannot begin a table's name. */
export function tableName(prefix: string, table: Table | (typeof WARM_UP_TABLES)[number]): string {
  if (!/^[A-Za-z0-9_]+$/.test(prefix)) {
    throw new Error(`prefix "${prefix}" cannot begin the name of a Cassandra table: use letters, digits and _ only`);
  }
  return `${prefix}_${table}`;
}

export function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

export function qualified(named: Named, table: Parameters<typeof tableName>[1]): string {
  return `${quote(named.keyspace)}.${quote(tableName(named.prefix, table))}`;
}

export type Statements = ReturnType<typeof statementsOf>;

export function statementsOf(named: Named) {
  const counters = qualified(named, 'counters');
  const values = qualified(named, 'values');
  const markers = qualified(named, 'markers');
  const fences = qualified(named, 'fences');
  const hours = qualified(named, 'hours');
  const key = 'shard = ? AND hour = ? AND tweet = ?';
  const select = (table: string, tweets: string): string =>
    `SELECT tweet, counter, fingerprint FROM ${table} WHERE shard = ? AND hour = ? AND tweet ${tweets}`;
  return {
    increment: `UPDATE ${counters} SET counter = counter + ?, fingerprint = fingerprint + ? WHERE ${key}`,
    put: `INSERT INTO ${values} (shard, hour, tweet, counter, fingerprint) VALUES (?, ?, ?, ?, ?) USING TIMESTAMP ?`,
    deleteCounter: `DELETE FROM ${counters} WHERE ${key}`,
    deleteValue: `DELETE FROM ${values} USING TIMESTAMP ? WHERE ${key}`,
    get: { counters: select(counters, 'IN ?'), values: select(values, 'IN ?') },
    // Cassandra sorts its 64-bit integers as signed ones: the unsigned order is first these, then those.
    scan: {
      counters: [select(counters, '>= 0'), select(counters, '< 0')],
      values: [select(values, '>= 0'), select(values, '< 0')],
    },
    putHour: `INSERT INTO ${hours} (bucket, hour) VALUES (0, ?)`,
    hours: `SELECT hour FROM ${hours} WHERE bucket = 0 AND hour >= ? AND hour < ?`,
    putMarker: `INSERT INTO ${markers} (name, partition, value) VALUES (?, ?, ?)`,
    markers: `SELECT partition, value FROM ${markers} WHERE name = ?`,
    firstFence: `INSERT INTO ${fences} (partition, epoch) VALUES (?, ?) IF NOT EXISTS`,
    raiseFence: `UPDATE ${fences} SET epoch = ? WHERE partition = ? IF epoch < ?`,
    fence: `SELECT epoch FROM ${fences} WHERE partition = ?`,
  };
}
