/**
 * The plan: everything that the generic Flink job is told, as JSON in one program argument. The job knows the stage
 * vocabulary and nothing of any architecture, so a new declaration runs without a new jar.
 */
import { z } from 'zod';
import { declarationSchema } from '../../declaration.ts';

export const PLAN_VERSION = 1;
/** Key groups of every job: Flink's own least, and most that a job may ever be scaled to. */
export const MAX_PARALLELISM = 128;

const durationMs = z.int().min(0);
const address = z.string().regex(/^(\[[^\]]+\]|[^:]+):\d+$/, 'host:port');
const port = z.int().min(1).max(65_535);
const login = { username: z.string().optional(), password: z.string().optional() };

const log = z.strictObject({
  brokers: z.array(address).min(1),
  topic: z.string().min(1),
  partitions: z.int().min(1),
  framing: z.enum(['block', 'event']),
  tls: z.boolean(),
  ...login,
});

const store = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('redis'),
    host: z.string().min(1),
    port,
    database: z.int().min(0),
    tls: z.boolean(),
    ...login,
    prefix: z.string().min(1),
  }),
  z.strictObject({
    kind: z.literal('cassandra'),
    contactPoints: z.array(address).min(1),
    dataCenter: z.string().min(1),
    keyspace: z.string().min(1),
    prefix: z.string().min(1),
    consistency: z.enum(['one', 'local-one', 'local-quorum', 'quorum', 'all']),
    tls: z.boolean(),
    ...login,
  }),
]);

/** Kafka's own positions of a partition, the end exclusive. */
const range = z.strictObject({
  partition: z.int().min(0),
  fromPosition: z.int().min(0),
  toPosition: z.int().min(0),
});

const mode = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('stream') }),
  /** One hour of the `batch-job` stage `stage`: blocks of the ranges that arrived in `[arrivedFromMs, arrivedBeforeMs)`. */
  z.strictObject({
    kind: z.literal('batch'),
    stage: z.int().min(0),
    hourStartMs: z.number(),
    arrivedFromMs: z.number(),
    arrivedBeforeMs: z.number(),
    ranges: z.array(range),
  }),
]);

const checkpoints = z.strictObject({
  /** 0 for none. */
  intervalMs: durationMs,
  alignment: z.enum(['aligned', 'unaligned']),
  backend: z.enum(['hashmap', 'rocksdb']),
  /** A URL that all job and task managers can write to; the cluster's own setting if absent. */
  directory: z
    .string()
    .regex(/^[a-z0-9]+:\/\//, 'a URL like file:///var/flink')
    .optional(),
});

const source = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('kafka') }),
  /** The same job fed by a generator inside it: what Kafka costs is the difference. */
  z.strictObject({ kind: z.literal('in-job'), eventsPerPartition: z.int().min(1), tweets: z.int().min(1) }),
]);

export const planSchema = z.strictObject({
  version: z.literal(PLAN_VERSION),
  declaration: declarationSchema,
  settings: z.strictObject({
    hourMs: z.int().min(1),
    maxOutOfOrderMs: durationMs,
    allowedLatenessMs: durationMs,
  }),
  log,
  stores: z.strictObject({ serving: store.optional(), speed: store.optional() }),
  parallelism: z.int().min(1),
  maxParallelism: z.int().min(1).max(32_768),
  mode,
  checkpoints,
  source,
  /** A changed program: only tweets whose low 32 bits are divisible by `keepOneIn` are counted. */
  filter: z.strictObject({ keepOneIn: z.int().min(1) }).optional(),
  /** In-flight counts are upserted to a compacted topic of the log's cluster. */
  stateUpdates: z.strictObject({ topic: z.string().min(1), intervalMs: z.int().min(1) }).optional(),
});

export type FlinkPlan = z.infer<typeof planSchema>;
export type FlinkPlanStore = z.infer<typeof store>;
export type FlinkPlanMode = z.infer<typeof mode>;
export type FlinkCheckpointSettings = z.infer<typeof checkpoints>;
export type FlinkSource = z.infer<typeof source>;

/** The job's program arguments. The plan may hold passwords: what is returned belongs into no message. */
export function planArguments(plan: FlinkPlan): string[] {
  return ['--plan', Buffer.from(JSON.stringify(planSchema.parse(plan))).toString('base64url')];
}

/** The plan of `planArguments`. Error if it is none. */
export function readPlan(encoded: string): FlinkPlan {
  return planSchema.parse(JSON.parse(Buffer.from(encoded, 'base64url').toString()));
}

/** The name that Flink shows: the same for the same plan, so that a running job is found again. */
export function jobNameOf(plan: Pick<FlinkPlan, 'declaration' | 'log' | 'mode'>): string {
  const name = `omegabench-${plan.declaration.name}-${plan.log.topic}`;
  return plan.mode.kind === 'stream' ? name : `${name}-hour-${plan.mode.hourStartMs}`;
}
