/** Jobs of real worker processes on a small file log, with LMDB where a store is needed. */
import { SyntheticStream } from '../../generators/synthetic-stream.ts';
import { MonotonicClock } from '../../substrates/clock.ts';
import type { Declaration } from '../../substrates/declaration.ts';
import { NodeRuntime } from '../../substrates/node-runtime.ts';
import { EmbeddedEngine } from '../../substrates/stream-engine/embedded/embedded-engine.ts';
import type { JobSpecification, RunningJob } from '../../substrates/stream-engine/stream-engine.ts';

const HOUR_MS = 200;

/** Two partitions, three hours, 60,000 impressions. */
export const PROCESS_SOURCE = new SyntheticStream({
  seed: 3,
  partitions: 2,
  ratePerSecond: 100_000,
  hourMs: HOUR_MS,
  hours: 3,
  startMs: 1_000_000 * HOUR_MS,
  maxOutOfOrderMs: 20,
});

export const PROCESS_SETTINGS = {
  hourMs: HOUR_MS,
  maxOutOfOrderMs: 20,
  allowedLatenessMs: 0,
  checkpointIntervalMs: 20,
};

export function processJob(folder: string, declaration: Declaration): JobSpecification {
  return {
    declaration,
    settings: PROCESS_SETTINGS,
    log: { kind: 'files', directory: `${folder}/log`, partitions: PROCESS_SOURCE.partitions },
    stores: { serving: { kind: 'lmdb', directory: `${folder}/serving`, sync: false } },
    workers: 2,
    directory: `${folder}/job`,
  };
}

/** A runtime whose clock reads the end of the stream now. */
export function processRuntime(): NodeRuntime {
  return new NodeRuntime(MonotonicClock.readingNow(PROCESS_SOURCE.endMs));
}

export function startProcesses(job: JobSpecification, runtime = processRuntime()): Promise<RunningJob> {
  return new EmbeddedEngine(runtime, runtime.clock.epochOffsetMs).start(job);
}

/** Whether a process of that id is there. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
