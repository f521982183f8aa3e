/** Jobs of omegabench on a Flink cluster, and of nobody else: shown, and stopped by name. */
import type { FlinkRest } from '../../substrates/stream-engine/flink/rest/flink-rest.ts';
import type { JobSummary } from '../../substrates/stream-engine/flink/rest/types.ts';
import { BenchError } from '../cli/bench-error.ts';

/** As `jobNameOf` begins. */
const PREFIX = 'omegabench-';
const OVER: readonly JobSummary['state'][] = ['FINISHED', 'CANCELED', 'FAILED'];
const ENDS_WITHIN_MS = 60_000;

type Rest = Pick<FlinkRest, 'url' | 'jobs' | 'cancel' | 'untilState' | 'stopWithSavepoint'>;

export interface StoppedJob {
  id: string;
  name: string;
  /** Where its savepoint is, if it was stopped with one. */
  savepoint?: string;
}

/** Those that run first, then those that are over, each newest first. */
export async function ownJobs(rest: Pick<Rest, 'jobs'>): Promise<JobSummary[]> {
  const own = (await rest.jobs()).filter(({ name }) => name.startsWith(PREFIX));
  const isOver = ({ state }: JobSummary): number => Number(OVER.includes(state));
  return own.sort((a, b) => isOver(a) - isOver(b) || b.startedAtMs - a.startedAtMs);
}

/**
 * Stops a job by its name or id; with `savepoint`, so that it can be taken up again, and if that fails it runs on.
 * `BenchError` for one that is not ours, does not run, or is meant with others of its name.
 */
export async function stopOwnJob(rest: Rest, nameOrId: string, savepoint: boolean): Promise<StoppedJob> {
  const { id, name } = await find(rest, nameOrId);
  if (savepoint) return { id, name, savepoint: await rest.stopWithSavepoint(id) };
  await rest.cancel(id);
  await rest.untilState(id, OVER, ENDS_WITHIN_MS);
  return { id, name };
}

async function find(rest: Rest, nameOrId: string): Promise<JobSummary> {
  const all = await rest.jobs();
  const meant = all.filter(({ id, name }) => id === nameOrId || name === nameOrId);
  const remedy = `'omegabench jobs --engine ${rest.url.replace(/^http/, 'flink')}' shows those that are.`;
  const foreign = meant.find(({ name }) => !name.startsWith(PREFIX));
  if (foreign !== undefined) {
    throw new BenchError('OB_CONFLICT', `${foreign.name} is no job of omegabench, which stops its own alone`, remedy);
  }
  const running = meant.filter(({ state }) => !OVER.includes(state));
  const [job, second] = running;
  if (job === undefined) {
    const why = meant.length === 0 ? 'there is no such job' : `it is ${meant[0]?.state} already`;
    throw new BenchError('OB_UNKNOWN_NAME', `${nameOrId} cannot be stopped: ${why}`, remedy);
  }
  if (second === undefined) return job;
  throw new BenchError(
    'OB_UNKNOWN_NAME',
    `${running.length} jobs that run are called ${nameOrId}: which one is meant?`,
    `Give the id: ${running.map(({ id }) => id).join(' or ')}.`,
  );
}
