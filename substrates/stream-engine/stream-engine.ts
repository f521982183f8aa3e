/**
 * The stream engine: runs an architecture's declaration over the log, survives crashes, and answers queries from state.
 */
import type { Declaration, StoreName } from '../declaration.ts';
import type { EventLogBinding } from '../event-log/event-log.ts';
import type { KeyValueStoreBinding, StoreCounts } from '../key-value-store/key-value-store.ts';
import type { StateReader } from '../query-service.ts';

/** What every stage of a job goes by; all durations in event time but the checkpoint interval. */
export interface PipelineSettings {
  /** Length of the tumbling window that stands for the talk's hour. */
  hourMs: number;
  /** The watermark trails the greatest event time seen in the partition by this. */
  maxOutOfOrderMs: number;
  /** An event is dropped, and counted, if its window's end + this ≤ watermark. */
  allowedLatenessMs: number;
  /** Wall time between two checkpoints of a partition; 0 for none but the last. */
  checkpointIntervalMs: number;
}

/** Where a worker's hooks come from: a module URL and what its `createHooks` is given; plain JSON. */
export interface HooksBinding {
  module: string;
  data: unknown;
}

/** Everything that a job is; plain JSON. */
export interface JobSpecification {
  declaration: Declaration;
  settings: PipelineSettings;
  log: EventLogBinding;
  stores: Partial<Record<StoreName, KeyValueStoreBinding>>;
  workers: number;
  /** Checkpoints, positions and sockets live here; the job owns it. */
  directory: string;
  /** Location of a savepoint to go on from, instead of the start of the log; it stays, so that one can roll back. */
  restoreFrom?: string;
  /** Hooks for every worker: a module whose `createHooks` is called in the worker with `data`, opaque to the engine. */
  hooks?: HooksBinding;
}

/** What an engine can do; declared, never guessed. */
export interface EngineCapabilities {
  failpoints: boolean;
  savepoint: boolean;
  /** State can be listed, not only asked by key. */
  enumerate: boolean;
}

/** A partition's progress, as its worker reported it last. */
export interface PartitionProgress {
  partition: number;
  /** Impressions read, by offset. */
  offset: number;
  /** Events whose effect a reader can see by way of the architecture's answer. */
  reflectedEvents: number;
  /** Events whose effect is acknowledged by a store; the denominator of commands per event. */
  storedEvents: Partial<Record<StoreName, number>>;
  /** Events dropped because they came later than allowed. */
  lateDroppedEvents: number;
  /** The end of the stream was read and nothing is left to write. */
  drained: boolean;
  drainedAtMs?: number;
}

export interface CheckpointFigures {
  count: number;
  bytes: number;
  /** Longest time that ingestion stood still for one. */
  longestPauseMs: number;
  /** That did not succeed; where the engine counts them. */
  failed?: number;
}

/** State and position of a stopped job, complete, where another job can go on from it. */
export interface Savepoint {
  location: string;
  /** Resolves when the engine can tell, which may be later; undefined if it cannot. */
  bytes: Promise<number | undefined>;
}

/** The whole job, summed over workers, dead ones included. */
export interface JobStatus {
  atMs: number;
  /** When the figures were taken, where that was another moment. */
  takenAtMs?: number;
  partitions: PartitionProgress[];
  stores: Partial<Record<StoreName, StoreCounts>>;
  checkpoints: CheckpointFigures;
  /** Bytes that the state takes in memory, over all workers. */
  stateBytes: number;
  /** Of a job that was stopped with one, where it can be told. */
  savepoint?: Savepoint;
}

/** Where a stage of a partition starts: from nothing, or from what an earlier worker left. */
export interface RestoredPosition {
  stage: number;
  partition: number;
  fromOffset: number;
  /** How much of what was written to a store the restored position covers, in events: the rest is written again. */
  coveredEvents: number;
  /** File that was restored, null for a start from nothing. */
  restored: string | null;
  /** Newer files that could not be used, with the reason. */
  rejected: string[];
  /**
   * Events of the partition that were in the store when the predecessor had fallen, where the engine can tell: to the
   * event if both ends are equal.
   */
  appliedEvents?: { atLeast: number; atMost: number };
}

export type JobEvent = { atMs: number; worker: number } & (
  | { kind: 'started'; epoch: number; pid: number }
  | { kind: 'exited'; epoch: number; code: number | null; signal: string | null }
  | { kind: 'silent'; epoch: number; silentMs: number }
  | ({ kind: 'restored'; epoch: number } & RestoredPosition)
  | { kind: 'caught-up'; epoch: number; partition: number; replayedEvents: number }
  | { kind: 'note'; epoch: number; note: Record<string, unknown> }
);

/** A worker process that runs now, for whoever breaks it on purpose. */
export interface WorkerLife {
  worker: number;
  epoch: number;
  partitions: readonly number[];
  kill(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
}

export interface RunningJob {
  /**
   * Starts ingestion; a job is started with its workers ready and waiting, so that start-up is not measured. A promise,
   * where workers cannot wait, resolves when they have begun.
   */
  go(): void | Promise<void>;
  status(): JobStatus;
  /** Every event so far, in order. */
  readonly events: readonly JobEvent[];
  onEvent(listener: (event: JobEvent) => void): void;
  /** Reads the state of running workers; unavailable ones are answered as such. */
  readonly state: StateReader;
  /** Resolves when every partition is drained; rejects with `JobFailedError` if the job cannot go on. */
  drained(): Promise<JobStatus>;
  /** The newest life of each worker. */
  workers(): WorkerLife[];
  /** Says something to the hooks of all workers that run now. */
  tellHooks(message: unknown): void;
  /** CPU seconds, user and system, of all worker processes since `go`, dead ones included. */
  cpuSeconds(): number;
  /**
   * Ends all workers and returns the final status. `savepoint` leaves a checkpoint of the exact position. Idempotent.
   */
  stop(options?: { savepoint?: boolean }): Promise<JobStatus>;
}

/** The job cannot go on: no checkpoint is usable, a worker cannot start, the log is corrupt. */
export class JobFailedError extends Error {
  override readonly name = 'JobFailedError';
}

/** Called by the engine on the supervisor's side. */
export interface SupervisorHooks {
  /**
   * After a worker was found dead or silent, before its successor starts. Returns the successor's hook data, if it
   * should change.
   */
  beforeRestart?(worker: { worker: number; epoch: number; partitions: number[] }): Promise<HooksBinding | undefined>;
}

export interface StreamEngine {
  readonly name: string;
  readonly capabilities: EngineCapabilities;
  readonly settings: Readonly<Record<string, string>>;
  /** Resolves when all workers are ready. */
  start(job: JobSpecification, hooks?: SupervisorHooks): Promise<RunningJob>;
}
