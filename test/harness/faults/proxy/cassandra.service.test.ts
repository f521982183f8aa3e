/** A store on Cassandra whose connections pass a link, although the cluster names its nodes to its clients. */
import { expect, test } from '@jest/globals';
import { Link } from '../../../../harness/faults/proxy/link.ts';
import { throughLinks } from '../../../../harness/faults/proxy/redirect.ts';
import { MonotonicClock } from '../../../../substrates/clock.ts';
import { CassandraStore } from '../../../../substrates/key-value-store/cassandra/cassandra-store.ts';
import { bindingOf, withTables } from '../../../substrates/key-value-store/cassandra/cassandra-support.ts';
import { describeWith } from '../../../support/real-servers.ts';
import { columnsOf, row, valuesOf } from '../../../support/store-rows.ts';

describeWith(['cassandra'], 'a store through a link', ({ cassandra }) => {
  test('is written and read on it alone', () => {
    const binding = bindingOf(cassandra);
    return withTables(binding, async () => {
      const server = binding.contactPoints[0] as string;
      const link = await Link.open({ server, index: 0, seed: 1, clock: new MonotonicClock(0) });
      const store = await CassandraStore.open(throughLinks(binding, () => `127.0.0.1:${link.port}`));
      try {
        const before = link.counters();
        const rows = Array.from({ length: 200 }, (_, i) => row(BigInt(i), 0, 1, i));
        await store.increment(columnsOf(rows), { partition: 0, epoch: 1 });
        expect(link.counters().requests.forwardedBytes - before.requests.forwardedBytes).toBeGreaterThan(200 * 16);
        expect(await valuesOf(store, rows)).toEqual(rows.map(({ counter, fingerprint }) => [counter, fingerprint]));
        expect(store.binding.contactPoints).toEqual([server]);
      } finally {
        await store.close();
        await link.close();
      }
    });
  });
});
