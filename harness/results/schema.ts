/**
 * The result of a run: the contract between the harness and everything that reads results (report, compare, other
 * tools). Checked on write and on read; unknown fields are ignored, so that a reader takes files of a later minor
 * version. A field that is added raises the minor version, one that is removed or changes its meaning raises the
 * major version.
 */
import { z } from 'zod';
import { declarationSchema } from '../../substrates/declaration.ts';
import { capacityAct, failureAct, rung, steadyAct } from './acts.ts';
import { amount, count, isoTime, share } from './figures.ts';

export const schemaVersion = '1.3.0';

/** Everything that the run was told or decided by default. */
export const configSchema = z.object({
  architectures: z.array(z.string()).min(1),
  quick: z.boolean(),
  seed: z.int(),
  ratePerSecond: amount,
  /** Length of the event-time hour. */
  hourMs: amount,
  hours: z.object({ capacity: amount.optional(), steady: amount, failure: amount }),
  /** Events in the filled log of the capacity act, and its time limit. */
  capacityEvents: count,
  capacityLimitMs: amount,
  /** What was asked for; the rate that was used stands in each failure act. */
  commonRatePerSecond: amount.optional(),
  partitions: count,
  workers: count,
  skew: z.discriminatedUnion('law', [
    z.object({ law: z.literal('zipf'), exponent: amount }),
    z.object({ law: z.literal('uniform') }),
  ]),
  /** Share of events that are delayed within `maxOutOfOrderMs`. */
  outOfOrderShare: share,
  /** Share of events that come later than that. */
  lateShare: share,
  /** Share of tweets that are new in each hour. */
  turnoverShare: share,
  maxOutOfOrderMs: amount,
  allowedLatenessMs: amount,
  checkpointIntervalMs: amount,
  canaryIntervalMs: amount.optional(),
  /** Kinds of faults; empty for none. */
  faults: z.array(z.string()),
  /** `files` or `lmdb`, or the URL of a server, without credentials. */
  log: z.string().optional(),
  store: z.string().optional(),
  speedStore: z.string().optional(),
  /** What a record of the Kafka log carries, and how batches are compressed; absent for other logs. */
  framing: z.enum(['block', 'event']).optional(),
  codec: z.enum(['none', 'gzip', 'snappy', 'lz4', 'zstd']).optional(),
  /** How increments went to Redis, and whether unanswered commands were sent again; absent for other stores. */
  redisClient: z.enum(['await-each', 'pipeline', 'script', 'raw']).optional(),
  redisResend: z.enum(['off', 'on']).optional(),
  /** `embedded`, or the URL of a Flink cluster and how jobs are set on it: new in 1.3. */
  engine: z.string().optional(),
  flinkStateBackend: z.enum(['hashmap', 'rocksdb']).optional(),
  flinkCheckpointAlignment: z.enum(['aligned', 'unaligned']).optional(),
  flinkParallelism: count.optional(),
  statePath: z.enum(['queryable', 'updates']).optional(),
  trace: z.object({ path: z.string(), speed: amount.optional(), impressions: count.optional() }).optional(),
  /** The arguments as they were given, without secrets, for the line that runs it again. */
  arguments: z.array(z.string()),
});

const substrate = z.object({ name: z.string(), settings: z.record(z.string(), z.string()) });

/** Ceilings of this machine, each measured alone, so that results of two machines can be set side by side. */
export const calibrationSchema = z.object({
  generatorZipfPerSecond: amount.optional(),
  generatorUniformPerSecond: amount.optional(),
  logAppendPerSecond: amount.optional(),
  logReadPerSecond: amount.optional(),
  windowCountPerSecond: amount.optional(),
  storeGetPerSecond: amount.optional(),
  storePutPerSecond: amount.optional(),
  storeIncrementPerSecond: amount.optional(),
});

