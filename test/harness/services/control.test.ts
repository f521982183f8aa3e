/** up, down and status of several services at once, from packages and in containers of an engine that is a script. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseContainers } from '../../../harness/services/compose.ts';
import { createServiceControl, type ServiceControl, type ServiceRequest } from '../../../harness/services/control.ts';
import { markOf } from '../../../harness/services/process-mark.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';
import { type Behaviour, fakeService, freePorts } from './fake-service.ts';

interface World {
  control: ServiceControl;
  request: ServiceRequest;
  ports: readonly [number, number];
  directory: string;
  /** Arguments of every call of docker, if there is one. */
  dockerCalls(): string[];
}

/** Services `ink` and `pen`, the second of which behaves as told; `docker` is a script on PATH. */
async function withTwo(
  body: (world: World) => Promise<void>,
  options: { pen?: Behaviour; penContainers?: string[]; docker?: string } = {},
): Promise<void> {
  await withTemporaryDirectory(async (directory) => {
    const ports = (await freePorts(2)) as [number, number];
    const pen = { ...fakeService('pen', ports[1], options.pen), containers: options.penContainers ?? [] };
    const declarations = [fakeService('ink', ports[0]), pen];
    const calls = join(directory, 'calls');
    mkdirSync(join(directory, 'bin'));
    if (options.docker !== undefined) {
      const file = join(directory, 'bin/docker');
      const note = `echo "$@ ink=$OMEGABENCH_INK_PORT" >> ${calls}`;
      writeFileSync(file, `#!/bin/sh\n${note}\n${options.docker}\n`);
      chmodSync(file, 0o755);
    }
    const environment = { PATH: `${join(directory, 'bin')}:/nonexistent`, HOME: directory };
    const control = createServiceControl(environment, declarations);
    const signal = new AbortController().signal;
    const request: ServiceRequest = { names: [], packages: false, signal, say: () => {} };
    const dockerCalls = (): string[] => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []);
    try {
      await body({ control, request, ports, directory, dockerCalls });
    } finally {
      await control.down({ ...request, packages: true });
    }
  });
}

describe('from packages', () => {
  test('all are started, shown and taken down', async () => {
    await withTwo(async ({ control, request, ports, directory }) => {
      expect(control.names).toEqual(['ink', 'pen']);
      expect(await control.status(request)).toEqual([
        { name: 'ink', state: 'down' },
        { name: 'pen', state: 'down' },
      ]);
      expect(await control.up(request)).toEqual([
        { name: 'ink', url: `fake://127.0.0.1:${ports[0]}/0`, wasUp: false },
        { name: 'pen', url: `fake://127.0.0.1:${ports[1]}/0`, wasUp: false },
      ]);
      const [ink] = await control.status(request);
      expect(ink).toEqual({
        name: 'ink',
        state: 'up',
        url: `fake://127.0.0.1:${ports[0]}/0`,
        version: '1.2.3',
        pid: expect.any(Number),
        since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        directory: join(directory, '.local/state/omegabench/services/ink'),
      });
      expect((await control.up(request)).map(({ wasUp }) => wasUp)).toEqual([true, true]);
      const pid = ink?.state === 'up' ? ink.pid : undefined;
      expect(await control.down({ ...request, names: ['ink'] })).toEqual([{ name: 'ink', stopped: `process ${pid}` }]);
      expect(markOf(pid as number)).toBeUndefined();
      expect(await control.down({ ...request, names: ['ink'] })).toEqual([{ name: 'ink', stopped: undefined }]);
      expect((await control.status(request)).map(({ state }) => state)).toEqual(['down', 'up']);
    });
  });

  test('a stopped process is shown as silent', async () => {
    await withTwo(async ({ control, request }) => {
      const names = ['ink'];
      await control.up({ ...request, names });
      const [ink] = await control.status({ ...request, names });
      const pid = ink?.state === 'up' ? (ink.pid as number) : 0;
      process.kill(pid, 'SIGSTOP');
      expect(await control.status({ ...request, names })).toMatchObject([{ name: 'ink', state: 'silent', pid }]);
      process.kill(pid, 'SIGCONT');
    });
  });

  test('all are shifted by the offset, into the folder that was named', async () => {
    await withTwo(async ({ control, request, ports, directory }) => {
      const [free] = (await freePorts(1)) as [number];
      const portOffset = Math.abs(free - ports[0]);
      const shifted = { ...request, names: ['ink'], directory: join(directory, 'mine'), portOffset };
      const [ink] = await control.up(shifted);
      expect(ink?.url).toBe(`fake://127.0.0.1:${ports[0] + portOffset}/0`);
      expect(existsSync(join(directory, 'mine/ink/service.json'))).toBe(true);
      await control.down(shifted);
    });
  });

  test('if one fails, those that were started with it are stopped, and those that were up are not', async () => {
    const failing = { pen: 'dies' } as const;
    await withTwo(async ({ control, request }) => {
      await expect(control.up(request)).rejects.toMatchObject({
        code: 'OB_SERVICE_FAILED',
        message: expect.stringContaining('fake server has no memory left'),
      });
      expect((await control.status(request)).map(({ state }) => state)).toEqual(['down', 'down']);
      await control.up({ ...request, names: ['ink'] });
      await expect(control.up(request)).rejects.toMatchObject({ code: 'OB_SERVICE_FAILED' });
      expect((await control.status(request)).map(({ state }) => state)).toEqual(['up', 'down']);
    }, failing);
  });
});

