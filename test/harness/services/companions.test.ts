/** A server of several processes: started, struck one by one, and ended as a whole. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { markOf, type ProcessMark } from '../../../harness/services/process-mark.ts';
import { isGoneWithin } from '../../../harness/services/server-process.ts';
import type { Companion, ServiceDeclaration } from '../../../harness/services/service.ts';
import { recordedServer, runningService, startService, takeDownService } from '../../../harness/services/services.ts';
import type { ServiceOptions } from '../../../harness/services/world.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';
import { fakeService, freePorts } from './fake-service.ts';

const PATIENCE_MS = 60_000;

const companionDoing = (name: string, what: string): Companion => ({
  name,
  serve: { file: process.execPath, args: ['-e', `console.log('${name} is here'); ${what};`] },
});
/** Each start of a companion adds its name to data/companions. */
const companion = (name: string): Companion =>
  companionDoing(name, `fs.appendFileSync('data/companions', '${name}\\n'); setInterval(() => {}, 1000)`);

/** A service `fake` with companions `left` and `right`; it is ready when both have come. */
async function withTrio(
  body: (place: ServiceOptions & { directory: string }) => Promise<void>,
  right = companion('right'),
): Promise<void> {
  await withTemporaryDirectory(async (directory) => {
    const [port] = (await freePorts(1)) as [number];
    const base = fakeService('fake', port);
    const trio: ServiceDeclaration = {
      ...base,
      install: async (installer) => ({
        ...(await base.install(installer)),
        companions: [companion('left'), right],
      }),
      ready: async () => {
        if (companionsIn(directory).length < 2) throw new Error('not all have come');
      },
    };
    const place = { directory, declarations: [trio] };
    try {
      await body(place);
    } finally {
      await takeDownService('fake', place);
    }
  });
}

function companionsIn(directory: string): string[] {
  const path = join(directory, 'fake/data/companions');
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').sort() : [];
}

/** Marks of all processes in the record that run, by name. */
function marksIn(directory: string): Record<string, ProcessMark | undefined> {
  const record = JSON.parse(readFileSync(join(directory, 'fake/service.json'), 'utf8'));
  const entries = [record, ...record.companions] as { name: string; process?: ProcessMark }[];
  return Object.fromEntries(entries.map(({ name, process }) => [name, process && markOf(process.pid)]));
}

test('a start resolves when the service is ready, with a log and a mark for each process', async () => {
  await withTrio(async (place) => {
    const service = await startService('fake', place);
    expect(companionsIn(place.directory)).toEqual(['left', 'right']);
    const marks = marksIn(place.directory);
    expect(marks.fake?.pid).toBe(service.pid);
    expect(new Set(Object.values(marks).map((mark) => mark?.pid)).size).toBe(3);
    expect(readFileSync(join(place.directory, 'fake/left.log'), 'utf8')).toBe('left is here\n');
  });
});

test('a start whose companion dies says what that one said, and leaves no process', async () => {
  await withTrio(
    async (place) => {
      await expect(startService('fake', place)).rejects.toMatchObject({
        code: 'OB_SERVICE_FAILED',
        message: 'right did not start: it ended before it answered. Its last lines:\n    right is here',
        remedy: expect.stringContaining('right.log'),
      });
      expect(Object.values(marksIn(place.directory))).toEqual([undefined, undefined, undefined]);
    },
    companionDoing('right', 'process.exit(1)'),
  );
});

describe('a companion', () => {
  test('that is killed is started again, while the others go on', async () => {
    await withTrio(async (place) => {
      await startService('fake', place);
      const before = marksIn(place.directory);
      const server = await recordedServer('fake', place);
      const [left] = server?.companions ?? [];
      expect(left?.kill('SIGKILL')).toBe(true);
      expect(await isGoneWithin(before.left as ProcessMark, PATIENCE_MS)).toBe(true);
      expect(left?.isRunning()).toBe(false);
      let asked = 0;
      await server?.restartOne(left as NonNullable<typeof left>, async () => {
        asked += 1;
        if (asked < 3) throw new Error('not yet');
      });
      expect(asked).toBe(3);
      const after = marksIn(place.directory);
      expect([after.fake, after.right]).toEqual([before.fake, before.right]);
      expect(after.left).toMatchObject({ pid: left?.pid });
      expect(after.left).not.toEqual(before.left);
    });
  });

  test('started by somebody else meanwhile stays in the record', async () => {
    await withTrio(async (place) => {
      const mine = await recordedServer('fake', place);
      expect(mine).toBeUndefined();
      await startService('fake', place);
      const [first, second] = [await recordedServer('fake', place), await recordedServer('fake', place)];
      await first?.restartOne(first.companions[0] as never, async () => {});
      await second?.restartOne(second.companions[1] as never, async () => {});
      const marks = marksIn(place.directory);
      expect([marks.left?.pid, marks.right?.pid]).toEqual([first?.companions[0]?.pid, second?.companions[1]?.pid]);
    });
  });
});

test('the server itself is started again without its companions', async () => {
  await withTrio(async (place) => {
    const service = await startService('fake', place);
    const before = marksIn(place.directory);
    service.kill('SIGKILL');
    await service.restart();
    const after = marksIn(place.directory);
    expect([after.left, after.right]).toEqual([before.left, before.right]);
    expect(after.fake?.pid).toBe(service.pid);
    expect(after.fake).not.toEqual(before.fake);
  });
});

test('what is left of a service whose server was killed is ended before another start, and by down', async () => {
  await withTrio(async (place) => {
    const service = await startService('fake', place);
    const first = marksIn(place.directory);
    service.kill('SIGKILL');
    await isGoneWithin(first.fake as ProcessMark, PATIENCE_MS);
    expect(await runningService('fake', place)).toBeUndefined();
    const again = await startService('fake', place);
    for (const mark of Object.values(first)) expect(markOf((mark as ProcessMark).pid)).toBeUndefined();
    const second = marksIn(place.directory);
    again.kill('SIGKILL');
    expect(await takeDownService('fake', place)).toHaveProperty('pid');
    for (const mark of Object.values(second)) expect(markOf((mark as ProcessMark).pid)).toBeUndefined();
  });
});

test('a stop ends all of it and keeps the data', async () => {
  await withTrio(async (place) => {
    const service = await startService('fake', place);
    const marks = marksIn(place.directory);
    await service.stop();
    for (const mark of Object.values(marks)) expect(markOf((mark as ProcessMark).pid)).toBeUndefined();
    expect(companionsIn(place.directory)).toEqual(['left', 'right']);
  });
});
