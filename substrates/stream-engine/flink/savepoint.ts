/** A job on Flink is stopped so that it, or another program, can go on from where it was. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Savepoint } from '../stream-engine.ts';
import type { FlinkRest } from './rest/flink-rest.ts';

const POLL_EVERY_MS = 100;
/** A job manager shows figures that are up to some seconds old (`web.refresh-interval`). */
const FIGURES_WITHIN_MS = 10_000;

/**
 * Ends a job with a savepoint: nothing is processed behind it. If Flink fails with that, the job is cancelled, and the
 * reason is passed on: whoever stops a job must not leave it behind.
 */
export async function stopWithSavepoint(
  rest: Pick<FlinkRest, 'stopWithSavepoint' | 'checkpoints' | 'cancel'>,
  job: string,
): Promise<Savepoint> {
  try {
    const location = await rest.stopWithSavepoint(job);
    return { location, bytes: bytesOf(rest, job).catch(() => undefined) };
  } catch (error) {
    await rest.cancel(job).catch(() => undefined);
    throw error;
  }
}

async function bytesOf(rest: Pick<FlinkRest, 'checkpoints'>, job: string): Promise<number | undefined> {
  for (let waitedMs = 0; waitedMs < FIGURES_WITHIN_MS; waitedMs += POLL_EVERY_MS) {
    const { latestSavepoint } = await rest.checkpoints(job);
    if (latestSavepoint !== undefined) return latestSavepoint.stateBytes;
    await sleep(POLL_EVERY_MS);
  }
  return undefined;
}