/** What a real server of the run, and a client of it, reach on this machine: new in 1.2. */
export const serverCeiling = z.object({
  name: z.string().min(1),
  what: z.string().min(1),
  /** What the server is to the run: new in 1.3. */
  role: z.enum(['log', 'serving', 'speed']).optional(),
  unitsPerSecond: amount,
  /** CPU time of a unit, in microseconds. */
  clientCpuUs: amount.optional(),
  serverCpuUs: amount.optional(),
});

export const environmentSchema = z.object({
  os: z.string(),
  cpuModel: z.string(),
  cores: count,
  memoryBytes: count,
  nodeVersion: z.string(),
  packageVersion: z.string(),
  commit: z.string().optional(),
  lmdbVersion: z.string().optional(),
  substrates: z.object({ eventLog: substrate, keyValueStore: substrate, streamEngine: substrate }),
  calibration: calibrationSchema,
  serverCeilings: z.array(serverCeiling).optional(),
});

/** What the stream was, as far as a reader needs it to judge the figures. */
export const streamSchema = z.object({
  impressionsPerTweetAndHour: amount.optional(),
  distinctTweetsPerHour: amount.optional(),
  /** Share of the events that are canaries. */
  canaryShare: share.optional(),
  notes: z.array(z.string()),
});

export const warningSchema = z.object({
  code: z.string().min(1),
  message: z.string().min(1),
  architecture: z.string().optional(),
  act: z.enum(['capacity', 'steady', 'failure']).optional(),
});

export const claimVerdicts = ['confirmed', 'refuted', 'not-proven', 'not-decided-here'] as const;

/** One pro, con or promise of the talk. */
export const claimSchema = z.object({
  id: z.string().min(1),
  /** An architecture's name, or `all`. */
  architecture: z.string(),
  statement: z.string().min(1),
  verdict: z.enum(claimVerdicts),
  evidence: z.string(),
  figure: z.number().optional(),
});

export const architectureSchema = z.object({
  declaration: declarationSchema,
  /** The architecture that this is a form of, for example `beta` for additive beta. */
  variantOf: z.string().optional(),
  capacity: capacityAct,
  rungs: z.array(rung),
  steady: steadyAct,
  failure: failureAct,
});

export const resultSchema = z.object({
  schemaVersion: z.string().regex(/^\d+\.\d+\.\d+$/, 'a version such as 1.0.0'),
  runId: z.string().min(1),
  startedAt: isoTime,
  /** Of a run that is going on or was interrupted: when the file was written. */
  finishedAt: isoTime,
  /** A run that is still going on counts as interrupted. */
  status: z.enum(['completed', 'interrupted', 'invalid']),
  config: configSchema,
  environment: environmentSchema,
  stream: streamSchema,
  /** By name; a form of an architecture with other options has a name of its own. */
  architectures: z.record(
    z.string().regex(/^[a-z][a-z0-9-]*$/, 'lower-case letters, digits and dashes'),
    architectureSchema,
  ),
  claims: z.array(claimSchema),
  warnings: z.array(warningSchema),
});

export type Result = z.infer<typeof resultSchema>;
export type ResultConfig = z.infer<typeof configSchema>;
export type ResultEnvironment = z.infer<typeof environmentSchema>;
export type ServerCeiling = z.infer<typeof serverCeiling>;
export type Calibration = z.infer<typeof calibrationSchema>;
export type ArchitectureResult = z.infer<typeof architectureSchema>;
export type Claim = z.infer<typeof claimSchema>;
export type ClaimVerdict = Claim['verdict'];
export type Warning = z.infer<typeof warningSchema>;

/** The JSON Schema of a result, as text: what `results/schema/result.schema.json` holds. */
export function resultJsonSchema(): string {
  const schema = z.toJSONSchema(resultSchema, { io: 'input' });
  const title = `A result of omegabench, schema version ${schemaVersion}`;
  return `${JSON.stringify({ title, ...schema }, null, 1)}\n`;
}
