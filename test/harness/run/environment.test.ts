/** What a reader is warned of before the first act. */
import { expect, test } from '@jest/globals';
import type { ServerFacts } from '../../../harness/faults/proxy/servers.ts';
import { uncountedServers } from '../../../harness/run/environment.ts';

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
