/** What a reader is warned of before the first act. */
import { expect, test } from '@jest/globals';
import type { ServerFacts } from '../../../harness/faults/proxy/servers.ts';
import { uncountedServers, writerSettings } from '../../../harness/run/environment.ts';
import type { KeyValueStoreBinding } from '../../../substrates/key-value-store/key-value-store.ts';

test('each server that we did not start is a warning: its CPU time is in no figure', () => {
  const redis: ServerFacts = {
    kind: 'redis',
    nodes: ['127.0.0.1:6379'],
    roles: ['serving', 'speed'],
    ownership: 'foreign',
    survivesKill: false,
  };
  const [warning, ...others] = uncountedServers({ foreign: () => [redis] });
  expect(others).toEqual([]);
  expect(warning?.code).toBe('server-cpu-unknown');
  expect(warning?.message).toMatch(/^The redis server \(serving, speed\) was not started by omegabench/);
  expect(uncountedServers({ foreign: () => [] })).toEqual([]);
});

test('the client of a store is the one that writes: on Flink the job’s', () => {
  const store = {
    binding: { kind: 'redis' } as KeyValueStoreBinding,
    settings: { engine: 'redis 8.0.0, ioredis 6.0.0', client: 'pipeline: one HINCRBY an increment' },
  };
  expect(writerSettings(store, 'embedded')).toEqual(store.settings);
  const { engine, client } = writerSettings(store, 'flink://127.0.0.1:8081');
  expect(engine).toBe('redis 8.0.0, ioredis 6.0.0');
  expect(client).toMatch(/^of the Flink job: Jedis/);
});
