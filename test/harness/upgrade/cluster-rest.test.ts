/** Whether there is a cluster to upgrade on, and whether it has room for savepoints. */
import { expect, test } from '@jest/globals';
import { assertTakesSavepoints, clusterRest } from '../../../harness/upgrade/cluster-rest.ts';

test('the REST API of a cluster is that of its URL', () => {
  expect(clusterRest('flinks://f:443', {}).url).toBe('https://f:443');
  expect(() => clusterRest('embedded', {})).toThrow('the embedded engine has no jobs that outlive their run');
});

test.each([
  ['execution.checkpointing.savepoint-dir', true],
  ['state.savepoints.dir', true],
  ['execution.checkpointing.dir', false],
])('a cluster that sets %s takes savepoints: %s', async (key, takes) => {
  const rest = { url: 'http://f:8081', clusterConfig: async () => new Map([[key, 'file:///s']]) };
  const asked = assertTakesSavepoints(rest);
  if (takes) await expect(asked).resolves.toBeUndefined();
  else await expect(asked).rejects.toThrow('Flink at http://f:8081 has no folder for savepoints');
});
