/** `omegabench matrix` on servers: what its run is handed, what is refused before it, and that no secret is printed. */
import { describe, expect, test } from '@jest/globals';
import type { CliDependencies } from '../../../harness/cli/dependencies.ts';
import { parseArguments } from '../../../harness/cli/parser.ts';
import type { Probes } from '../../../harness/doctor/probes.ts';
import { goodCassandra, goodFlink, goodKafka, goodRedis } from '../doctor/server-facts.ts';
import { type FakeCli, fakeCli } from './fake-dependencies.ts';

type Options = Parameters<CliDependencies['runMatrix']>[0];

const answering: Probes = {
  kafka: async () => goodKafka,
  redis: async () => [goodRedis],
  cassandra: async () => goodCassandra,
  flink: async () => goodFlink,
};

function matrixCli(changes: Partial<CliDependencies> = {}): FakeCli & { given: Options[] } {
  const given: Options[] = [];
  const runMatrix = async (options: Options) => {
    given.push(options);
    return { text: '1 of 1 cells as expected\n', data: {}, asExpected: true };
  };
  return { ...fakeCli({ probes: answering, runMatrix, ...changes }), given };
}

const SERVERS = ['--log', 'kafka://k/p', '--store', 'redis://me:secret@r:6379/1', '--redis-client', 'raw'];

describe('a matrix', () => {
  test('is embedded if nothing is said, and asks no server', async () => {
    const fake = matrixCli({ probes: fakeCli().dependencies.probes });
    expect(await fake.cli.main(['matrix'])).toBe(0);
    expect(fake.given[0]).toMatchObject({
      substrates: { log: 'files', store: 'lmdb', speedStore: 'lmdb', ownsServers: false },
      credentials: {},
    });
  });

  test('is handed its servers without secrets, and the log-ins apart from them', async () => {
    const fake = matrixCli({ environment: { OMEGABENCH_KAFKA_USERNAME: 'kay', OMEGABENCH_KAFKA_PASSWORD: 'hidden' } });
    expect(await fake.cli.main(['matrix', ...SERVERS, '--framing', 'event', '--i-own-this-server'])).toBe(0);
    const [options] = fake.given;
    expect(options?.substrates).toEqual({
      log: 'kafka://k:9092/p',
      store: 'redis://r:6379/1',
      speedStore: 'redis://r:6379/1',
      framing: 'event',
      codec: 'none',
      redisClient: 'raw',
      redisResend: 'off',
      engine: 'embedded',
      statePath: 'queryable',
      flinkStateBackend: 'hashmap',
      flinkCheckpointAlignment: 'aligned',
      flinkParallelism: undefined,
      ownsServers: true,
    });
    expect(options?.credentials).toEqual({
      log: { username: 'kay', password: 'hidden' },
      store: { username: 'me', password: 'secret' },
      speedStore: { username: 'me', password: 'secret' },
    });
    expect(fake.stdout() + fake.stderr()).not.toMatch(/secret|hidden/);
  });

  test.each([
    [['--store', 'postgres://me:secret@h/1'], 'is no store'],
    [['--log', 'redis://me:secret@h/1'], 'that is a store and no log'],
    [['--framing', 'event'], '--framing has no effect: the log is not Kafka'],
    [['--store', 'lmdb', '--redis-resend', 'on'], '--redis-resend has no effect: no store is Redis'],
    [['--i-own-this-server'], 'the run has no server'],
    [['--no-log'], '--log is not a switch'],
    [['--log', 'files', '--log', 'kafka://me:secret@h'], '--log was given 2 times'],
    [['--stor', 'redis://me:secret@h/1'], 'Did you mean --store?'],
  ])('with %j is refused before anything runs', async (flags, message) => {
    const fake = matrixCli();
    expect(await fake.cli.main(['matrix', ...flags])).toBe(2);
    expect(fake.stderr()).toContain(message);
    expect(fake.stderr()).not.toContain('secret');
    expect(fake.given).toEqual([]);
  });

  test('does not begin on a server that does not answer', async () => {
    const fake = matrixCli({ probes: fakeCli().dependencies.probes });
    expect(await fake.cli.main(['matrix', ...SERVERS])).not.toBe(0);
    expect(fake.stderr()).toContain('--log kafka://k:9092/p does not answer');
    expect(fake.stderr()).not.toContain('secret');
    expect(fake.given).toEqual([]);
  });

  test('takes the flags of servers that a run takes', async () => {
    expect(await parseArguments(['matrix', ...SERVERS, '--kinds', 'crash'], '1.2.3', 80)).toEqual({
      command: 'matrix',
      out: 'results',
      json: false,
      kinds: ['crash'],
      servers: { log: ['kafka://k/p'], store: ['redis://me:secret@r:6379/1'], 'redis-client': ['raw'] },
    });
  });
});
