/**
 * From a job's specification to the plan for Flink, or the reason why Flink cannot run it. Refused is what the generic
 * job does not do, before anything is submitted; what it does otherwise than the embedded engine is in the docs.
 */
import { type Declaration, type StoreName, storesOf } from '../../declaration.ts';
import type { EventLogBinding, KafkaLogBinding } from '../../event-log/event-log.ts';
import type { KeyValueStoreBinding } from '../../key-value-store/key-value-store.ts';
import { reached } from '../../via.ts';
import type { JobSpecification } from '../stream-engine.ts';
import { FlinkRefusedError } from './flink-errors.ts';
import {
  type FlinkCheckpointSettings,
  type FlinkPlan,
  type FlinkPlanMode,
  type FlinkPlanStore,
  type FlinkSource,
  MAX_PARALLELISM,
  PLAN_VERSION,
  planSchema,
} from './plan.ts';

/** Submitting one batch job takes Flink some seconds, so that shorter hours would queue up behind it. */
const MIN_BATCH_HOUR_MS = 20_000;

export interface FlinkPlanOptions {
  /** Parallel subtasks of each operator; the job's number of workers by default. */
  parallelism?: number;
  maxParallelism?: number;
  mode?: FlinkPlanMode;
  /** The interval is the job's `checkpointIntervalMs`. */
  checkpoints?: Partial<Omit<FlinkCheckpointSettings, 'intervalMs'>>;
  source?: FlinkSource;
  filter?: FlinkPlan['filter'];
  stateUpdates?: FlinkPlan['stateUpdates'];
}

type PlannedJob = Pick<JobSpecification, 'declaration' | 'settings' | 'log' | 'stores' | 'workers'>;

/** Throws `FlinkRefusedError`, with what to change. */
export function planOf(job: PlannedJob, options: FlinkPlanOptions = {}): FlinkPlan {
  assertStages(job.declaration, job.settings.hourMs);
  const { hourMs, maxOutOfOrderMs, allowedLatenessMs, checkpointIntervalMs } = job.settings;
  const parsed = planSchema.safeParse({
    version: PLAN_VERSION,
    declaration: job.declaration,
    settings: { hourMs, maxOutOfOrderMs, allowedLatenessMs },
    log: logOf(job.log),
    stores: Object.fromEntries(
      storesOf(job.declaration).map((name) => [name, storeOf(job.declaration, name, job.stores[name])]),
    ),
    parallelism: parallelismOf(job.workers, options),
    maxParallelism: options.maxParallelism ?? MAX_PARALLELISM,
    mode: options.mode ?? { kind: 'stream' },
    checkpoints: {
      intervalMs: checkpointIntervalMs,
      alignment: options.checkpoints?.alignment ?? 'aligned',
      backend: options.checkpoints?.backend ?? 'hashmap',
      ...(options.checkpoints?.directory !== undefined && { directory: options.checkpoints.directory }),
    },
    source: options.source ?? { kind: 'kafka' },
    ...(options.filter && { filter: options.filter }),
    ...(options.stateUpdates && { stateUpdates: options.stateUpdates }),
  } satisfies FlinkPlan);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new FlinkRefusedError(
    `${job.declaration.name} is no job for Flink: ${issue?.path.join('.')}: ${issue?.message}; ` +
      'times are whole milliseconds there',
  );
}

/** Index of the stage whose state answers queries: the last one that is queryable; undefined if there is none. */
export function queryableStageOf(declaration: Declaration): number | undefined {
  const index = declaration.stages.findLastIndex((stage) => stage.kind === 'window-state' && stage.queryable);
  return index < 0 ? undefined : index;
}

/** True if a streaming job has something to do; a batch job is submitted once for each hour. */
export function hasStreamingStages(declaration: Declaration): boolean {
  return declaration.stages.some((stage) => stage.kind !== 'batch-job');
}

