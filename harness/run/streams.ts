/**
 * The streams of a run: the same law and seed for every act, at the act's rate and length. A trace is replayed whole in
 * every act.
 */
import { createBlock, hourStartOf, MAX_BLOCK_ROWS } from '../../generators/impression.ts';
import type { ImpressionSource, StreamDescription } from '../../generators/impression-source.ts';
import { openStream } from '../../generators/open-stream.ts';
import { IMPRESSIONS_PER_TWEET } from '../../generators/popularity.ts';
import { prepareTrace } from '../../generators/trace-stream.ts';
import type { RunConfig } from '../config/run-config.ts';
import type { Workspace } from './workspace.ts';

/**
 * Where the synthetic streams begin, before rounding up to a whole hour: a date as good as any, the same in every run.
 */
const EPOCH_MS = Date.UTC(2026, 0, 1);

export interface StreamPlan {
  /** For the filled log of the capacity act. */
  capacity(): Promise<ImpressionSource>;
  /** For the open loop at the offered rate. */
  steady(): Promise<ImpressionSource>;
  /** For the failure act, with as many hours as the audit needs. */
  failure(commonRatePerSecond: number): Promise<ImpressionSource>;
  /**
   * The least cut-off, in event time, after which every impression of a trace that is replayed at a rate has arrived.
   */
  replayCutOffMs?: number;
}

export async function planStreams(config: RunConfig, workspace: Workspace): Promise<StreamPlan> {
  if (config.trace !== undefined) return planTrace(config, config.trace, workspace);
  const open = (ratePerSecond: number, hours: number): Promise<ImpressionSource> =>
    openStream(syntheticDescription(config, ratePerSecond, hours));
  return {
    capacity: () => open(config.ratePerSecond, capacityHours(config)),
    steady: () => open(config.ratePerSecond, config.actHours),
    failure: (commonRatePerSecond) => open(commonRatePerSecond, failureHours(config, commonRatePerSecond)),
  };
}

/** Whole hours that hold the capacity act's events, at least two so that windows close. */
export function capacityHours(config: RunConfig): number {
  return Math.max(2, Math.round(config.capacityEvents / ((config.ratePerSecond * config.hourMs) / 1000)));
}

/** As many hours as it takes to audit the least number of (tweet, hour) keys at this rate. */
export function failureHours(config: RunConfig, commonRatePerSecond: number): number {
  const keysPerHour = (commonRatePerSecond * config.hourMs) / 1000 / IMPRESSIONS_PER_TWEET;
  return Math.max(config.actHours, Math.ceil((config.minimumAuditedKeys * 1.05) / keysPerHour));
}

function syntheticDescription(config: RunConfig, ratePerSecond: number, hours: number): StreamDescription {
  return {
    kind: 'synthetic',
    seed: config.seed,
    partitions: config.partitions,
    ratePerSecond,
    hourMs: config.hourMs,
    hours,
    startMs: Math.ceil(EPOCH_MS / config.hourMs) * config.hourMs,
    skew: config.skew,
    turnover: config.turnoverFraction,
    outOfOrderFraction: config.outOfOrderFraction,
    maxOutOfOrderMs: config.maxOutOfOrderMs,
    lateFraction: config.lateFraction,
    maxLateMs: config.maxLateMs,
  };
}

/** The trace is read and interned once; every act replays it whole. */
async function planTrace(
  config: RunConfig,
  trace: { file: string; ratePerSecond?: number | undefined },
  workspace: Workspace,
): Promise<StreamPlan> {
  const folder = await workspace.folder('trace');
  const options = await prepareTrace(trace.file, folder, {
    partitions: config.partitions,
    hourMs: config.hourMs,
    ...(trace.ratePerSecond === undefined ? { speed: 1 } : { ratePerSecond: trace.ratePerSecond }),
  });
  const source = await openStream({ kind: 'trace', ...options });
  const same = async (): Promise<ImpressionSource> => source;
  const plan: StreamPlan = { capacity: same, steady: same, failure: same };
  if (trace.ratePerSecond !== undefined) plan.replayCutOffMs = replayCutOffMs(source);
  return plan;
}

/** From the end of the earliest hour to the end of the replay, and an hour for a generator that is late. */
function replayCutOffMs(source: ImpressionSource): number {
  let leastMs = source.startMs;
  for (let partition = 0; partition < source.partitions; partition++) {
    const block = createBlock(partition);
    for (let first = 0; first < source.length(partition); first += MAX_BLOCK_ROWS) {
      source.fill(block, partition, first, Math.min(MAX_BLOCK_ROWS, source.length(partition) - first));
      leastMs = Math.min(leastMs, block.minEventTimeMs);
    }
  }
  return source.endMs - hourStartOf(leastMs, source.hourMs);
}
