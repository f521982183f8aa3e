/** What a worker and its supervisor say to each other; plain JSON over the worker's line. */
import type { StoreName } from '../../declaration.ts';
import type { StoreCounts } from '../../key-value-store/key-value-store.ts';
import type { HooksBinding, JobSpecification, RestoredPosition } from '../stream-engine.ts';
import type { StageProgress } from './stages/stage-task.ts';

/** What a worker process is started with. */
export interface WorkerSpecification {
  job: JobSpecification;
  worker: number;
  /** Greater with every restart: what an earlier epoch writes is refused. */
  epoch: number;
  partitions: number[];
  /** The run's clock: milliseconds to add to the host's monotonic clock. */
  epochOffsetMs: number;
  /** Wait for `go` before the first event; a restarted worker goes at once. */
  waitForGo: boolean;
  hooks: HooksBinding | undefined;
}

export type ToWorker = { kind: 'go' } | { kind: 'stop'; savepoint: boolean } | { kind: 'hooks'; message: unknown };

export interface WorkerStatus {
  atMs: number;
  stages: StageProgress[];
  stores: Partial<Record<StoreName, StoreCounts>>;
  /** User and system CPU seconds of the process since it started. */
  cpuSeconds: number;
}

export type FromWorker =
  | { kind: 'ready'; address: string; restored: RestoredPosition[]; status: WorkerStatus }
  | { kind: 'status'; status: WorkerStatus }
  | { kind: 'note'; note: Record<string, unknown> }
  | { kind: 'stopped'; status: WorkerStatus }
  /** The worker ends because of an error; `final` if a restart cannot help. */
  | { kind: 'failed'; message: string; final: boolean };
