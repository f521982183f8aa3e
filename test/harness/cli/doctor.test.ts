/** `omegabench doctor` with servers made by hand: what it prints, and with which code it ends. */
import { describe, expect, test } from '@jest/globals';
import type { Probes } from '../../../harness/doctor/probes.ts';
import { goodCassandra, goodFlink, goodKafka, goodRedis } from '../doctor/server-facts.ts';
import { fakeCli, noServers, quietMachine } from './fake-dependencies.ts';

const answering: Probes = {
  kafka: async () => goodKafka,
  redis: async () => [goodRedis],
  cassandra: async () => goodCassandra,
  flink: async () => goodFlink,
};

test('without servers it looks at this machine alone', async () => {
  const fake = fakeCli();
  expect(await fake.cli.main(['doctor'])).toBe(0);
  expect(fake.stdout()).toBe(
    'this machine\n' +
      '  ok       cores: 8 to use\n' +
      '  ok       load: average 0.10 over the last minute\n' +
      '  ok       memory: 16 GiB available of 32 GiB\n' +
      '  ok       disk: 1.0 TiB free where results go\n' +
      '  ok       CPU governor: performance\n' +
      '  ok       Node.js: v20.19.0\n' +
      '\n' +
      '0 problems, 0 warnings: nothing here would spoil a measurement.\n',
  );
});

test('a warning says why it matters and what to do, and is no failure', async () => {
  const fake = fakeCli({ machine: (freeDiskBytes) => ({ ...quietMachine, freeDiskBytes, usableCores: 1 }) });
  expect(await fake.cli.main(['doctor'])).toBe(0);
  expect(fake.stdout()).toContain(
    '  warning  cores: 1 to use\n' +
      '           why: generator, workers, probes and servers of this machine share them\n' +
      "           → Use a machine with 2 cores or more, or raise the container's CPU limit.\n",
  );
  expect(fake.stdout()).toContain('\n0 problems, 1 warning: figures may be worse or noisier than they need be.\n');
});

describe('servers', () => {
  test('are examined under their flag and their URL without its log-in, which the probe is given', async () => {
    const asked: unknown[] = [];
    const fake = fakeCli({
      probes: {
        ...answering,
        async cassandra({ consistency }, login) {
          asked.push([consistency, login]);
          return goodCassandra;
        },
      },
      environment: { OMEGABENCH_CASSANDRA_USERNAME: 'carl', OMEGABENCH_CASSANDRA_PASSWORD: 'pw' },
    });
    const flags = ['--log', 'kafka://k', '--store', 'redis://:pw@r:6379/1', '--speed-store', 'cassandra://c'];
    expect(await fake.cli.main(['doctor', ...flags])).toBe(0);
    expect(fake.stdout().match(/^\S.*$/gm)).toEqual([
      'this machine',
      'log kafka://k:9092/omegabench',
      'store redis://r:6379/1',
      'speed-store cassandra://c:9042/omegabench?dc=datacenter1&consistency=local-one',
      '0 problems, 0 warnings: nothing here would spoil a measurement.',
    ]);
    expect(asked).toEqual([['local-one', { username: 'carl', password: 'pw' }]]);
    expect(fake.stdout()).toContain('  ok       eviction: noeviction, and no limit on memory\n');
  });

  test('are an engine too, whose gateway may ask for a log-in', async () => {
    const asked: unknown[] = [];
    const fake = fakeCli({
      probes: {
        ...answering,
        async flink(server, login) {
          asked.push([server, login]);
          return { ...goodFlink, queryableState: false };
        },
      },
    });
    expect(await fake.cli.main(['doctor', '--engine', 'flinks://fay:pw@f:8443'])).toBe(3);
    expect(fake.stdout()).toContain('\nengine flinks://f:8443\n  ok       reachable: it answers\n');
    expect(fake.stdout()).toContain('  PROBLEM  queryable state: off\n');
    expect(asked).toEqual([
      [
        { kind: 'flink', rest: { host: 'f', port: 8443 }, tls: true },
        { username: 'fay', password: 'pw' },
      ],
    ]);
    const embedded = fakeCli();
    expect(await embedded.cli.main(['doctor', '--engine', 'embedded'])).toBe(0);
  });

  test('that do not answer are a problem each, and all are asked', async () => {
    const fake = fakeCli({ probes: noServers });
    expect(await fake.cli.main(['doctor', '--log', 'kafka://k', '--store', 'redis://r', '--json'])).toBe(3);
    const { healthy, examinations } = JSON.parse(fake.stdout());
    expect(healthy).toBe(false);
    expect(examinations.slice(1)).toEqual(
      [
        ['log kafka://k:9092/omegabench', 'kafka'],
        ['store redis://r:6379/0', 'redis'],
      ].map(([subject, service]) => ({
        subject,
        findings: [
          {
            check: 'reachable',
            found: 'it does not answer as it should: connect ECONNREFUSED',
            why: 'a run needs it',
            level: 'problem',
            remedy: `Start one with 'omegabench services up ${service}', or check the host, the port and a firewall between.`,
          },
        ],
      })),
    );
  });

  test('with a problem end with the code for servers and machine', async () => {
    const full = { ...goodRedis, usedMemoryBytes: 99, maxMemoryBytes: 100 };
    const fake = fakeCli({ probes: { ...answering, redis: async () => [full] } });
    expect(await fake.cli.main(['doctor', '--store', 'redis://r'])).toBe(3);
    expect(fake.stdout()).toContain('  PROBLEM  memory: 99 bytes used of 100 bytes\n');
    expect(fake.stdout()).toContain('\n1 problem, 0 warnings: a run would fail, or its figures would be wrong.\n');
  });

  test('are refused if their URL makes no sense', async () => {
    const fake = fakeCli();
    expect(await fake.cli.main(['doctor', '--store', 'kafka://k'])).toBe(2);
    expect(fake.stderr()).toContain('--store kafka://k: that is a log and no store');
    const twice = fakeCli();
    expect(await twice.cli.main(['doctor', '--log', 'kafka://k', '--log', 'kafka://l'])).toBe(2);
    expect(twice.stderr()).toContain('--log was given 2 times');
  });
});

test.each([
  ['a cause', new Error('', { cause: new Error('certificate has expired') }), 'certificate has expired', /^Check the/],
  [
    'several addresses',
    new AggregateError([new Error('connect ECONNREFUSED ::1'), new Error('connect ECONNREFUSED 127.0.0.1')]),
    'connect ECONNREFUSED ::1; connect ECONNREFUSED 127.0.0.1',
    /^Start one/,
  ],
  ['a code alone', Object.assign(new Error(), { code: 'ECONNRESET' }), 'ECONNRESET', /^Start one/],
  ['no error at all', 'gone', 'gone', /^Start one/],
])('a server that fails with %s says why', async (_, error, why, remedy) => {
  const fake = fakeCli({ probes: { ...noServers, redis: () => Promise.reject(error) } });
  await fake.cli.main(['doctor', '--store', 'redis://r', '--json']);
  const [found] = JSON.parse(fake.stdout()).examinations[1].findings;
  expect(found.found).toBe(`it does not answer as it should: ${why}`);
  expect(found.remedy).toMatch(remedy);
});
