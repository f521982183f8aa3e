/** A Cassandra store for a test: its own tables on the server of `OMEGABENCH_CASSANDRA`, dropped afterwards. */
import { afterAll, beforeAll } from '@jest/globals';
import { Client } from 'cassandra-driver';
import { CassandraStore } from '../../../../substrates/key-value-store/cassandra/cassandra-store.ts';
import { qualified, TABLES } from '../../../../substrates/key-value-store/cassandra/table-names.ts';
import { createTables, dropTables } from '../../../../substrates/key-value-store/cassandra/tables.ts';
import type { CassandraStoreBinding } from '../../../../substrates/key-value-store/key-value-store.ts';
import { uniquePrefix } from '../../../support/real-servers.ts';

/** From `cassandra://host:port?dc=name`. */
export function bindingOf(url: string, changes: Partial<CassandraStoreBinding> = {}): CassandraStoreBinding {
  const { host, searchParams } = new URL(url);
  return {
    kind: 'cassandra',
    contactPoints: [host],
    dataCenter: searchParams.get('dc') ?? 'datacenter1',
    keyspace: 'omegabench_test',
    tls: false,
    prefix: uniquePrefix(),
    consistency: 'local-one',
    ...changes,
  };
}

type Body = (open: () => Promise<CassandraStore>) => Promise<void>;

/** Fresh tables for one test. */
export async function withTables(binding: CassandraStoreBinding, body: Body): Promise<void> {
  await createTables(binding);
  try {
    await withHandles(binding, body);
  } finally {
    await dropTables(binding);
  }
}

/** The same tables for all tests of the suite that calls it, emptied before each: much faster than fresh ones. */
export function shareTables(binding: CassandraStoreBinding): (body: Body) => Promise<void> {
  const client = clientOf(binding);
  beforeAll(() => createTables(binding));
  afterAll(async () => {
    await client.shutdown();
    await dropTables(binding);
  });
  return async (body) => {
    await Promise.all(TABLES.map((table) => client.execute(`TRUNCATE ${qualified(binding, table)}`)));
    await withHandles(binding, body);
  };
}

/** A client of the driver's own, to look at what the store has done. */
export function clientOf({ contactPoints, dataCenter }: CassandraStoreBinding): Client {
  return new Client({ contactPoints, localDataCenter: dataCenter, socketOptions: { readTimeout: 60_000 } });
}

async function withHandles(binding: CassandraStoreBinding, body: Body): Promise<void> {
  const handles: CassandraStore[] = [];
  try {
    await body(async () => {
      const store = await CassandraStore.open(binding);
      handles.push(store);
      return store;
    });
  } finally {
    for (const store of handles) await store.close();
  }
}
