/** What the report says of a Cassandra store: versions, consistency, replication, and what a commit survives. */
import { type Client, version as driverVersion } from 'cassandra-driver';
import type { CassandraStoreBinding } from '../key-value-store.ts';

export async function readSettings(client: Client, binding: CassandraStoreBinding): Promise<Record<string, string>> {
  return {
    engine: `Cassandra ${await serverVersion(client)}`,
    client: `cassandra-driver ${driverVersion}`,
    nodes: `${client.hosts.values().length}, data centre ${binding.dataCenter}`,
    consistency: binding.consistency,
    replication: await replicationOf(client, binding.keyspace),
    durability: await durabilityOf(client),
    increments: binding.batchCounters === true ? 'counter batches of one partition' : 'one UPDATE each',
  };
}

export async function serverVersion(client: Client): Promise<string> {
  const result = await client.execute('SELECT release_version FROM system.local');
  return String(result.first()?.release_version ?? 'of unknown version');
}

/** The commit log's way of syncing; says so where the server does not show it. */
export async function durabilityOf(client: Client): Promise<string> {
  const mode = await settingOf(client, 'commitlog_sync');
  if (mode === undefined) return 'commitlog_sync not readable';
  if (mode !== 'periodic') return `commitlog_sync ${mode}: a write is on the disk when it is acknowledged`;
  const period = (await settingOf(client, 'commitlog_sync_period')) ?? 'of unknown length';
  return `commitlog_sync periodic, ${period}: a write survives the death of the process, not of the machine`;
}

/** A line of `cassandra.yaml` as the server has it; undefined where it has no such view, or the role may not see it. */
async function settingOf(client: Client, name: string): Promise<string | undefined> {
  try {
    const result = await client.execute('SELECT value FROM system_views.settings WHERE name = ?', [name]);
    const value = result.first()?.value;
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

async function replicationOf(client: Client, keyspace: string): Promise<string> {
  const statement = 'SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = ?';
  const row = (await client.execute(statement, [keyspace])).first();
  const { class: strategy = '', ...factors } = (row?.replication ?? {}) as Record<string, string>;
  const name = strategy.split('.').at(-1) ?? strategy;
  return [name, ...Object.entries(factors).map(([key, value]) => `${key} ${value}`)].join(', ');
}
