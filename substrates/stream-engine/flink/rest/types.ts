/** What the REST client tells of a cluster and its jobs; times are Flink's wall clock, milliseconds since 1970. */
import type { FlinkJobState } from './answers.ts';

export interface ClusterOverview {
  version: string;
  commit: string;
  taskManagers: number;
  slots: number;
  freeSlots: number;
  runningJobs: number;
}

export interface TaskManager {
  id: string;
  /** From its RPC address: where its queryable-state proxy listens too. */
  host: string;
  dataPort: number;
  slots: number;
  freeSlots: number;
  /** Wall time of the last heartbeat. */
  heartbeatAtMs: number;
}

export interface RunRequest {
  /** The manifest's main class by default. */
  entryClass?: string;
  programArguments: readonly string[];
  parallelism?: number;
  /** Savepoint or retained checkpoint to start from. */
  restoreFrom?: string;
  /** State of the savepoint that no operator takes is dropped instead of refused. */
  allowNonRestoredState?: boolean;
  /** Who deletes what was restored from: nobody by default, so that one can roll back. */
  claimMode?: 'NO_CLAIM' | 'CLAIM';
}

export interface JobSummary {
  id: string;
  name: string;
  state: FlinkJobState;
  startedAtMs: number;
  /** Undefined while it runs. */
  endedAtMs: number | undefined;
}

export interface JobDetails extends JobSummary {
  vertices: { id: string; name: string; parallelism: number; maxParallelism: number; status: string }[];
}

export interface SubtaskPlace {
  subtask: number;
  /** Counts the restarts of the subtask. */
  attempt: number;
  status: string;
  taskManager: string;
  host: string;
}

export interface JobException {
  atMs: number;
  /** The innermost cause: class and message. */
  rootCause: string;
  /** Class of the failure as Flink names it. */
  name: string;
  /** Undefined for a failure of the whole job. */
  task: string | undefined;
  taskManager: string | undefined;
  stackTrace: string;
}

export interface CompletedCheckpoint {
  id: number;
  isSavepoint: boolean;
  triggeredAtMs: number;
  durationMs: number;
  stateBytes: number;
  /** Bytes written for this one; less than the state's where checkpoints are incremental. */
  writtenBytes: number;
  /** Bytes in flight that an unaligned checkpoint took with it, or that were held back to align. */
  alignmentBytes: number;
  location: string;
}

export interface Checkpoints {
  completed: number;
  failed: number;
  inProgress: number;
  /** How often the job was restored. */
  restored: number;
  latest: CompletedCheckpoint | undefined;
  latestSavepoint: CompletedCheckpoint | undefined;
  latestFailure: { id: number; atMs: number; reason: string } | undefined;
  /** What the job was restored from last. */
  latestRestored: { id: number; atMs: number; isSavepoint: boolean; location: string | undefined } | undefined;
  /** The newest ones, as many as the cluster keeps, newest first. */
  history: { id: number; status: string; triggeredAtMs: number; durationMs: number; stateBytes: number }[];
}

export interface CheckpointConfig {
  exactlyOnce: boolean;
  /** 0 where checkpoints are off. */
  intervalMs: number;
  unaligned: boolean;
  stateBackend: string;
  storage: string;
}

export type BackPressureLevel = 'ok' | 'low' | 'high';

export interface BackPressure {
  level: BackPressureLevel;
  /** Shares of time, 0 to 1. */
  subtasks: { subtask: number; level: BackPressureLevel; blocked: number; idle: number; busy: number }[];
}

export interface SavepointOptions {
  /** The cluster's `execution.checkpointing.savepoint-dir` by default. */
  directory?: string;
  format?: 'CANONICAL' | 'NATIVE';
  timeoutMs?: number;
}
