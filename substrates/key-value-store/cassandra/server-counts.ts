/**
 * What the server has counted itself, to be compared with `counts.sent`.
 *
 * `system_views.coordinator_write_latency` and `coordinator_read_latency` count, for each table, the requests that a
 * node was asked for by clients: one for each single-row statement, one for each batch of one partition whatever its
 * rows, one for each page of a read, and independent of the replication factor. Names are
 * `<table>.coordinator_write_latency`, with the table's name without prefix; a name that is missing on one side is 0.
 * The fences are left out: a compare-and-set reads as often as contention makes it. A request that the driver sends
 * again after a time-out is counted by the server and not here. A node forgets its counts when it restarts.
 */
import type { CassandraStoreBinding } from '../key-value-store.ts';
import { explain } from './errors.ts';
import type { Session } from './session.ts';
import { TABLES, tableName } from './table-names.ts';

const VIEWS = ['coordinator_write_latency', 'coordinator_read_latency'] as const;

/** Summed over the nodes of the data centre, which are all that the client sends to. */
export async function readServerCounts(session: Session): Promise<Record<string, number>> {
  const { binding, client } = session;
  session.assertOpen();
  const tables = new Map(
    TABLES.filter((table) => table !== 'fences').map((table) => [tableName(binding.prefix, table), table]),
  );
  const counts: Record<string, number> = {};
  for (const host of client.hosts.values()) {
    if (host.datacenter !== binding.dataCenter) continue;
    for (const view of VIEWS) {
      const statement = `SELECT keyspace_name, table_name, count FROM system_views.${view}`;
      const options = { host, prepare: false, isIdempotent: true };
      const result = await client.execute(statement, [], options).catch(explained(binding));
      for (const row of result) {
        const table = row.keyspace_name === binding.keyspace ? tables.get(String(row.table_name)) : undefined;
        if (table === undefined || Number(row.count) === 0) continue;
        const name = `${table}.${view}`;
        counts[name] = (counts[name] ?? 0) + Number(row.count);
      }
    }
  }
  return counts;
}

function explained(binding: CassandraStoreBinding): (error: unknown) => never {
  return (error) => {
    throw explain(error, binding, 'a read of system_views');
  };
}
