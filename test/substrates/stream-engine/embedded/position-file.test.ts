import { describe, expect, test } from '@jest/globals';
import type { Runtime } from '../../../../substrates/runtime.ts';
import { PositionFile } from '../../../../substrates/stream-engine/embedded/position-file.ts';
import { JobFailedError } from '../../../../substrates/stream-engine/stream-engine.ts';
import { inProcess } from '../../../support/plain-runtime.ts';

const fileOf = (runtime: Runtime, epoch = 1, partition = 0): PositionFile =>
  new PositionFile(runtime, 'job', 0, partition, epoch);

describe('a committed position', () => {
  test('is the last one that was committed', () =>
    inProcess(async (runtime) => {
      const file = fileOf(runtime);
      await file.commit({ offset: 5, value: 1 });
      await file.commit({ offset: 2 ** 40 + 7, value: 1_700_000_000_000 });
      expect(await fileOf(runtime, 2).restore()).toMatchObject({ offset: 2 ** 40 + 7, value: 1_700_000_000_000 });
    }));

  test('is undefined where none was committed, and apart for each partition', () =>
    inProcess(async (runtime) => {
      await fileOf(runtime, 1, 1).commit({ offset: 5, value: 0 });
      expect(await fileOf(runtime).restore()).toBeUndefined();
    }));

  test('is the newest epoch’s, whatever a zombie commits afterwards', () =>
    inProcess(async (runtime) => {
      const zombie = fileOf(runtime, 9);
      await zombie.commit({ offset: 10, value: 0 });
      await fileOf(runtime, 10).commit({ offset: 8, value: 0 });
      await zombie.commit({ offset: 30, value: 0 });
      expect(await fileOf(runtime, 11).restore()).toMatchObject({ offset: 8 });
    }));

  test('is the one before where an epoch died before its first commit', () =>
    inProcess(async (runtime) => {
      await fileOf(runtime, 1).commit({ offset: 10, value: 0 });
      await runtime.files.write('job/s0-p0-000002.position', []);
      expect(await fileOf(runtime, 3).restore()).toMatchObject({ offset: 10 });
    }));

  test('is refused with any byte changed or missing: nobody knows what was counted', () =>
    inProcess(async (runtime) => {
      await fileOf(runtime).commit({ offset: 10, value: 3 });
      const [name] = await runtime.files.list('job');
      const whole = (await runtime.files.read(`job/${name}`)) as Uint8Array;
      const damaged = [whole.slice(0, 23), Uint8Array.of(...whole, 0)];
      for (let at = 0; at < whole.length; at++) {
        damaged.push(whole.map((byte, index) => (index === at ? byte ^ 1 : byte)));
      }
      for (const bytes of damaged) {
        await runtime.files.write(`job/${name}`, [bytes]);
        const restored = fileOf(runtime, 2).restore();
        await expect(restored).rejects.toThrow(JobFailedError);
        await expect(restored).rejects.toThrow(/is damaged.*from a copy/s);
      }
    }));
});
