/** What servers a run has, whose they are, and how its workers find them through links. */
import { describe, expect, test } from '@jest/globals';
import { findArchitecture } from '../../../../architectures/registry.ts';
import { needsNetwork, whyForbidden } from '../../../../harness/faults/permission.ts';
import { throughLinks } from '../../../../harness/faults/proxy/redirect.ts';
import { nodesOf, type OwnedServer, serversOf } from '../../../../harness/faults/proxy/servers.ts';
import type { Declaration } from '../../../../substrates/declaration.ts';
import type { EventLogBinding } from '../../../../substrates/event-log/event-log.ts';
import type { KeyValueStoreBinding } from '../../../../substrates/key-value-store/key-value-store.ts';

const files: EventLogBinding = { kind: 'files', directory: '/log', partitions: 1 };
const lmdb: KeyValueStoreBinding = { kind: 'lmdb', directory: '/store', sync: false };
const kafka: EventLogBinding = {
  kind: 'kafka',
  brokers: ['a:9092', 'b:9092'],
  topic: 't',
  partitions: 1,
  framing: 'block',
  codec: 'none',
  tls: false,
};
const redis = (prefix: string): KeyValueStoreBinding => ({
  kind: 'redis',
  nodes: [{ host: '127.0.0.1', port: 6379 }],
  cluster: false,
  database: 0,
  tls: false,
  prefix,
  client: 'pipeline',
  resend: false,
});
const cassandra = {
  kind: 'cassandra',
  contactPoints: ['127.0.0.1:19042', 'other'],
  dataCenter: 'dc',
  keyspace: 'k',
  tls: false,
  prefix: 'p',
  consistency: 'one',
} as KeyValueStoreBinding;

const ours: OwnedServer = { name: 'redis', pid: 1, kill: () => true, restart: async () => undefined };
const control = { ownedService: (url: string) => (url === 'redis://127.0.0.1:6379' ? ours : undefined) };
const nobodys = { ownedService: () => undefined };
const find = (name: string) => findArchitecture(name) as Declaration;

describe('the servers of a run', () => {
  test('are none where everything is embedded', async () => {
    expect(await serversOf(files, { serving: lmdb }, control, true)).toEqual([]);
  });

  test('are one for both stores that are on it', async () => {
    expect(await serversOf(files, { serving: redis('a'), speed: redis('b') }, control, false)).toEqual([
      {
        kind: 'redis',
        nodes: ['127.0.0.1:6379'],
        roles: ['serving', 'speed'],
        ownership: 'started',
        survivesKill: false,
      },
    ]);
  });

  test('are the user’s only if they say so, and ours only if every node is', async () => {
    const [claimed] = await serversOf(kafka, {}, control, true);
    expect(claimed).toMatchObject({ kind: 'kafka', nodes: ['a:9092', 'b:9092'], roles: ['log'], ownership: 'claimed' });
    const [foreign] = await serversOf(files, { serving: cassandra }, control, false);
    expect(foreign).toMatchObject({ nodes: ['127.0.0.1:19042', 'other:9042'], ownership: 'foreign' });
    expect(foreign?.survivesKill).toBe(true);
  });
});

describe('a binding through links', () => {
  const addressOf = (server: string) => `127.0.0.1:${1000 + server.length}`;

  test('keeps the names of the servers, and tells adapters where to go instead', () => {
    expect(throughLinks(redis('a'), addressOf)).toEqual({
      ...redis('a'),
      via: { '127.0.0.1:6379': '127.0.0.1:1014' },
    });
    expect(throughLinks(cassandra, addressOf)).toEqual({
      ...cassandra,
      via: { '127.0.0.1:19042': '127.0.0.1:1015', 'other:9042': '127.0.0.1:1010' },
    });
    expect(throughLinks(kafka, addressOf)).toEqual({
      ...kafka,
      via: { 'a:9092': '127.0.0.1:1006', 'b:9092': '127.0.0.1:1006' },
    });
  });

  test('is as it was where it is embedded', () => {
    expect(throughLinks(lmdb, addressOf)).toBe(lmdb);
    expect(nodesOf(files)).toEqual([]);
  });
});

describe('permission', () => {
  const alpha = [find('alpha'), find('omega-prime')];
  const on = (owner: typeof control | typeof nobodys, owns: boolean) =>
    serversOf(files, { serving: redis('a') }, owner, owns);

  test('is given for our own servers', async () => {
    expect(whyForbidden([{ kind: 'network-reset' }, { kind: 'server-kill' }], alpha, await on(control, false))).toBe(
      undefined,
    );
  });

  test('is refused on a server of others, and says how to get it', async () => {
    const reason = whyForbidden([{ kind: 'network-reset' }], alpha, await on(nobodys, false));
    expect(reason).toMatch(/^network-reset: redis:\/\/127.0.0.1:6379 was not started by omegabench/);
    expect(reason).toMatch(/--i-own-this-server/);
  });

  test('to break the network is given by who owns the server; to kill it, never', async () => {
    const claimed = await on(nobodys, true);
    expect(whyForbidden([{ kind: 'network-drop' }], alpha, claimed)).toBeUndefined();
    expect(whyForbidden([{ kind: 'server-kill' }], alpha, claimed)).toMatch(/services up redis/);
  });

  test('is not needed for what has nothing to strike, nor for faults inside workers', async () => {
    const servers = await on(nobodys, false);
    expect(whyForbidden([{ kind: 'network-drop' }], [find('omega-prime')], servers)).toBeUndefined();
    expect(whyForbidden([{ kind: 'crash' }, { kind: 'store-outage' }], alpha, servers)).toBeUndefined();
  });

  test('proxies are needed for faults of the network alone', () => {
    expect(needsNetwork([{ kind: 'server-kill' }, { kind: 'crash' }])).toBe(false);
    expect(needsNetwork([{ kind: 'crash' }, { kind: 'network-delay' }])).toBe(true);
  });
});
