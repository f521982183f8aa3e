/** What a configuration becomes for the processes that open logs and stores. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Settings } from '../../../harness/config/run-config.ts';
import { logBindingOf, storeBindingOf } from '../../../harness/run/bindings.ts';
import { configOf } from './run-config.ts';

const NAME = '20260102-030405-123-007-failure-omega-prime';
const logOf = (settings: Settings, name = NAME, credentials = {}) =>
  logBindingOf(configOf(settings), credentials, { name, partitions: 4, folder: 'folder/log' });
const storeOf = (settings: Settings, store: 'serving' | 'speed' = 'serving', name = NAME, credentials = {}) =>
  storeBindingOf(configOf(settings), credentials, store, { name, folder: 'folder', sync: true });

describe('a log', () => {
  test('in files lies in the folder that it is given', () => {
    expect(logOf({})).toEqual({ kind: 'files', directory: 'folder/log', partitions: 4 });
  });

  test('on Kafka has a topic of its own, and framing, codec and log-in of the run', () => {
    const settings: Settings = { log: 'kafkas://one:9092,two:9093/views', framing: 'event', codec: 'lz4' };
    const credentials = { log: { username: 'kay', password: 'pw' }, store: { password: 'other' } };
    expect(logOf(settings, NAME, credentials)).toEqual({
      kind: 'kafka',
      brokers: ['one:9092', 'two:9093'],
      topic: `views-${NAME}`,
      partitions: 4,
      framing: 'event',
      codec: 'lz4',
      tls: true,
      credentials: { username: 'kay', password: 'pw' },
    });
    expect(logOf({ log: 'kafka://one:9092/omegabench' })).not.toHaveProperty('credentials');
  });

  test('has a topic that Kafka takes, whatever its name', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 400 }), (name) => {
        const binding = logOf({ log: 'kafka://h:1/views' }, name);
        if (binding.kind !== 'kafka') throw new Error('it is no Kafka log');
        expect(binding.topic).toMatch(/^views-[\w.-]{1,243}$/);
      }),
    );
  });
});

describe('a store', () => {
  test('that is embedded lies in the folder of its act, by its name', () => {
    expect(storeOf({})).toEqual({ kind: 'lmdb', directory: 'folder/serving-store', sync: true });
    expect(storeOf({}, 'speed')).toEqual({ kind: 'lmdb', directory: 'folder/speed-store', sync: true });
  });

  test('on Redis has a short prefix, client and re-sending of the run', () => {
    const settings: Settings = { store: 'redis://h:6379/3', redisClient: 'raw', redisResend: 'on' };
    expect(storeOf(settings, 'serving', 'run-1-alpha', { store: { password: 'pw' } })).toEqual({
      kind: 'redis',
      nodes: [{ host: 'h', port: 6379 }],
      cluster: false,
      database: 3,
      tls: false,
      credentials: { password: 'pw' },
      prefix: 'omegabench:run-1-alpha:serving',
      client: 'raw',
      resend: true,
    });
  });

  test('on Cassandra has contact points with ports, and tables with a prefix', () => {
    const store = 'cassandras://a:9042,b:9043/views?dc=eu&consistency=quorum';
    expect(storeOf({ store }, 'serving', 'run-1')).toEqual({
      kind: 'cassandra',
      contactPoints: ['a:9042', 'b:9043'],
      dataCenter: 'eu',
      keyspace: 'views',
      tls: true,
      prefix: 'omegabench_run_1_serving',
      consistency: 'quorum',
    });
  });

  test('for speed is where the speed store is, with its own log-in', () => {
    const settings: Settings = { store: 'redis://h:6379/0', speedStore: 'redis://cache:6380/0' };
    const credentials = { store: { password: 'one' }, speedStore: { password: 'two' } };
    expect(storeOf(settings, 'speed', 'x', credentials)).toMatchObject({
      nodes: [{ host: 'cache', port: 6380 }],
      credentials: { password: 'two' },
      prefix: 'omegabench:x:speed',
    });
    expect(storeOf(settings, 'serving', 'x', credentials)).toMatchObject({ credentials: { password: 'one' } });
  });
});

/** The part of a binding by which others are told from it. */
function prefixOf(store: 'serving' | 'speed', name: string, url: string): string {
  const binding = storeOf({ store: url, speedStore: url }, store, name);
  if (!('prefix' in binding)) throw new Error('the store has no prefix');
  return binding.prefix;
}

describe('names that do not fit', () => {
  const CASSANDRA = 'cassandra://h:9042/omegabench?prefix=twelve_chars';
  const REDIS = 'redis://h:6379/0';

  test('are cut, and a hash of all of it tells them apart', () => {
    const names = Array.from({ length: 300 }, (_, i) => `20260102-030405-123-${i}-failure-omega-prime`);
    for (const url of [CASSANDRA, REDIS]) {
      const prefixes = names.flatMap((name) => [prefixOf('serving', name, url), prefixOf('speed', name, url)]);
      expect(new Set(prefixes).size).toBe(600);
      expect(prefixOf('serving', names[0] as string, url)).toBe(prefixes[0]);
    }
  });

  test('leave room for the longest table of the adapter, 48 characters in all', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 80 }), fc.constantFrom('serving', 'speed'), (name, store) => {
        const prefix = prefixOf(store as 'serving', name, CASSANDRA);
        expect(prefix).toMatch(/^[a-z][a-z0-9_]*$/);
        expect(`${prefix}_warmup_counters`.length).toBeLessThanOrEqual(48);
      }),
    );
  });

  test('of Redis hold nothing that a pattern or a hash tag could be made of', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 80 }), (name) => {
        expect(prefixOf('serving', name, REDIS)).toMatch(/^omegabench:[\w.-]{1,24}:serving$/);
      }),
    );
  });
});
