import { describe, expect, test } from '@jest/globals';
import type { Files, Runtime } from '../../../../substrates/runtime.ts';
import {
  CheckpointStore,
  RETAINED_CHECKPOINTS,
} from '../../../../substrates/stream-engine/embedded/checkpoint-store.ts';
import { JobFailedError } from '../../../../substrates/stream-engine/stream-engine.ts';
import { range } from '../../../support/impressions.ts';
import { stateAt } from '../../../support/partition-states.ts';
import { inProcess } from '../../../support/plain-runtime.ts';

const nothing = (): void => undefined;

function storeOf(runtime: Runtime, epoch = 1, partition = 0): CheckpointStore {
  return new CheckpointStore(runtime, 'job', 0, partition, epoch);
}

async function writeAt(store: CheckpointStore, ...offsets: number[]): Promise<void> {
  for (const offset of offsets) await store.write(stateAt(offset), nothing);
}

async function damage(files: Files, name: string): Promise<void> {
  const bytes = (await files.read(`job/${name}`)) as Uint8Array;
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
  await files.write(`job/${name}`, [bytes]);
}

async function checkpointsIn(files: Files): Promise<string[]> {
  return (await files.list('job')).filter((name) => name.endsWith('.checkpoint'));
}

describe('restoring', () => {
  test('finds nothing where nothing was written', () =>
    inProcess(async (runtime) => {
      expect(await storeOf(runtime).restore()).toBeUndefined();
    }));

  test('takes the newest checkpoint of the own partition and stage', () =>
    inProcess(async (runtime) => {
      await writeAt(storeOf(runtime), 10, 20);
      await new CheckpointStore(runtime, 'job', 1, 0, 1).write(stateAt(30), nothing);
      await new CheckpointStore(runtime, 'job', 0, 1, 1).write({ ...stateAt(40), partition: 1 }, nothing);
      const restored = await storeOf(runtime, 2).restore();
      expect(restored).toMatchObject({ state: { offset: 20 }, rejected: [] });
    }));

  test('falls back to the one before when the newest is damaged, and says so', () =>
    inProcess(async (runtime) => {
      await writeAt(storeOf(runtime), 10, 20, 30);
      const names = await checkpointsIn(runtime.files);
      await damage(runtime.files, names[2] as string);
      await damage(runtime.files, names[1] as string);
      const restored = await storeOf(runtime, 2).restore();
      expect(restored).toMatchObject({ file: names[0], state: { offset: 10 } });
      expect(restored?.rejected).toEqual([
        expect.stringContaining(`${names[2]}: checksum differs`),
        expect.stringContaining(`${names[1]}: checksum differs`),
      ]);
    }));

  test('fails for good when there are checkpoints and none is usable', () =>
    inProcess(async (runtime) => {
      await writeAt(storeOf(runtime), 10, 20);
      for (const name of await checkpointsIn(runtime.files)) await damage(runtime.files, name);
      const restored = storeOf(runtime, 2).restore();
      await expect(restored).rejects.toThrow(JobFailedError);
      await expect(restored).rejects.toThrow(/none of its 2 checkpoints is usable.*job.*from a copy/s);
    }));

  test('takes a later worker’s checkpoint for newer, whatever a zombie writes afterwards', () =>
    inProcess(async (runtime) => {
      const zombie = storeOf(runtime, 1);
      await writeAt(zombie, 10, 20);
      await writeAt(storeOf(runtime, 2), 15);
      await writeAt(zombie, 30, 40);
      expect(await storeOf(runtime, 3).restore()).toMatchObject({ state: { offset: 15 } });
    }));

  test('compares epochs and numbers as numbers', () =>
    inProcess(async (runtime) => {
      await writeAt(storeOf(runtime, 9), ...range(1, 12));
      await writeAt(storeOf(runtime, 10), 77);
      expect(await storeOf(runtime, 11).restore()).toMatchObject({ state: { offset: 77 } });
    }));
});

describe('writing', () => {
  test('keeps the newest few', () =>
    inProcess(async (runtime) => {
      await writeAt(storeOf(runtime), ...range(1, 11));
      expect(await checkpointsIn(runtime.files)).toHaveLength(RETAINED_CHECKPOINTS);
      expect(await storeOf(runtime, 2).restore()).toMatchObject({ state: { offset: 10 } });
    }));

  test('leaves the last checkpoint usable when it is killed midway', () =>
    inProcess(async (runtime, world) => {
      const victim = world.process();
      await writeAt(storeOf(victim), 10);
      void storeOf(victim, 2).write(stateAt(20), () => victim.crash());
      await world.delay(10);
      expect((await runtime.files.list('job')).some((name) => name.endsWith('.part'))).toBe(true);
      expect(await storeOf(runtime, 3).restore()).toMatchObject({ state: { offset: 10 }, rejected: [] });
    }));
});

describe('sealed windows', () => {
  const sealed = (file: string) => [
    { hourStartMs: 100, phase: 'closed' as const, sealed: true, rows: { file }, lateRows: undefined },
  ];

  test('are files of their own that checkpoints only name', () =>
    inProcess(async (runtime) => {
      const store = storeOf(runtime);
      const rows = Int32Array.of(1, 2, 3, 4);
      const file = await store.writeSealed(100, rows);
      await store.write(stateAt(10, sealed(file)), nothing);
      const restored = await storeOf(runtime, 2).restore();
      expect(restored?.state.windows).toEqual(sealed(file));
      expect(await storeOf(runtime, 2).readSealed(file)).toEqual(rows);
    }));

  test.each(['missing', 'damaged'])('a checkpoint that names one that is %s is unusable', (how) =>
    inProcess(async (runtime) => {
      const store = storeOf(runtime);
      await writeAt(store, 10);
      const file = await store.writeSealed(100, Int32Array.of(1, 2, 3, 4));
      await store.write(stateAt(20, sealed(file)), nothing);
      if (how === 'missing') await runtime.files.remove(`job/${file}`);
      else await damage(runtime.files, file);
      const restored = await storeOf(runtime, 2).restore();
      expect(restored).toMatchObject({ state: { offset: 10 } });
      expect(restored?.rejected[0]).toContain(`sealed window ${file} is ${how}`);
    }),
  );
});