describe('where docker does not work', () => {
  test.each([
    ['there is no compose', 'exit 1'],
    ['there is no engine', '[ "$1" = compose ]'],
  ])('because %s, servers come from packages', async (_why, docker) => {
    await withTwo(
      async ({ control, request }) => {
        await control.up({ ...request, names: ['ink'] });
        expect(await control.status({ ...request, names: ['ink'] })).toMatchObject([{ pid: expect.any(Number) }]);
      },
      { docker },
    );
  });
});

describe('in containers', () => {
  const COMPOSE = /^compose -f \S+docker-compose\.yml -p omegabench --profile all /;
  const LISTED =
    '{"Name":"omegabench-ink-1","Service":"ink","Image":"ink:1.0","State":"running","Publishers":[{"PublishedPort":0},{"PublishedPort":4711}]}';

  test('all are started by compose, on the ports of the offset', async () => {
    await withTwo(
      async ({ control, request, ports, dockerCalls }) => {
        const up = await control.up({ ...request, portOffset: 10 });
        expect(up.map(({ url }) => url)).toEqual(ports.map((port) => `fake://127.0.0.1:${port + 10}/0`));
        const calls = dockerCalls().map((call) => call.replace(COMPOSE, ''));
        expect(calls).toEqual([
          'compose version ink=',
          'info ink=',
          'ps --all --format json ink=',
          `up --detach --wait ink pen ink=${ports[0] + 10}`,
        ]);
        expect(dockerCalls()[3]).toMatch(COMPOSE);
      },
      { docker: 'exit 0' },
    );
  });

  test('those that are up stay, and are removed with what they stored', async () => {
    const docker = `case "$*" in *" ps "*) echo '${LISTED}';; esac`;
    await withTwo(
      async ({ control, request, dockerCalls }) => {
        const names = ['ink'];
        expect(await control.up({ ...request, names })).toEqual([
          { name: 'ink', url: 'fake://127.0.0.1:4711/0', wasUp: true },
        ]);
        expect(await control.status({ ...request, names })).toEqual([
          {
            name: 'ink',
            state: 'silent',
            url: 'fake://127.0.0.1:4711/0',
            version: 'ink:1.0',
            directory: 'omegabench-ink-1',
          },
        ]);
        expect(await control.down(request)).toEqual([
          { name: 'ink', stopped: 'container' },
          { name: 'pen', stopped: undefined },
        ]);
        const last = dockerCalls().at(-1)?.replace(COMPOSE, '');
        expect(last).toBe('rm --stop --force --volumes ink ink=');
      },
      { docker },
    );
  });

  test('those on the network of the host are looked for on the port of the packages', async () => {
    const container = '{"Name":"omegabench-ink-1","Service":"ink","Image":"ink:1.0","State":"running","Publishers":[]}';
    const docker = `case "$*" in *" ps "*) echo '${container}';; esac`;
    await withTwo(
      async ({ control, request, ports }) => {
        const [ink] = await control.status({ ...request, names: ['ink'], portOffset: 10 });
        expect(ink).toMatchObject({ state: 'silent', url: `fake://127.0.0.1:${ports[0] + 10}/0` });
      },
      { docker },
    );
  });

  test('a service of several is started and removed as a whole', async () => {
    const docker = 'case "$*" in *" up "*) exit 1;; esac';
    await withTwo(
      async ({ control, request, dockerCalls }) => {
        await expect(control.up({ ...request, names: ['pen'] })).rejects.toMatchObject({ code: 'OB_SERVICE_FAILED' });
        const calls = dockerCalls().map((call) => call.replace(COMPOSE, ''));
        expect(calls.slice(-2)).toEqual([
          'up --detach --wait pen pen-nib ink=',
          'rm --stop --force --volumes pen pen-nib ink=',
        ]);
      },
      { docker, penContainers: ['pen-nib'] },
    );
  });

  test('a start that fails is an error with what docker said, and is removed', async () => {
    const docker = 'case "$*" in *" up "*) echo "pull access denied" >&2; exit 1;; esac';
    await withTwo(
      async ({ control, request, dockerCalls }) => {
        await expect(control.up(request)).rejects.toMatchObject({
          code: 'OB_SERVICE_FAILED',
          message: 'docker compose up failed: pull access denied',
          remedy: expect.stringContaining('--packages'),
        });
        expect(dockerCalls().at(-1)?.replace(COMPOSE, '')).toBe('rm --stop --force --volumes ink pen ink=');
      },
      { docker },
    );
  });

  test('none is looked at with --packages', async () => {
    await withTwo(
      async ({ control, request, dockerCalls }) => {
        await control.status({ ...request, packages: true });
        await control.status({ ...request, directory: 'elsewhere' });
        expect(dockerCalls()).toEqual([]);
      },
      { docker: 'exit 0' },
    );
  });

  test('are listed as an array by older versions of compose', () => {
    const ink = { name: 'ink', image: 'ink:1.0', container: 'omegabench-ink-1', isRunning: true, port: 4711 };
    expect(parseContainers(LISTED)).toEqual([ink]);
    expect(parseContainers(`[${LISTED}]`)).toEqual([ink]);
    expect(parseContainers('[]\n')).toEqual([]);
    expect(parseContainers('\n')).toEqual([]);
  });
});
