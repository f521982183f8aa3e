/** Faults of the network: what they strike, what becomes of the counts, and what they leave as evidence. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { findArchitecture } from '../../../../architectures/registry.ts';
import { expectedOf } from '../../../../harness/faults/fault.ts';
import { struckServer } from '../../../../harness/faults/kinds/network.ts';
import type { ServerFacts } from '../../../../harness/faults/proxy/servers.ts';
import { faultDefinition } from '../../../../harness/faults/registry.ts';
import type { Declaration } from '../../../../substrates/declaration.ts';
import { atTime, redisAt, type StruckNetwork, struckNetwork } from '../../../support/network-fault.ts';
import { eventually, startServer, TestClient, type TestServer } from '../proxy/echo-server.ts';

const KINDS = ['network-delay', 'network-drop', 'network-black-hole', 'network-reset', 'network-reply-lost'];
const redis = redisAt('127.0.0.1:6379', { roles: ['serving', 'speed'] });
const kafka: ServerFacts = { ...redis, kind: 'kafka', nodes: ['127.0.0.1:9092'], roles: ['log'], survivesKill: true };
const find = (name: string) => findArchitecture(name) as Declaration;
const expected = (kind: string, name: string, servers: readonly ServerFacts[]) =>
  expectedOf(faultDefinition(kind), find(name), servers);

describe('what a fault of the network strikes', () => {
  test.each(KINDS)('nothing is there for %s where everything is embedded', (kind) => {
    expect(faultDefinition(kind).whyNot(find('alpha'))).toMatch(/embedded: there is no server and no network/);
    expect(faultDefinition(kind).whyNot(find('omega-prime'), [redis])).toMatch(
      /it has no store, and the log is embedded/,
    );
    expect(faultDefinition(kind).whyNot(find('alpha'), [redis])).toBeUndefined();
    const onLogAlone = faultDefinition(kind).whyNot(find('omega-prime'), [kafka]);
    if (kind === 'network-reply-lost') expect(onLogAlone).toMatch(/writes to no server/);
    else expect(onLogAlone).toBeUndefined();
  });

  test('the store that is written event by event, before others and before the log; or what was named', () => {
    const speed = redisAt('127.0.0.1:7000', { roles: ['speed'] });
    const serving = redisAt('127.0.0.1:7001');
    expect(struckServer(find('lambda'), [kafka, serving, speed])).toBe(speed);
    expect(struckServer(find('beta'), [kafka, serving, speed])).toBe(serving);
    expect(struckServer(find('beta'), [kafka])).toBe(kafka);
    expect(struckServer(find('beta'), [kafka, serving], { server: 'log' })).toBe(kafka);
    expect(struckServer(find('beta'), [serving], { server: 'log' })).toBeUndefined();
  });
});

describe('the counts after it', () => {
  test('are right, where writes are idempotent, where only time was lost, and where the log was struck', () => {
    for (const kind of KINDS) {
      for (const name of ['batch', 'beta', 'omega']) {
        expect(expected(kind, name, [redis])).toMatchObject({ final: 'stale' });
      }
      expect(expected(kind, 'alpha', [kafka])).toMatchObject({ final: 'stale' });
    }
    expect(expected('network-delay', 'alpha', [redis])).toMatchObject({ final: 'stale' });
  });

  test('are too high for alpha, surely where replies are lost, else perhaps', () => {
    expect(expected('network-reply-lost', 'alpha', [redis])).toMatchObject({ final: 'repeats' });
    for (const kind of ['network-drop', 'network-black-hole', 'network-reset']) {
      expect(expected(kind, 'alpha', [redis])).toMatchObject({ final: 'may-repeat' });
      expect(expected(kind, 'lambda', [redis])).toEqual({ final: 'stale', speed: 'may-repeat' });
    }
  });

  test('after a server was killed depend on what it keeps', () => {
    const kept = { ...redis, survivesKill: true };
    expect(expected('server-kill', 'alpha', [redis])).toMatchObject({ final: 'loses' });
    expect(expected('server-kill', 'beta', [redis])).toMatchObject({ final: 'loses' });
    expect(expected('server-kill', 'beta', [kept])).toMatchObject({ final: 'stale' });
    expect(expected('server-kill', 'alpha', [kept])).toMatchObject({ final: 'may-repeat' });
    expect(expected('server-kill', 'alpha', [kafka])).toMatchObject({ final: 'stale' });
    expect(expected('server-kill', 'omega-prime', [redis])).toBe('not-applicable');
    // Only the speed store is on it: the batch view is as it was.
    expect(expected('server-kill', 'lambda', [redisAt('a:1', { roles: ['speed'] })])).toEqual({
      final: 'stale',
      speed: 'loses',
    });
  });
});

describe('a strike', () => {
  let server: TestServer;
  let struck: StruckNetwork;
  let clients: TestClient[];

  beforeEach(async () => {
    server = await startServer();
    struck = await struckNetwork(redisAt(server.address));
    clients = [];
  });

  afterEach(async () => {
    for (const { socket } of clients) socket.destroy();
    await struck.link.close();
    await server.close();
  });

  const connect = (): TestClient => {
    const client = new TestClient(struck.link.port);
    clients.push(client);
    return client;
  };

  /** Writes as a worker would, each write after the answer to the one before, and again when a connection breaks. */
  function write(): { stop: () => void } {
    let going = true;
    let client = connect();
    let sentBytes = 0;
    const timer = setInterval(() => {
      if (!going) clearInterval(timer);
      else if (client.socket.destroyed) {
        client = connect();
        sentBytes = 0;
      } else if (client.bytes === sentBytes) {
        client.send('increment '.repeat(20));
        sentBytes += 200;
      }
    }, 5);
    return {
      stop: () => {
        going = false;
        clearInterval(timer);
      },
    };
  }

  test.each([
    ['network-delay', /^\d+ chunks came 20 ± 10 ms later, between the workers and redis:\/\//],
    ['network-drop', /^\d+ bytes of requests were lost, and then 1 connections/],
    ['network-black-hole', /^\d+ bytes of requests and \d+ of replies were lost/],
    ['network-reset', /^\d+ connections were reset/],
    ['network-reply-lost', /^\d replies of \d+ bytes were lost/],
  ])('of %s bites while it lasts, says so, and leaves a link that passes everything', async (kind, what) => {
    const writing = write();
    const active = await faultDefinition(kind).inject(struck.context, atTime(kind, 30, 150));
    await new Promise((resolve) => setTimeout(resolve, 400));
    await active.heal();
    writing.stop();
    const evidence = await active.evidence();
    expect(evidence?.what).toMatch(what);
    expect(evidence?.atMs).toBeGreaterThanOrEqual(30);
    expect(evidence?.endedMs).toBeGreaterThan(evidence?.atMs ?? Infinity);
    const client = connect();
    client.send('increment '.repeat(20));
    await client.has(200);
  });

  test.each(KINDS)('of %s that hits nothing leaves no evidence', async (kind) => {
    const active = await faultDefinition(kind).inject(struck.context, atTime(kind, 0, 20));
    await new Promise((resolve) => setTimeout(resolve, 60));
    await active.heal();
    expect(await active.evidence()).toBeUndefined();
  });

  test('that is healed is over at once, and one that has not begun never begins', async () => {
    const client = connect();
    client.send('hello');
    await client.has(5);
    const long = await faultDefinition('network-black-hole').inject(struck.context, atTime('a', 0, 600_000));
    await eventually(() => {
      client.send('x');
      return struck.link.counters().requests.droppedBytes > 0;
    });
    const later = await faultDefinition('network-reset').inject(struck.context, atTime('b', 60, 10));
    await later.heal();
    await long.heal();
    expect(await client.ended).toBe('ECONNRESET');
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(await later.evidence()).toBeUndefined();
    expect((await long.evidence())?.what).toMatch(/bytes of requests/);
  });

  test('on a server of others is refused before anything is done', async () => {
    const context = { ...struck.context, realServers: [redisAt(server.address, { ownership: 'foreign' })] };
    await expect(faultDefinition('network-reset').inject(context, atTime('a', 0, 1))).rejects.toThrow(
      /was not started by omegabench.*--i-own-this-server/,
    );
  });
});
