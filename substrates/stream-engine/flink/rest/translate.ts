/** From Flink's names to ours. */
import type { z } from 'zod';
import { rootCauseOf } from '../java-trace.ts';
import type * as answers from './answers.ts';
import type { FlinkJobState } from './answers.ts';
import type * as types from './types.ts';

/** Flink's word for "off" as an interval. */
const NEVER_MS = Number.MAX_SAFE_INTEGER;

/** Nothing comes after these. */
export function isOver(state: FlinkJobState): boolean {
  return state === 'FAILED' || state === 'CANCELED' || state === 'FINISHED';
}

/** A running job may have tasks that wait for a slot. */
export function allTasksRun({ vertices }: types.JobDetails): boolean {
  return vertices.every(({ status }) => status === 'RUNNING' || status === 'FINISHED');
}

export function overview(answer: z.infer<typeof answers.overviewAnswer>): types.ClusterOverview {
  return {
    version: answer['flink-version'],
    commit: answer['flink-commit'],
    taskManagers: answer.taskmanagers,
    slots: answer['slots-total'],
    freeSlots: answer['slots-available'],
    runningJobs: answer['jobs-running'],
  };
}

export function taskManager(
  answer: z.infer<typeof answers.taskManagersAnswer>['taskmanagers'][number],
): types.TaskManager {
  return {
    id: answer.id,
    host: hostOfPath(answer.path),
    dataPort: answer.dataPort,
    slots: answer.slotsNumber,
    freeSlots: answer.freeSlots,
    heartbeatAtMs: answer.timeSinceLastHeartbeat,
  };
}

/** From `pekko.tcp://flink@host:port/user/rpc/taskmanager_0`. */
function hostOfPath(path: string): string {
  return hostOf(/@([^/]+)/.exec(path)?.[1] ?? path);
}

function hostOf(endpoint: string): string {
  return endpoint.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

export function runBody(request: types.RunRequest): Record<string, unknown> {
  const { entryClass, programArguments, parallelism, restoreFrom, allowNonRestoredState, claimMode } = request;
  return {
    programArgsList: [...programArguments],
    ...(entryClass !== undefined && { entryClass }),
    ...(parallelism !== undefined && { parallelism }),
    ...(restoreFrom !== undefined && {
      savepointPath: restoreFrom,
      allowNonRestoredState: allowNonRestoredState ?? false,
      claimMode: claimMode ?? 'NO_CLAIM',
    }),
  };
}

type Job = Pick<z.infer<typeof answers.jobAnswer>, 'jid' | 'name' | 'state' | 'start-time' | 'end-time'>;

export function jobSummary(answer: Job): types.JobSummary {
  return {
    id: answer.jid,
    name: answer.name,
    state: answer.state,
    startedAtMs: answer['start-time'],
    endedAtMs: answer['end-time'] < 0 ? undefined : answer['end-time'],
  };
}

export function jobDetails(answer: z.infer<typeof answers.jobAnswer>): types.JobDetails {
  return { ...jobSummary(answer), vertices: answer.vertices };
}

export function subtask(answer: z.infer<typeof answers.vertexAnswer>['subtasks'][number]): types.SubtaskPlace {
  const { subtask, attempt, status, endpoint } = answer;
  return { subtask, attempt, status, taskManager: answer['taskmanager-id'], host: hostOf(endpoint) };
}

export function exception(
  answer: z.infer<typeof answers.exceptionsAnswer>['exceptionHistory']['entries'][number],
): types.JobException {
  return {
    atMs: answer.timestamp,
    rootCause: rootCauseOf(answer.stacktrace),
    name: answer.exceptionName,
    task: answer.taskName ?? undefined,
    taskManager: answer.taskManagerId ?? undefined,
    stackTrace: answer.stacktrace,
  };
}

type Completed = NonNullable<z.infer<typeof answers.checkpointsAnswer>['latest']['completed']>;

function completed(answer: Completed | null | undefined): types.CompletedCheckpoint | undefined {
  if (!answer) return undefined;
  return {
    id: answer.id,
    isSavepoint: answer.is_savepoint,
    triggeredAtMs: answer.trigger_timestamp,
    durationMs: answer.end_to_end_duration,
    stateBytes: answer.state_size,
    writtenBytes: answer.checkpointed_size ?? answer.state_size,
    alignmentBytes: answer.alignment_buffered,
    location: answer.external_path,
  };
}

export function checkpoints({ counts, latest, history }: z.infer<typeof answers.checkpointsAnswer>): types.Checkpoints {
  const { failed, restored } = latest;
  return {
    completed: counts.completed,
    failed: counts.failed,
    inProgress: counts.in_progress,
    restored: counts.restored,
    latest: completed(latest.completed),
    latestSavepoint: completed(latest.savepoint),
    latestFailure: failed
      ? { id: failed.id, atMs: failed.failure_timestamp, reason: rootCauseOf(failed.failure_message ?? '') }
      : undefined,
    latestRestored: restored
      ? {
          id: restored.id,
          atMs: restored.restore_timestamp,
          isSavepoint: restored.is_savepoint,
          location: restored.external_path ?? undefined,
        }
      : undefined,
    history: history.map((entry) => ({
      id: entry.id,
      status: entry.status,
      triggeredAtMs: entry.trigger_timestamp,
      durationMs: entry.end_to_end_duration,
      stateBytes: entry.state_size,
    })),
  };
}

export function checkpointConfig(answer: z.infer<typeof answers.checkpointConfigAnswer>): types.CheckpointConfig {
  return {
    exactlyOnce: answer.mode === 'exactly_once',
    intervalMs: answer.interval >= NEVER_MS ? 0 : answer.interval,
    unaligned: answer.unaligned_checkpoints,
    stateBackend: answer.state_backend ?? 'unknown',
    storage: answer.checkpoint_storage ?? 'unknown',
  };
}

export function backPressure(answer: z.infer<typeof answers.backPressureAnswer>): types.BackPressure | undefined {
  const level = answer['backpressure-level'];
  if (answer.status !== 'ok' || !level || !answer.subtasks) return undefined;
  return {
    level,
    subtasks: answer.subtasks.map((subtask) => ({
      subtask: subtask.subtask,
      level: subtask['backpressure-level'],
      blocked: subtask.ratio,
      idle: subtask.idleRatio,
      busy: subtask.busyRatio,
    })),
  };
}
