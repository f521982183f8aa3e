/** Servers that are started, struck, started again and taken down, with node scripts in their place. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { markOf, type ProcessMark } from '../../../harness/services/process-mark.ts';
import { isGoneWithin } from '../../../harness/services/server-process.ts';
import { isSameServer, ownedService, startService, takeDownService } from '../../../harness/services/services.ts';
import type { ServiceOptions } from '../../../harness/services/world.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';
import { type Behaviour, fakeService, freePorts } from './fake-service.ts';

interface Place extends ServiceOptions {
  directory: string;
  port: number;
}

/** A folder for one service called `fake`, which is taken down in the end. */
async function withFake(
  body: (place: Place) => Promise<void>,
  behaviour: Behaviour = 'answers',
  startWithinMs?: number,
): Promise<void> {
  await withTemporaryDirectory(async (directory) => {
    const [port] = (await freePorts(1)) as [number];
    const place: Place = { directory, port, declarations: [fakeService('fake', port, behaviour, startWithinMs)] };
    try {
      await body(place);
    } finally {
      await takeDownService('fake', place);
    }
  });
}

interface Recorded {
  process?: ProcessMark & { sinceMs: number };
}

function recordIn({ directory }: Place): Recorded {
  return JSON.parse(readFileSync(join(directory, 'fake/service.json'), 'utf8')) as Recorded;
}

function startsIn({ directory }: Place): number {
  return readFileSync(join(directory, 'fake/data/starts'), 'utf8').trim().split('\n').length;
}

describe('a start', () => {
  test('leaves a server that answers, with its config, data, log and record in a folder of its own', async () => {
    await withFake(async (place) => {
      const said: string[] = [];
      const service = await startService('fake', { ...place, say: (text) => said.push(text) });
      const { directory, port } = place;
      expect(service).toMatchObject({
        name: 'fake',
        url: `fake://127.0.0.1:${port}/0`,
        version: '1.2.3',
        wasUp: false,
      });
      expect(service.directory).toBe(join(directory, 'fake'));
      expect(readFileSync(join(directory, 'fake/data/formatted'), 'utf8')).toBe('yes');
      expect(readFileSync(join(directory, 'fake/conf/fake.json'), 'utf8')).toContain(`"port":${port}`);
      expect(await service.logTail()).toBe('fake server says hello');
      expect(recordIn(place).process).toMatchObject(markOf(service.pid) as ProcessMark);
      expect(said).toEqual(['fake: starting version 1.2.3', expect.stringMatching(/^fake: up after \d+\.\d s$/)]);
    });
  });

  test('finds the server that is up', async () => {
    await withFake(async (place) => {
      const first = await startService('fake', place);
      const second = await startService('fake', place);
      expect(second).toMatchObject({ pid: first.pid, wasUp: true });
      expect(startsIn(place)).toBe(1);
      await expect(startService('fake', { ...place, portOffset: 1 })).rejects.toMatchObject({
        code: 'OB_CONFLICT',
        message: 'fake is up already with --port-offset 0, not 1',
      });
    });
  });

  test('lets a server that runs pipelines give way to all else', async () => {
    await withFake(async (place) => {
      const { pid } = await startService('fake', place);
      expect(getPriority(pid)).toBeGreaterThan(getPriority(process.pid));
    });
  });

  test('goes on with the data of a server that was killed', async () => {
    await withFake(async (place) => {
      const first = await startService('fake', place);
      const mark = markOf(first.pid) as ProcessMark;
      expect(first.kill('SIGKILL')).toBe(true);
      expect(await isGoneWithin(mark, 60_000)).toBe(true);
      expect([first.isRunning(), first.kill('SIGKILL')]).toEqual([false, false]);
      await startService('fake', place);
      expect(startsIn(place)).toBe(2);
    });
  });

  test('that fails says what the server said last, and leaves no process', async () => {
    await withFake(async (place) => {
      await expect(startService('fake', place)).rejects.toMatchObject({
        code: 'OB_SERVICE_FAILED',
        message:
          'fake did not start: it ended before it answered. Its last lines:\n' +
          '    fake server says hello\n    fake server has no memory left',
      });
      expect(recordIn(place).process).toBeUndefined();
    }, 'dies');
  });

  test('of a server that never answers is given up, and the server killed', async () => {
    await withFake(
      async (place) => {
        const starting = startService('fake', place);
        const settled = starting.catch((error: Error) => error.message);
        const mark = await recordedMark(place);
        expect(await settled).toMatch(/^fake did not start: it does not answer after 0\.2 s: .*ECONNREFUSED/);
        expect(markOf(mark.pid)?.start).not.toBe(mark.start);
      },
      'silent',
      200,
    );
  });

  test('that is aborted ends what it has started', async () => {
    await withFake(async (place) => {
      const abort = new AbortController();
      const starting = startService('fake', { ...place, signal: abort.signal });
      const settled = starting.catch((error: Error) => error.name);
      const mark = await recordedMark(place);
      abort.abort();
      expect(await settled).toBe('AbortError');
      expect(markOf(mark.pid)?.start).not.toBe(mark.start);
      expect(recordIn(place).process).toBeUndefined();
    }, 'silent');
  });

  test('on a port that is taken names the port and the way out', async () => {
    await withFake(async (place) => {
      const other = createServer();
      await new Promise<void>((resolve) => other.listen(place.port, '127.0.0.1', resolve));
      await expect(startService('fake', place)).rejects.toMatchObject({
        code: 'OB_PORT_IN_USE',
        message: `fake needs port ${place.port} of 127.0.0.1, and another program listens there`,
        remedy: expect.stringContaining('--port-offset'),
      });
      await new Promise((resolve) => other.close(resolve));
    });
  });

  test('does not touch data that somebody else has put there', async () => {
    await withFake(async (place) => {
      mkdirSync(join(place.directory, 'fake/data'), { recursive: true });
      writeFileSync(join(place.directory, 'fake/data/thesis'), 'years of work');
      await expect(startService('fake', place)).rejects.toMatchObject({ code: 'OB_CONFLICT' });
      expect(await takeDownService('fake', place)).toBeUndefined();
      expect(readFileSync(join(place.directory, 'fake/data/thesis'), 'utf8')).toBe('years of work');
    });
  });
});

