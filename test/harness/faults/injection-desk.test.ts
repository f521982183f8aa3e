/** A run and another terminal that breaks something in it, by files in a folder. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { askRun, InjectionDesk, type InjectionRequest } from '../../../harness/faults/injection-desk.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';

const request: InjectionRequest = { id: 'a', kind: 'zombie', seed: 1 };
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function withDesk(use: (desk: InjectionDesk, directory: string) => Promise<void>): Promise<void> {
  await withTemporaryDirectory(async (directory) => {
    const desk = await InjectionDesk.open(directory);
    try {
      await use(desk, directory);
    } finally {
      await desk.close();
    }
    expect(await readdir(directory)).toEqual([]);
  });
}

describe('an injection', () => {
  test('is handled by the act under way, once, and answered', () =>
    withDesk(async (desk, directory) => {
      const handled: InjectionRequest[] = [];
      desk.handler = async (given) => {
        handled.push(given);
        return { state: 'bit', what: 'worker 1 stood still', architecture: 'omega' };
      };
      const asked = { ...request, partition: 2, durationMs: 50 };
      expect(await askRun(directory, asked, 5000, sleep)).toEqual({
        state: 'bit',
        what: 'worker 1 stood still',
        architecture: 'omega',
      });
      expect(handled).toEqual([asked]);
    }));

  test('is refused while the run is in no act with faults', () =>
    withDesk(async (_desk, directory) => {
      expect(await askRun(directory, request, 5000, sleep)).toMatchObject({ state: 'refused' });
    }));

  test('that makes no sense, or fails, is refused with the reason', () =>
    withDesk(async (desk, directory) => {
      desk.handler = () => Promise.reject(new Error('nothing to strike'));
      expect(await askRun(directory, request, 5000, sleep)).toEqual({ state: 'refused', what: 'nothing to strike' });
      const answer = await askRun(directory, { ...request, id: 'b', seed: 0.5 }, 5000, sleep);
      expect(answer).toMatchObject({ state: 'refused', what: expect.stringContaining('seed') });
    }));

  test('is not answered by a run that hangs, and an error where there is none', async () => {
    await withDesk(async (desk, directory) => {
      desk.handler = () => new Promise(() => undefined);
      expect(await askRun(directory, request, 150, sleep)).toBeUndefined();
    });
    await withTemporaryDirectory(async (directory) => {
      await expect(askRun(join(directory, 'gone'), request, 150, sleep)).rejects.toThrow('ENOENT');
    });
  });
});