function assertStages(declaration: Declaration, hourMs: number): void {
  for (const stage of declaration.stages) {
    const of = `the ${stage.kind} stage of ${declaration.name}`;
    if (stage.kind === 'increment-store' && stage.increment === 'read-modify-write') {
      throw new FlinkRefusedError(
        `Flink does not run ${of} with increment 'read-modify-write': it is there to show lost updates, ` +
          "which the embedded engine shows; use --engine embedded, or increment 'atomic'",
      );
    }
    if (stage.kind === 'increment-store' && stage.commit === 'with-write') {
      throw new FlinkRefusedError(
        `Flink does not run ${of} with commit 'with-write': the position of a Flink source is in its checkpoint and ` +
          "cannot ride in the store's transaction; use --engine embedded, or commit 'after-write'",
      );
    }
    if (stage.kind === 'batch-job' && hourMs < MIN_BATCH_HOUR_MS) {
      throw new FlinkRefusedError(
        `Flink does not run ${of} with hours of ${hourMs} ms: each hour is a job of its own there, and to submit one ` +
          `takes seconds; give --hour ${MIN_BATCH_HOUR_MS / 1000}s or more, or use --engine embedded`,
      );
    }
  }
}

function parallelismOf(workers: number, options: FlinkPlanOptions): number {
  const parallelism = options.parallelism ?? workers;
  const most = options.maxParallelism ?? MAX_PARALLELISM;
  if (parallelism <= most) return parallelism;
  throw new FlinkRefusedError(
    `a parallelism of ${parallelism} needs as many key groups, and there are ${most}: give fewer --workers`,
  );
}

function logOf(binding: EventLogBinding): FlinkPlan['log'] {
  if (binding.kind !== 'kafka') {
    throw new FlinkRefusedError(
      `Flink reads the log from Kafka, and this job's is of kind '${binding.kind}': ` +
        'give --log kafka://host:port, or use --engine embedded',
    );
  }
  refuseVia(binding, 'Kafka brokers name each other to the job');
  const { brokers, topic, partitions, framing, tls, credentials } = binding;
  return { brokers, topic, partitions, framing, tls, ...credentials };
}

function storeOf(declaration: Declaration, name: StoreName, binding: KeyValueStoreBinding | undefined): FlinkPlanStore {
  const of = `the ${name} store of ${declaration.name}`;
  if (binding === undefined) {
    throw new FlinkRefusedError(`${declaration.name} needs a ${name} store, and the job binds none: give --store`);
  }
  if (binding.kind === 'redis') {
    const [node] = binding.nodes;
    if (binding.cluster || binding.nodes.length !== 1 || node === undefined) {
      throw new FlinkRefusedError(
        `${of} is a Redis cluster, and the Flink job writes to a single server (its transactions do not span ` +
          'slots): give --store redis://host:port of one server, or use --engine embedded',
      );
    }
    // TLS would check the name of the way instead of the server's.
    if (binding.tls) refuseVia(binding, 'TLS checks the name of the server');
    const { database, tls, credentials, prefix } = binding;
    return { kind: 'redis', ...reached(node, binding.via), database, tls, ...credentials, prefix };
  }
  if (binding.kind === 'cassandra') {
    refuseVia(binding, 'Cassandra nodes name each other to the job');
    const { contactPoints, dataCenter, keyspace, prefix, consistency, tls, credentials } = binding;
    return { kind: 'cassandra', contactPoints, dataCenter, keyspace, prefix, consistency, tls, ...credentials };
  }
  throw new FlinkRefusedError(
    `Flink writes to Redis or Cassandra, and ${of} is of kind '${binding.kind}': ` +
      'give --store redis://host:port or cassandra://host:port, or use --engine embedded',
  );
}

function refuseVia(binding: Pick<KafkaLogBinding, 'via'> & { kind: string }, reason: string): void {
  if (binding.via === undefined) return;
  throw new FlinkRefusedError(
    `Flink cannot be led to ${binding.kind} through a proxy (${reason}): ` +
      'leave out faults of that link, or use --engine embedded',
  );
}