describe('a server', () => {
  test('starts again on its data, as another process, and keeps its log', async () => {
    await withFake(async (place) => {
      const service = await startService('fake', place);
      const first = service.pid;
      await service.restart();
      expect(service.isRunning()).toBe(true);
      expect(service.pid).not.toBe(first);
      expect(recordIn(place).process?.pid).toBe(service.pid);
      expect(startsIn(place)).toBe(2);
      expect(await service.logTail()).toBe('fake server says hello\nfake server says hello');
    });
  });

  test('is killed if it does not end when it is asked to', async () => {
    await withFake(async (place) => {
      const service = await startService('fake', place);
      const mark = markOf(service.pid) as ProcessMark;
      const { stopServer } = await import('../../../harness/services/server-process.ts');
      await stopServer(mark, 300);
      expect(service.isRunning()).toBe(false);
      expect(await service.logTail()).toContain('ignored');
    }, 'answers and ignores SIGTERM');
  });

  test('that is stopped leaves its data, and taken down leaves none', async () => {
    await withFake(async (place) => {
      const service = await startService('fake', place);
      await service.stop();
      expect(service.isRunning()).toBe(false);
      expect(startsIn(place)).toBe(1);
      expect(await takeDownService('fake', place)).toEqual({});
      expect(existsSync(join(place.directory, 'fake/data'))).toBe(false);
      expect(existsSync(join(place.directory, 'fake/fake.log'))).toBe(true);
      expect(await takeDownService('fake', place)).toBeUndefined();
    });
  });
});

describe('a pid that came back', () => {
  test('is not killed, and its service counts as down', async () => {
    await withFake(async (place) => {
      const service = await startService('fake', place);
      const mark = markOf(service.pid) as ProcessMark;
      const path = join(place.directory, 'fake/service.json');
      const record = recordIn(place);
      writeFileSync(path, JSON.stringify({ ...record, process: { ...record.process, start: 'earlier' } }));
      expect(await ownedService(service.url, place)).toBeUndefined();
      expect(await takeDownService('fake', place)).toEqual({});
      expect(markOf(mark.pid)).toEqual(mark);
      service.kill('SIGKILL');
      await isGoneWithin(mark, 60_000);
    });
  });
});

describe('ownership', () => {
  test('is of the servers that we started, while they run', async () => {
    await withFake(async (place) => {
      const service = await startService('fake', place);
      expect(await ownedService(`fake://user@localhost:${place.port}/7?x=1`, place)).toMatchObject({
        pid: service.pid,
      });
      expect(await ownedService(`fake://127.0.0.1:${place.port + 1}`, place)).toBeUndefined();
      await service.stop();
      expect(await ownedService(service.url, place)).toBeUndefined();
    });
  });

  test.each([
    ['redis://127.0.0.1:16379', true],
    ['redis://:secret@localhost:16379/3', true],
    ['rediss://127.0.0.1:16379', false],
    ['redis://127.0.0.1:6379', false],
    ['redis://10.0.0.1:16379', false],
    ['redis://127.0.0.1:16379,127.0.0.1:16380', false],
    ['nonsense', false],
  ])('of %s: %s', (url, isOurs) => {
    expect(isSameServer('redis://127.0.0.1:16379/0', url)).toBe(isOurs);
  });
});

/** The process of a start that is under way, once it is written down. */
async function recordedMark(place: Place): Promise<ProcessMark> {
  for (;;) {
    const path = join(place.directory, 'fake/service.json');
    const mark = existsSync(path) ? recordIn(place).process : undefined;
    if (mark !== undefined) return mark;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
