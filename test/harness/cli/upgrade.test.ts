/** `omegabench upgrade` and `omegabench jobs`: what they are handed, what they print and with which code they end. */
import { describe, expect, test } from '@jest/globals';
import type { CliDependencies } from '../../../harness/cli/dependencies.ts';
import type { UpgradeOptions } from '../../../harness/upgrade/upgrade.ts';
import type { UpgradeResult } from '../../../harness/upgrade/upgrade-result.ts';
import { goodFlink, goodKafka, goodRedis } from '../doctor/server-facts.ts';
import { type FakeCli, fakeCli, noServers } from './fake-dependencies.ts';

const probes = {
  ...noServers,
  kafka: async () => goodKafka,
  redis: async () => [goodRedis],
  flink: async () => goodFlink,
};
const SERVERS = ['--engine', 'flink://f', '--log', 'kafka://k', '--store', 'redis://me:secret@r'];

function upgradeCli(
  verdict: UpgradeResult['verdict'] = 'exact',
  changes: Partial<CliDependencies> = {},
): FakeCli & { given: UpgradeOptions[] } {
  const given: UpgradeOptions[] = [];
  const upgrade = async (options: UpgradeOptions) => {
    given.push(options);
    return { result: { verdict } as UpgradeResult, text: `it is ${verdict}\n` };
  };
  return { ...fakeCli({ probes, upgrade, ...changes }), given };
}

describe('upgrade', () => {
  test('is handed the stream, the servers without secrets, and the change', async () => {
    const fake = upgradeCli();
    expect(await fake.cli.main(['upgrade', ...SERVERS, '--change', 'filter', '--rate', '20k', '--out', 'kept'])).toBe(
      0,
    );
    const [options] = fake.given;
    expect(options?.config).toMatchObject({ ratePerSecond: 20_000, store: 'redis://r:6379/0', out: '/somewhere/kept' });
    expect(options?.change).toEqual({ kind: 'filter', keepOneIn: 3 });
    expect(fake.stdout()).toBe('it is exact\n');
    expect(fake.stdout() + fake.stderr()).not.toContain('secret');
  });

  test.each([
    ['exact', 0],
    ['differs', 5],
    ['shows-nothing', 4],
  ] as const)('that is found %s ends with code %i', async (verdict, code) => {
    const fake = upgradeCli(verdict);
    expect(await fake.cli.main(['upgrade', ...SERVERS, '--json'])).toBe(code);
    expect(JSON.parse(fake.stdout())).toEqual({ verdict });
  });

  test('is not begun if a server does not answer, or its folder cannot be written', async () => {
    const silent = upgradeCli('exact', { probes: noServers });
    expect(await silent.cli.main(['upgrade', ...SERVERS])).toBe(3);
    const full = upgradeCli('exact', {
      fileSystem: { ...fakeCli().dependencies.fileSystem, unwritable: async () => 'it is read-only' },
    });
    expect(await full.cli.main(['upgrade', ...SERVERS])).toBe(3);
    expect(full.stderr()).toContain('--out results cannot be written: it is read-only');
    expect([...silent.given, ...full.given]).toEqual([]);
  });

  test('that is interrupted ends with the code of the signal', async () => {
    const fake: FakeCli = upgradeCli('exact', {
      upgrade: ({ signal }) => {
        fake.signal('SIGINT');
        return Promise.reject(signal.reason);
      },
    });
    expect(await fake.cli.main(['upgrade', ...SERVERS])).toBe(130);
    expect(fake.listeners()).toBe(0);
  });
});

describe('jobs', () => {
  const listed = [
    { id: 'c3', name: 'omegabench-omega-x', state: 'RUNNING', startedAtMs: 1000, endedAtMs: undefined },
    { id: 'a1', name: 'omegabench-beta-x', state: 'CANCELED', startedAtMs: 500, endedAtMs: 900 },
  ] as const;
  const jobsCli = (): FakeCli & { asked: unknown[][] } => {
    const asked: unknown[][] = [];
    const jobs: CliDependencies['jobs'] = async (engine, credentials) => ({
      list: async () => {
        asked.push([engine, credentials]);
        return [...listed];
      },
      stop: async (name, savepoint) => {
        asked.push([name, savepoint]);
        return { id: 'c3', name, ...(savepoint ? { savepoint: 'file:/s/c3' } : {}) };
      },
    });
    return { ...fakeCli({ jobs }), asked };
  };

  test('are shown with their state', async () => {
    const fake = jobsCli();
    expect(await fake.cli.main(['jobs', '--engine', 'flink://me:secret@f'])).toBe(0);
    expect(fake.asked).toEqual([['flink://me:secret@f', { engine: { username: 'me', password: 'secret' } }]]);
    expect(fake.stdout().split('\n')).toEqual([
      'RUNNING     c3  1970-01-01T00:00:01.000Z  omegabench-omega-x',
      'CANCELED    a1  1970-01-01T00:00:00.500Z  omegabench-beta-x',
      '',
    ]);
  });

  test('are stopped by name, with a savepoint if one is wanted', async () => {
    const fake = jobsCli();
    expect(await fake.cli.main(['jobs', 'stop', 'omegabench-omega-x', '--engine', 'flink://f', '--savepoint'])).toBe(0);
    expect(fake.stdout()).toBe('omegabench-omega-x stopped with savepoint file:/s/c3\n');
    expect(await fake.cli.main(['jobs', 'stop', 'c3', '--engine', 'flink://f', '--json'])).toBe(0);
    expect(fake.asked).toEqual([
      ['omegabench-omega-x', true],
      ['c3', false],
    ]);
  });

  test.each([
    [['jobs'], 'engine'],
    [['jobs', 'stop', '--engine', 'flink://f'], 'jobs stop was not told which job'],
    [['jobs', 'list', 'c3', '--engine', 'flink://f'], 'jobs list shows all jobs and stops none'],
    [['jobs', 'end', 'c3', '--engine', 'flink://f'], "jobs: there is no action 'end'"],
  ])('%j is refused', async (argv, message) => {
    const fake = jobsCli();
    expect(await fake.cli.main(argv)).toBe(2);
    expect(fake.stderr()).toContain(message);
    expect(fake.asked).toEqual([]);
  });
});
