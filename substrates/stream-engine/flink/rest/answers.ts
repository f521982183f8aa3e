/**
 * The answers of Flink's REST API, as far as they are used. Other fields are passed over: a newer Flink may have more.
 */
import { z } from 'zod';

export const overviewAnswer = z.object({
  'flink-version': z.string(),
  'flink-commit': z.string(),
  taskmanagers: z.number(),
  'slots-total': z.number(),
  'slots-available': z.number(),
  'jobs-running': z.number(),
});

export const configAnswer = z.array(z.object({ key: z.string(), value: z.string().nullable() }));

export const taskManagersAnswer = z.object({
  taskmanagers: z.array(
    z.object({
      id: z.string(),
      path: z.string(),
      dataPort: z.number(),
      timeSinceLastHeartbeat: z.number(),
      slotsNumber: z.number(),
      freeSlots: z.number(),
    }),
  ),
});

export const uploadAnswer = z.object({ filename: z.string() });
export const jarsAnswer = z.object({
  files: z.array(z.object({ id: z.string(), name: z.string(), uploaded: z.number() })),
});
export const runAnswer = z.object({ jobid: z.string() });

/** Every state that Flink knows for a job. */
const JOB_STATES = [
  'INITIALIZING',
  'CREATED',
  'RUNNING',
  'FAILING',
  'FAILED',
  'CANCELLING',
  'CANCELED',
  'FINISHED',
  'RESTARTING',
  'SUSPENDED',
  'RECONCILING',
] as const;
const jobState = z.enum(JOB_STATES);
export type FlinkJobState = z.infer<typeof jobState>;

export const jobsAnswer = z.object({
  jobs: z.array(
    z.object({
      jid: z.string(),
      name: z.string(),
      state: jobState,
      'start-time': z.number(),
      'end-time': z.number(),
    }),
  ),
});

export const jobAnswer = z.object({
  jid: z.string(),
  name: z.string(),
  state: jobState,
  'start-time': z.number(),
  'end-time': z.number(),
  vertices: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      parallelism: z.number(),
      maxParallelism: z.number(),
      status: z.string(),
    }),
  ),
});

export const vertexAnswer = z.object({
  id: z.string(),
  name: z.string(),
  parallelism: z.number(),
  subtasks: z.array(
    z.object({
      subtask: z.number(),
      status: z.string(),
      attempt: z.number(),
      endpoint: z.string(),
      'taskmanager-id': z.string(),
    }),
  ),
});

export const exceptionsAnswer = z.object({
  exceptionHistory: z.object({
    truncated: z.boolean(),
    entries: z.array(
      z.object({
        exceptionName: z.string(),
        stacktrace: z.string(),
        timestamp: z.number(),
        taskName: z.string().nullish(),
        endpoint: z.string().nullish(),
        taskManagerId: z.string().nullish(),
      }),
    ),
  }),
});

const completedCheckpoint = z.object({
  id: z.number(),
  is_savepoint: z.boolean(),
  trigger_timestamp: z.number(),
  end_to_end_duration: z.number(),
  state_size: z.number(),
  checkpointed_size: z.number().optional(),
  alignment_buffered: z.number(),
  external_path: z.string(),
});

export const checkpointsAnswer = z.object({
  counts: z.object({
    restored: z.number(),
    total: z.number(),
    in_progress: z.number(),
    completed: z.number(),
    failed: z.number(),
  }),
  latest: z.object({
    completed: completedCheckpoint.nullish(),
    savepoint: completedCheckpoint.nullish(),
    failed: z
      .object({
        id: z.number(),
        trigger_timestamp: z.number(),
        failure_timestamp: z.number(),
        failure_message: z.string().nullish(),
      })
      .nullish(),
    restored: z
      .object({
        id: z.number(),
        restore_timestamp: z.number(),
        is_savepoint: z.boolean(),
        external_path: z.string().nullish(),
      })
      .nullish(),
  }),
  history: z.array(
    z.object({
      id: z.number(),
      status: z.string(),
      is_savepoint: z.boolean(),
      trigger_timestamp: z.number(),
      end_to_end_duration: z.number(),
      state_size: z.number(),
    }),
  ),
});

const spread = z.object({ max: z.number() });
/** Without a summary while no subtask has acknowledged it. */
export const checkpointSubtasksAnswer = z.object({
  summary: z
    .object({ checkpoint_duration: z.object({ sync: spread }), alignment: z.object({ duration: spread }) })
    .optional(),
});

export const checkpointConfigAnswer = z.object({
  mode: z.string(),
  interval: z.number(),
  timeout: z.number(),
  unaligned_checkpoints: z.boolean(),
  state_backend: z.string().nullish(),
  checkpoint_storage: z.string().nullish(),
});

export const metricsAnswer = z.array(z.object({ id: z.string(), value: z.string().optional() }));

export const accumulatorsAnswer = z.object({
  'user-task-accumulators': z.array(z.object({ name: z.string(), type: z.string(), value: z.string() })),
});

const level = z.enum(['ok', 'low', 'high']);
export const backPressureAnswer = z.object({
  /** `deprecated`: a first answer that has none of the figures yet. */
  status: z.enum(['ok', 'deprecated']),
  'backpressure-level': level.nullish(),
  subtasks: z
    .array(
      z.object({
        subtask: z.number(),
        'backpressure-level': level,
        ratio: z.number(),
        idleRatio: z.number(),
        busyRatio: z.number(),
      }),
    )
    .nullish(),
});

export const triggerAnswer = z.object({ 'request-id': z.string() });

const failureCause = z.object({ class: z.string().nullish(), 'stack-trace': z.string() });

export const savepointAnswer = z.object({
  status: z.object({ id: z.enum(['COMPLETED', 'IN_PROGRESS']) }),
  operation: z.object({ location: z.string().nullish(), 'failure-cause': failureCause.nullish() }).nullish(),
});
