/**
 * The run configuration, fully resolved: what a run is, with nothing left to guess. Units are in the names; fractions
 * are 0 to 1.
 *
 * `RANGES` is the one place that says how far a number may go; the schema, the messages and the help are made from it.
 */
import { z } from 'zod';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Least and greatest value of every number that a person may set; both are allowed. */
export const RANGES = {
  ratePerSecond: [1000, 50_000_000],
  hourMs: [500, HOUR_MS],
  actHours: [2, 1000],
  seed: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  partitions: [1, 64],
  workers: [1, 64],
  turnoverFraction: [0, 1],
  outOfOrderFraction: [0, 1],
  maxOutOfOrderMs: [0, HOUR_MS / 2],
  lateFraction: [0, 1],
  maxLateMs: [1, 24 * HOUR_MS],
  allowedLatenessMs: [0, 24 * HOUR_MS],
  checkpointIntervalMs: [0, HOUR_MS],
  commonRatePerSecond: [1000, 50_000_000],
  capacityEvents: [100_000, 10_000_000_000],
  capacityLimitMs: [500, 10 * MINUTE_MS],
  rungLimitMs: [500, 10 * MINUTE_MS],
  minimumAuditedKeys: [1, 100_000_000],
  alphaBatch: [1, 1_000_000],
  batchCutOffMs: [0, HOUR_MS],
  flinkParallelism: [1, 64],
} as const satisfies Record<string, readonly [number, number]>;

export type RangedSetting = keyof typeof RANGES;

/** Exponents of the Zipf law: 0 would be uniform, beyond 3 one tweet is the stream. */
export const ZIPF_EXPONENT_RANGE = [0.1, 3] as const;

function whole(setting: RangedSetting) {
  return z.int().min(RANGES[setting][0]).max(RANGES[setting][1]);
}

function real(setting: RangedSetting) {
  return z.number().min(RANGES[setting][0]).max(RANGES[setting][1]);
}

/** Whatever stands before an @ in a URL is a secret. */
const serverText = z.string().regex(/^[^@]+$/, 'no credentials');

export const runConfigSchema = z.strictObject({
  /** Names of registered architectures, in the order in which they run. */
  architectures: z.array(z.string()),
  /** Files of architectures of the user's own; they run after the registered ones. */
  architectureFiles: z.array(z.string()),
  /** Impressions offered per second in the steady act, all partitions together. */
  ratePerSecond: whole('ratePerSecond'),
  /** Length of the event-time hour; rates are not scaled with it. */
  hourMs: whole('hourMs'),
  actHours: whole('actHours'),
  seed: whole('seed'),
  partitions: whole('partitions'),
  workers: whole('workers'),
  skew: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('zipf'),
      exponent: z.number().min(ZIPF_EXPONENT_RANGE[0]).max(ZIPF_EXPONENT_RANGE[1]),
    }),
    z.strictObject({ kind: z.literal('uniform') }),
  ]),
  /** Fraction of the tweets that are new in each hour. */
  turnoverFraction: real('turnoverFraction'),
  /** Fraction of the impressions that come out of order, by at most `maxOutOfOrderMs`. */
  outOfOrderFraction: real('outOfOrderFraction'),
  /** How far the watermark trails the greatest event time. */
  maxOutOfOrderMs: whole('maxOutOfOrderMs'),
  /** Fraction of the impressions that come later than that, by at most `maxLateMs` more. */
  lateFraction: real('lateFraction'),
  maxLateMs: whole('maxLateMs'),
  allowedLatenessMs: whole('allowedLatenessMs'),
  /** Wall time between two checkpoints; 0 for the last one only. */
  checkpointIntervalMs: whole('checkpointIntervalMs'),
  /** Rate of the failure act; if absent, half of the lowest capacity that was measured. */
  commonRatePerSecond: whole('commonRatePerSecond').optional(),
  /** Impressions in the log that the capacity act drains, and how long each architecture may take. */
  capacityEvents: whole('capacityEvents'),
  capacityLimitMs: whole('capacityLimitMs'),
  /** Whether alpha's other transaction sizes and sync settings are measured too, and how long each may take. */
  rungs: z.boolean(),
  rungLimitMs: whole('rungLimitMs'),
  /** The failure act takes as many hours as it needs to audit this many (tweet, hour) keys. */
  minimumAuditedKeys: whole('minimumAuditedKeys'),
  faults: z.union([z.literal('none'), z.array(z.string()).min(1)]),
  /** A file of faults that say where and when they strike. */
  faultPlan: z.string().min(1).optional(),
  /** A trace stands in for the synthetic stream; without a rate it is replayed at its own speed. */
  trace: z.strictObject({ file: z.string(), ratePerSecond: whole('ratePerSecond').optional() }).optional(),
  /** Each run makes a folder of its own in here. */
  out: z.string().min(1),
  exportCounts: z.string().min(1).optional(),
  json: z.boolean(),
  quick: z.boolean(),
  increment: z.enum(['atomic', 'read-modify-write']),
  alphaCommit: z.enum(['after-write', 'with-write']),
  alphaBatch: whole('alphaBatch'),
  betaFlush: z.enum(['upsert', 'increment']),
  batchBucket: z.enum(['arrival-time', 'event-time']),
  batchCutOffMs: whole('batchCutOffMs'),
  storeSync: z.enum(['on', 'off']),
  /** `files`, or the URL of a Kafka cluster. No URL here has a user name or a password in it. */
  log: serverText,
  /** `lmdb`, or the URL of Redis or Cassandra. */
  store: serverText,
  speedStore: serverText,
  framing: z.enum(['block', 'event']),
  codec: z.enum(['none', 'gzip', 'snappy', 'lz4', 'zstd']),
  redisClient: z.enum(['await-each', 'pipeline', 'script', 'raw']),
  redisResend: z.enum(['off', 'on']),
  /** `embedded`, or the URL of a Flink cluster. */
  engine: serverText,
  flinkStateBackend: z.enum(['hashmap', 'rocksdb']),
  flinkCheckpointAlignment: z.enum(['aligned', 'unaligned']),
  /** Parallel subtasks of each operator; as many as workers, if absent. */
  flinkParallelism: whole('flinkParallelism').optional(),
  /** How queries read the state of a job on Flink: by key from its task managers, or from updates in a topic. */
  statePath: z.enum(['queryable', 'updates']),
  /** Faults may strike servers that the harness did not start. */
  ownsServers: z.boolean(),
  /** The arguments as they were given, without secrets, for the line that runs it again. */
  arguments: z.array(z.string()),
});

