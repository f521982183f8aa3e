/** Servers are asked before a run starts: one that does not answer, or would spoil it, ends it with a way out. */
import { expect, test } from '@jest/globals';
import { BenchError } from '../../../harness/cli/bench-error.ts';
import { preflightServers } from '../../../harness/config/server-preflight.ts';
import type { Probes } from '../../../harness/doctor/probes.ts';
import { noServers } from '../cli/fake-dependencies.ts';
import { goodRedis } from '../doctor/server-facts.ts';
import { configOf } from '../run/run-config.ts';

const onRedis = configOf({ store: 'redis://localhost:6379/0', speedStore: 'redis://localhost:6379/0' });

async function refusal(probes: Probes, credentials = {}, config = onRedis): Promise<[string, string, string]> {
  try {
    await preflightServers(config, credentials, probes);
  } catch (error) {
    if (error instanceof BenchError) return [error.code, error.message, error.remedy];
    throw error;
  }
  throw new Error('it was accepted');
}

test('nobody is asked when all is embedded', async () => {
  await expect(preflightServers(configOf(), {}, noServers)).resolves.toBeUndefined();
});

test('a server that does not answer ends the run, with the command that starts one', async () => {
  expect(await refusal(noServers)).toEqual([
    'OB_SERVER_UNREACHABLE',
    '--store redis://localhost:6379/0 does not answer as it should: connect ECONNREFUSED',
    "Start one with 'omegabench services up redis', or check the host, the port and a firewall between.",
  ]);
  const onKafka = configOf({ log: 'kafka://localhost:9092/x' });
  expect((await refusal(noServers, {}, onKafka))[2]).toContain("'omegabench services up kafka'");
});

test('a server that refuses the log-in says where a log-in comes from, and never tells the password', async () => {
  const refusing: Probes = {
    ...noServers,
    redis: (_server, login) => Promise.reject(new Error(`WRONGPASS invalid password ${login?.password ?? ''}`)),
  };
  const wrong = await refusal(refusing, { store: { password: 's3cret' } });
  expect(wrong.join(' ')).not.toContain('s3cret');
  expect(wrong[2]).toBe(
    'Check the user name and the password (the URL, OMEGABENCH_REDIS_USERNAME, OMEGABENCH_REDIS_PASSWORD).',
  );
  expect((await refusal(refusing))[2]).toMatch(/^Set OMEGABENCH_REDIS_USERNAME and OMEGABENCH_REDIS_PASSWORD/);
});

test('a server on which figures would be wrong ends the run; one where they are only worse does not', async () => {
  const found = (role: 'master' | 'slave'): Probes => ({
    ...noServers,
    redis: async () => [{ ...goodRedis, role, persistence: 'no append-only file; snapshots 3600 1' }],
  });
  expect(await refusal(found('slave'))).toEqual([
    'OB_SERVER_UNFIT',
    '--store redis://localhost:6379/0: role: a replica; counts are written, and it refuses writes',
    'Give the address of its master, or make it one: REPLICAOF NO ONE.',
  ]);
  await expect(preflightServers(onRedis, {}, found('master'))).resolves.toBeUndefined();
});

test('the speed store is asked apart only if it is another one, with its own log-in', async () => {
  const asked: unknown[] = [];
  const noting: Probes = {
    ...noServers,
    async redis({ nodes, database }, login) {
      asked.push([nodes[0]?.host, database, login?.password]);
      return [goodRedis];
    },
  };
  const credentials = { store: { password: 'one' }, speedStore: { password: 'two' } };
  await preflightServers(onRedis, credentials, noting);
  expect(asked).toEqual([['localhost', 0, 'one']]);
  const apart = configOf({ store: 'redis://localhost:6379/0', speedStore: 'redis://cache:6379/1' });
  await preflightServers(apart, credentials, noting);
  expect(asked.slice(1)).toEqual([
    ['localhost', 0, 'one'],
    ['cache', 1, 'two'],
  ]);
});
