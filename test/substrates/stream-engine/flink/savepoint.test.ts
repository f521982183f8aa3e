/** The end of a job by a savepoint: what is told of it, and that no job is left behind where there is none. */
import { expect, test } from '@jest/globals';
import { FlinkRefusedError } from '../../../../substrates/stream-engine/flink/flink-errors.ts';
import type { Checkpoints } from '../../../../substrates/stream-engine/flink/rest/types.ts';
import { stopWithSavepoint } from '../../../../substrates/stream-engine/flink/savepoint.ts';

function cluster(stop: () => Promise<string>) {
  const cancelled: string[] = [];
  const latestSavepoint = { stateBytes: 4711 } as Checkpoints['latestSavepoint'];
  // Figures are older than the answer that the savepoint is there.
  let asked = 0;
  const rest = {
    stopWithSavepoint: stop,
    checkpoints: async () => ({ latestSavepoint: asked++ === 0 ? undefined : latestSavepoint }) as Checkpoints,
    cancel: async (job: string) => void cancelled.push(job),
  };
  return { rest, cancelled };
}

test('says where the savepoint is, and how large as soon as Flink says it', async () => {
  const { rest, cancelled } = cluster(async () => 'file:/s/one');
  const savepoint = await stopWithSavepoint(rest, 'job');
  expect(savepoint.location).toBe('file:/s/one');
  expect(await savepoint.bytes).toBe(4711);
  expect(cancelled).toEqual([]);
});

test('cancels a job of which there is no savepoint, and says why there is none', async () => {
  const { rest, cancelled } = cluster(() => Promise.reject(new FlinkRefusedError('no space left on device')));
  await expect(stopWithSavepoint(rest, 'job')).rejects.toThrow('no space left on device');
  expect(cancelled).toEqual(['job']);
});

test('says nothing of its size where Flink does not know the job any more', async () => {
  const { rest } = cluster(async () => 'file:/s/one');
  const gone = { ...rest, checkpoints: () => Promise.reject(new FlinkRefusedError('job not found', 404)) };
  expect(await (await stopWithSavepoint(gone, 'job')).bytes).toBeUndefined();
});
