/** What is made on a server, what is dropped, and what a server that is not as expected leads to. */
import { expect, jest, test } from '@jest/globals';
import { CassandraStore } from '../../../../substrates/key-value-store/cassandra/cassandra-store.ts';
import { probeCassandra } from '../../../../substrates/key-value-store/cassandra/probe.ts';
import { createTables, dropTables } from '../../../../substrates/key-value-store/cassandra/tables.ts';
import { warmUp } from '../../../../substrates/key-value-store/cassandra/warm-up.ts';
import { StoreUnavailableError } from '../../../../substrates/key-value-store/key-value-store.ts';
import { describeWith, uniquePrefix } from '../../../support/real-servers.ts';
import { bindingOf, clientOf, withTables } from './cassandra-support.ts';

jest.setTimeout(60_000);

describeWith(['cassandra'], 'Cassandra tables on a real server', ({ cassandra }) => {
  async function tablesOf(keyspace: string): Promise<string[]> {
    const client = clientOf(bindingOf(cassandra));
    const statement = 'SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?';
    const { rows } = await client.execute(statement, [keyspace]);
    await client.shutdown();
    return rows.map((row) => String(row.table_name)).sort();
  }

  test('only own tables are dropped, and the keyspace with the last of them if it was made here', async () => {
    const keyspace = uniquePrefix();
    const [one, other] = [bindingOf(cassandra, { keyspace }), bindingOf(cassandra, { keyspace })];
    const longer = { ...one, prefix: `${one.prefix}_x` };
    for (const binding of [one, other, longer]) await createTables(binding);
    expect(await tablesOf(keyspace)).toHaveLength(16);
    await dropTables(one);
    await dropTables(one);
    const left = await tablesOf(keyspace);
    expect(left).toHaveLength(11);
    expect(left.filter((name) => name.startsWith(`${one.prefix}_`))).toEqual(
      ['counters', 'fences', 'hours', 'markers', 'values'].map((table) => `${longer.prefix}_${table}`),
    );
    await dropTables(longer);
    await dropTables(other);
    expect(await tablesOf(keyspace)).toEqual([]);
    await dropTables(other);
  });

  test('a keyspace of somebody else stays', async () => {
    const keyspace = uniquePrefix();
    const binding = bindingOf(cassandra, { keyspace });
    const client = clientOf(binding);
    const replication = "{'class': 'SimpleStrategy', 'replication_factor': 1}";
    await client.execute(`CREATE KEYSPACE ${keyspace} WITH replication = ${replication}`);
    try {
      await withTables(binding, async (open) => void (await open()));
      expect(await tablesOf(keyspace)).toEqual([]);
      const found = await client.execute('SELECT * FROM system_schema.keyspaces WHERE keyspace_name = ?', [keyspace]);
      expect(found.rowLength).toBe(1);
    } finally {
      await client.execute(`DROP KEYSPACE ${keyspace}`);
      await client.shutdown();
    }
  });

  test('tables that exist are not made again, and tables that do not are named when a store is opened', async () => {
    const binding = bindingOf(cassandra);
    await withTables(binding, async () => {
      await expect(createTables(binding)).rejects.toThrow(/_counters exists already/);
    });
    await expect(CassandraStore.open(binding)).rejects.toThrow(/no table .*_counters.* has to be made first/);
  });

  test('a wrong data centre, a closed port and a store of another kind are explained', async () => {
    const wrong = CassandraStore.open(bindingOf(cassandra, { dataCenter: 'nowhere' }));
    await expect(wrong).rejects.toThrow(/has no data centre "nowhere": give dc=\w+/);
    const closed = bindingOf(cassandra, { contactPoints: ['127.0.0.1:1'] });
    const error = await CassandraStore.open(closed).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StoreUnavailableError);
    expect(error).toMatchObject({ applied: 'no', message: expect.stringMatching(/127\.0\.0\.1:1 cannot be reached/) });
    await expect(CassandraStore.open({ kind: 'memory', name: 'm' })).rejects.toThrow(/no store of kind memory/);
  });

  test('a probe tells version, nodes, durability and clock, and the right name of a wrong data centre', async () => {
    const facts = await probeCassandra(bindingOf(cassandra));
    expect(facts.version).toMatch(/^\d+\.\d+/);
    expect(facts.durability).toMatch(/^commitlog_sync/);
    expect(Math.abs(facts.clockAheadMs)).toBeLessThan(60_000);
    expect(facts.wrongDataCenter).toBeUndefined();
    const [dataCenter] = Object.keys(facts.nodes);
    const wrong = await probeCassandra(bindingOf(cassandra, { dataCenter: 'nowhere' }));
    expect(wrong.nodes).toEqual(facts.nodes);
    expect(wrong.wrongDataCenter).toMatch(`give dc=${dataCenter}`);
  });

  test('a warm-up touches no table of the store and leaves nothing', async () => {
    const binding = bindingOf(cassandra);
    await withTables(binding, async (open) => {
      const store = await open();
      const done = await warmUp(binding, 1);
      expect(Math.min(done.upserts, done.increments, done.reads)).toBeGreaterThan(0);
      expect(await store.serverCounts()).toEqual({});
      const left = (await tablesOf(binding.keyspace)).filter((name) => name.startsWith(`${binding.prefix}_`));
      expect(left).toEqual(['counters', 'fences', 'hours', 'markers', 'values'].map((t) => `${binding.prefix}_${t}`));
    });
    await expect(warmUp(binding, 61)).rejects.toThrow(/at most 60 seconds/);
  });
});
