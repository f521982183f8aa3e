/** Candidates for the queryable-state proxies of a cluster. */
import { describe, expect, test } from '@jest/globals';
import {
  discoverProxies,
  portsOf,
} from '../../../../../substrates/stream-engine/flink/queryable-state/discover-proxies.ts';
import type { TaskManager } from '../../../../../substrates/stream-engine/flink/rest/types.ts';

const taskManager = (host: string): TaskManager => ({
  id: `${host}:1-a`,
  host,
  dataPort: 1,
  slots: 1,
  freeSlots: 1,
  heartbeatAtMs: 0,
});

const clusterOf = (hosts: string[], config: [string, string][] = []) => ({
  taskManagers: async () => hosts.map(taskManager),
  clusterConfig: async () => new Map(config),
});

describe('proxies', () => {
  test('listen at Flink’s own port if nothing is configured, on every host once', async () => {
    expect(await discoverProxies(clusterOf(['a', 'b', 'a']))).toEqual(['a:9069', 'b:9069']);
  });

  test('listen at any of the configured ports', async () => {
    const cluster = clusterOf(['a', '::1'], [['queryable-state.proxy.ports', '19069-19070, 19080']]);
    const expected = ['a:19069', 'a:19070', 'a:19080', '[::1]:19069', '[::1]:19070', '[::1]:19080'];
    expect(await discoverProxies(cluster)).toEqual(expected);
    expect(await discoverProxies(cluster, '5')).toEqual(['a:5', '[::1]:5']);
  });

  test.each(['', 'a', '9069-', '9070-9069', '70000', '1,,2'])('ports %j are none', (text) => {
    expect(() => portsOf(text)).toThrow(/queryable-state\.proxy\.ports is a port, a range or a list/);
  });

  test('of a wide range are not tried without end', () => {
    expect(portsOf('1000-60000')).toHaveLength(100);
  });
});
