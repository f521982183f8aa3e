/** Looks at a Flink cluster without changing it, for `omegabench doctor`. */
import { MonotonicClock } from '../../clock.ts';
import { FlinkRest } from './rest/flink-rest.ts';
import type { FlinkRestOptions } from './rest/http.ts';

export interface FlinkFacts {
  version: string;
  slots: number;
  freeSlots: number;
  /** Host of each task manager. */
  taskManagers: readonly string[];
  /** Jobs that run, of whomever. */
  runningJobs: number;
  /** URL, if one is set. */
  checkpointDirectory: string | undefined;
  savepointDirectory: string | undefined;
  queryableState: boolean;
  /** How old a metric may be when REST tells it. */
  metricsIntervalMs: number;
  /** How old an answer about a job may be. */
  refreshIntervalMs: number;
  /** For so long REST waits for a process that was killed, and tells no metric. */
  webTimeoutMs: number;
  /** After so long a process that hangs counts as dead. */
  heartbeatTimeoutMs: number;
  /** Whether REST takes jars. */
  takesJars: boolean;
  /** Of a question to the REST API and its answer. */
  roundTripMs: number;
}

const TIMEOUT_MS = 5000;

/** What Flink does where its configuration says nothing. */
const DEFAULT_METRICS_INTERVAL_MS = 10_000;
const DEFAULT_REFRESH_INTERVAL_MS = 3000;
const DEFAULT_WEB_TIMEOUT_MS = 600_000;
const DEFAULT_HEARTBEAT_TIMEOUT_MS = 50_000;

/** Rejects as the REST client does, after 5 s at the latest. */
export async function probeFlink(options: FlinkRestOptions): Promise<FlinkFacts> {
  const rest = new FlinkRest({ requestTimeoutMs: TIMEOUT_MS, ...options });
  // The first question pays for the connection.
  const config = await rest.clusterConfig();
  const taskManagers = await rest.taskManagers();
  const clock = MonotonicClock.readingNow(0);
  const { version, slots, freeSlots, runningJobs } = await rest.overview();
  const roundTripMs = clock.nowMs();
  const first = (...keys: string[]): string | undefined =>
    keys.map((key) => config.get(key)).find((value) => value !== undefined && value !== '');
  const duration = (key: string, otherwise: number): number => durationMsOf(first(key) ?? '') ?? otherwise;
  return {
    version,
    slots,
    freeSlots,
    taskManagers: taskManagers.map(({ host }) => host),
    runningJobs,
    checkpointDirectory: first('execution.checkpointing.dir', 'state.checkpoints.dir'),
    savepointDirectory: first('execution.checkpointing.savepoint-dir', 'state.savepoints.dir'),
    queryableState: first('queryable-state.enable') === 'true',
    metricsIntervalMs: duration('metrics.fetcher.update-interval', DEFAULT_METRICS_INTERVAL_MS),
    refreshIntervalMs: duration('web.refresh-interval', DEFAULT_REFRESH_INTERVAL_MS),
    webTimeoutMs: duration('web.timeout', DEFAULT_WEB_TIMEOUT_MS),
    heartbeatTimeoutMs: duration('heartbeat.timeout', DEFAULT_HEARTBEAT_TIMEOUT_MS),
    takesJars: first('web.submit.enable') !== 'false',
    roundTripMs,
  };
}

/** Lengths of Flink's units of time, by the names that they may have. */
const UNITS_MS: readonly (readonly [RegExp, number])[] = [
  [/^(?:ns|nanos?|nanoseconds?)$/, 1e-6],
  [/^(?:µs|micros?|microseconds?)$/, 1e-3],
  [/^(?:ms|millis?|milliseconds?|)$/, 1],
  [/^(?:s|secs?|seconds?)$/, 1000],
  [/^(?:m|min|minutes?)$/, 60_000],
  [/^(?:h|hours?)$/, 3_600_000],
  [/^(?:d|days?)$/, 86_400_000],
];

/** `250`, `250 ms`, `10s` or `1 min`, as Flink's configuration writes them; undefined for anything else. */
export function durationMsOf(text: string): number | undefined {
  const [, digits, unit = ''] = /^\s*(\d+)\s*([a-zµ]*)\s*$/i.exec(text) ?? [];
  const factor = UNITS_MS.find(([names]) => names.test(unit.toLowerCase()))?.[1];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}
