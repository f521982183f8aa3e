/** `omegabench services`: what is asked of the launcher, and what is printed where. */
import { describe, expect, test } from '@jest/globals';
import type { ServiceControl, ServiceRequest } from '../../../harness/services/control.ts';
import { type FakeCli, fakeCli } from './fake-dependencies.ts';

const up = {
  name: 'redis',
  state: 'up',
  url: 'redis://127.0.0.1:16379/0',
  version: '7.0.15',
  pid: 42,
  since: '2026-11-21T07:37:27.590Z',
  directory: '/state/redis',
} as const;

function withControl(changes: Partial<ServiceControl> = {}): FakeCli & { requests: ServiceRequest[] } {
  const requests: ServiceRequest[] = [];
  const control: ServiceControl = {
    names: ['redis', 'kafka'],
    async up(request) {
      requests.push(request);
      request.say('redis: up after 0.1 s');
      return [
        { name: 'redis', url: 'redis://127.0.0.1:16379/0', wasUp: true },
        { name: 'kafka', url: 'kafka://127.0.0.1:19092', wasUp: false },
      ];
    },
    down: async () => [
      { name: 'redis', stopped: 'process 42' },
      { name: 'kafka', stopped: undefined },
    ],
    status: async () => [up, { name: 'kafka', state: 'down' }],
    ...changes,
  };
  return { ...fakeCli({ services: async () => control }), requests };
}

describe('services up', () => {
  test('prints the URLs on stdout and progress on stderr', async () => {
    const fake = withControl();
    expect(await fake.cli.main(['services', 'up'])).toBe(0);
    expect(fake.stdout()).toBe('redis  redis://127.0.0.1:16379/0  was up already\nkafka  kafka://127.0.0.1:19092\n');
    expect(fake.stderr()).toContain('redis: up after 0.1 s');
    expect(fake.requests[0]).toMatchObject({ names: [], packages: false });
    expect(fake.requests[0]).not.toHaveProperty('portOffset');
  });

  test('prints one JSON document of names and URLs with --json', async () => {
    const fake = withControl();
    expect(await fake.cli.main(['services', 'up', '--json'])).toBe(0);
    expect(JSON.parse(fake.stdout())).toEqual({
      redis: 'redis://127.0.0.1:16379/0',
      kafka: 'kafka://127.0.0.1:19092',
    });
  });

  test('hands on names and flags, with the folder from where the user is', async () => {
    const fake = withControl();
    const flags = ['--packages', '--directory', 'servers', '--port-offset', '100'];
    expect(await fake.cli.main(['services', 'up', 'kafka', 'redis', ...flags])).toBe(0);
    expect(fake.requests[0]).toMatchObject({
      names: ['kafka', 'redis'],
      packages: true,
      directory: '/somewhere/servers',
      portOffset: 100,
    });
  });

  test('ends with the code of the signal when it is interrupted', async () => {
    const fake = withControl({
      up: (request) =>
        new Promise((_resolve, reject) => {
          request.signal.addEventListener('abort', () => reject(request.signal.reason));
          fake.signal('SIGINT');
        }),
    });
    expect(await fake.cli.main(['services', 'up'])).toBe(130);
    expect(fake.stdout()).toBe('');
    expect(fake.stderr()).toContain('interrupted: stopping what was started');
    expect(fake.listeners()).toBe(0);
  });
});

describe('services down', () => {
  test('says what was stopped', async () => {
    const fake = withControl();
    expect(await fake.cli.main(['services', 'down'])).toBe(0);
    expect(fake.stdout()).toBe('redis  stopped process 42\nkafka  was not up\n');
  });

  test('says it in JSON', async () => {
    const fake = withControl();
    expect(await fake.cli.main(['services', 'down', '--json'])).toBe(0);
    expect(JSON.parse(fake.stdout())).toEqual({ redis: 'process 42', kafka: null });
  });
});

describe('services status', () => {
  test('prints a table, and ends with 3 unless all are up', async () => {
    const fake = withControl();
    expect(await fake.cli.main(['services', 'status'])).toBe(3);
    expect(fake.stdout()).toBe(
      [
        'name   state  pid  since                     URL                        version  directory',
        'redis  up     42   2026-11-21T07:37:27.590Z  redis://127.0.0.1:16379/0  7.0.15   /state/redis',
        'kafka  down   -    -                         -                          -        -',
        '',
      ].join('\n'),
    );
    const silent = withControl({ status: async () => [{ ...up, state: 'silent' }] });
    expect(await silent.cli.main(['services', 'status'])).toBe(3);
    const good = withControl({ status: async () => [up] });
    expect(await good.cli.main(['services', 'status', 'redis', '--json'])).toBe(0);
    expect(JSON.parse(good.stdout())).toEqual([up]);
  });
});

describe('bad input', () => {
  test.each([
    [['services'], 'OB_USAGE', 'services was not told what to do'],
    [['services', 'upp'], 'OB_UNKNOWN_NAME', "services: there is no action 'upp'"],
    [['services', 'up', 'reddis'], 'OB_UNKNOWN_NAME', "there is no service 'reddis'"],
    [['services', 'up', '--port-offset', 'ten'], 'OB_BAD_VALUE', '--port-offset ten is not a whole number'],
    [['services', 'up', '--port-offset', '46443'], 'OB_BAD_VALUE', '--port-offset 46443 is not a whole number'],
    [['services', 'up', '--directory', 'a', '--directory', 'b'], 'OB_BAD_VALUE', '--directory was given 2 times'],
    [['services', 'up', '--packages=maybe'], 'OB_BAD_VALUE', '--packages is a switch'],
    [['services', 'up', '--docker'], 'OB_UNKNOWN_FLAG', 'services has no flag --docker'],
  ])('%j is refused', async (args, code, message) => {
    const fake = withControl();
    expect(await fake.cli.main(args)).toBe(2);
    expect(fake.stderr()).toContain(message);
    expect(fake.stderr()).toContain(code);
    expect(fake.requests).toEqual([]);
  });
});