export type RunConfig = z.infer<typeof runConfigSchema>;

/** The part that was said by someone: flags, a config file, a preset. */
export type Settings = Partial<RunConfig>;

/** What `--quick` changes. */
export const QUICK_PRESET = {
  hourMs: 2000,
  capacityEvents: 20_000_000,
  capacityLimitMs: 5000,
  rungLimitMs: 2000,
} as const satisfies Settings;

/** What holds when nothing else was said; the seed is fixed, so that two runs see the same stream. */
export const DEFAULTS = {
  architectureFiles: [] as string[],
  ratePerSecond: 1_000_000,
  hourMs: 5000,
  actHours: 4,
  seed: 42,
  partitions: 4,
  workers: 2,
  skew: { kind: 'zipf', exponent: 1 },
  turnoverFraction: 0.1,
  outOfOrderFraction: 0.01,
  maxOutOfOrderMs: 200,
  lateFraction: 0,
  allowedLatenessMs: 0,
  checkpointIntervalMs: 1000,
  capacityEvents: 40_000_000,
  capacityLimitMs: 8000,
  rungs: true,
  rungLimitMs: 3000,
  minimumAuditedKeys: 20_000,
  faults: ['crash'] as string[],
  out: 'results',
  json: false,
  quick: false,
  increment: 'atomic',
  alphaCommit: 'after-write',
  alphaBatch: 1000,
  betaFlush: 'upsert',
  batchBucket: 'arrival-time',
  batchCutOffMs: 0,
  storeSync: 'on',
  log: 'files',
  store: 'lmdb',
  framing: 'block',
  codec: 'none',
  redisClient: 'pipeline',
  redisResend: 'off',
  engine: 'embedded',
  flinkStateBackend: 'hashmap',
  flinkCheckpointAlignment: 'aligned',
  statePath: 'queryable',
  ownsServers: false,
} as const satisfies Settings;

/** Cassandra's counters are so slow that as many keys as elsewhere would take the failure act many minutes. */
const LEAST_KEYS_ON_CASSANDRA = 1000;

function leastKeys(store: string): number {
  return store.startsWith('cassandra') ? LEAST_KEYS_ON_CASSANDRA : DEFAULTS.minimumAuditedKeys;
}

/** Flink needs seconds to submit the batch job of an hour. */
export const LEAST_BATCH_HOUR_ON_FLINK_MS = 20_000;
const LONG_ON_FLINK = { hourMs: LEAST_BATCH_HOUR_ON_FLINK_MS, capacityLimitMs: 30_000, rungLimitMs: 12_000 };
/** Registered architectures with a batch job. */
export const WITH_BATCH_JOB: readonly string[] = ['batch', 'lambda'];

export function isFlink(engine: string): boolean {
  return /^flinks?:/.test(engine);
}

/**
 * What nobody has said is long enough for Flink: an hour for its submissions, and a drain for its compiler to get warm
 * and for an hour to be over.
 */
function longEnough(engine: string, architectures: readonly string[]): Partial<typeof LONG_ON_FLINK> {
  if (!isFlink(engine)) return {};
  const { hourMs, ...limits } = LONG_ON_FLINK;
  return architectures.some((name) => WITH_BATCH_JOB.includes(name)) ? { hourMs, ...limits } : limits;
}

/**
 * Fills in what was not said. Some defaults follow from other settings: the bound on disorder is at most a quarter of
 * the hour, there are no more workers than partitions, and late impressions are at most an hour later than the bound.
 * Arrivals of a trace that is replayed at a rate say nothing of event times, so batch does not go by them then. The
 * speed store is where the serving store is. On Flink an hour with a batch job is longer, and so are drains.
 */
export function withDefaults(settings: Settings, registered: readonly string[]): RunConfig {
  const architectures = settings.architectures ?? [...registered];
  const preset = settings.quick === true ? QUICK_PRESET : {};
  const long = longEnough(settings.engine ?? DEFAULTS.engine, architectures);
  const base = { ...DEFAULTS, ...preset, ...long, ...settings };
  return {
    ...base,
    // Whoever plans everything does not want the default beside it.
    faults: settings.faults ?? (settings.faultPlan === undefined ? base.faults : 'none'),
    architectures,
    maxOutOfOrderMs: settings.maxOutOfOrderMs ?? Math.min(DEFAULTS.maxOutOfOrderMs, Math.floor(base.hourMs / 4)),
    workers: settings.workers ?? Math.min(DEFAULTS.workers, base.partitions),
    maxLateMs: settings.maxLateMs ?? base.hourMs,
    batchBucket:
      settings.batchBucket ?? (settings.trace?.ratePerSecond === undefined ? DEFAULTS.batchBucket : 'event-time'),
    speedStore: settings.speedStore ?? base.store,
    minimumAuditedKeys: settings.minimumAuditedKeys ?? leastKeys(base.store),
    arguments: base.arguments ?? [],
  };
}
