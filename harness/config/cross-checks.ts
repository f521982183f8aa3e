/** Settings that are each in range but make no sense together. */
import { BenchError } from '../cli/bench-error.ts';
import { checkEngineSettings } from './engine-checks.ts';
import type { RunConfig } from './run-config.ts';
import { checkServerSettings } from './server-checks.ts';
import { flagSource, type SourceOf } from './source.ts';
import { count, duration, fraction, rate } from './units.ts';

/** With fewer impressions than this, an hour of a partition has too few tweets for its figures to mean anything. */
const LEAST_IMPRESSIONS_PER_HOUR_AND_PARTITION = 1000;

/** These describe a synthetic stream; a trace is what it is. */
const SYNTHETIC_ONLY = ['skew', 'turnover', 'out-of-order', 'late', 'max-late'];

/** Throws `BenchError` for the first conflict. `flags` are those of the command line alone. */
export function checkAgainstEachOther(
  config: RunConfig,
  sourceOf: SourceOf,
  flags: Readonly<Record<string, unknown>>,
): void {
  checkWorkers(config, sourceOf);
  checkDisorder(config, sourceOf);
  checkServerSettings(config, sourceOf);
  checkEngineSettings(config, sourceOf);
  if (config.trace === undefined) {
    checkFractions(config, sourceOf);
    checkVolume(config, sourceOf);
  } else {
    checkTrace(flags);
    checkReplay(config, sourceOf);
  }
}

function said(sourceOf: SourceOf, flag: string, value: string): string {
  return (sourceOf(flag) ?? flagSource(flag)).said(value);
}

function instead(sourceOf: SourceOf, flag: string, value: string): string {
  return (sourceOf(flag) ?? flagSource(flag)).instead(value);
}

function checkWorkers(config: RunConfig, sourceOf: SourceOf): void {
  if (config.workers <= config.partitions) return;
  throw new BenchError(
    'OB_CONFLICT',
    `${said(sourceOf, 'workers', String(config.workers))} is more than the ${config.partitions} partitions: a partition has one worker`,
    `Try ${instead(sourceOf, 'workers', String(config.partitions))}, or ${instead(sourceOf, 'partitions', String(config.workers))}.`,
  );
}

function checkDisorder(config: RunConfig, sourceOf: SourceOf): void {
  if (config.maxOutOfOrderMs * 2 >= config.hourMs) {
    const hour = duration.format(config.hourMs);
    throw new BenchError(
      'OB_CONFLICT',
      `${said(sourceOf, 'max-out-of-order', duration.format(config.maxOutOfOrderMs))} is not below half of an hour of ${hour}: ` +
        'windows would close too late to be compared',
      `Lower it to ${duration.format(Math.floor(config.hourMs / 4))}, or make the hour longer than ` +
        `${duration.format(config.maxOutOfOrderMs * 2)} with --hour.`,
    );
  }
}

function checkFractions(config: RunConfig, sourceOf: SourceOf): void {
  if (config.lateFraction + config.outOfOrderFraction > 1) {
    throw new BenchError(
      'OB_CONFLICT',
      `${said(sourceOf, 'late', fraction.format(config.lateFraction))} and ` +
        `${said(sourceOf, 'out-of-order', fraction.format(config.outOfOrderFraction))} are more than all impressions together`,
      'An impression is in order, out of order, or late: lower one of them.',
    );
  }
}

function checkVolume(config: RunConfig, sourceOf: SourceOf): void {
  const perHour = (config.ratePerSecond * config.hourMs) / 1000 / config.partitions;
  if (perHour >= LEAST_IMPRESSIONS_PER_HOUR_AND_PARTITION) return;
  const neededPerSecond = Math.ceil(
    (LEAST_IMPRESSIONS_PER_HOUR_AND_PARTITION * config.partitions * 1000) / config.hourMs,
  );
  throw new BenchError(
    'OB_CONFLICT',
    `${said(sourceOf, 'rate', rate.format(config.ratePerSecond))} gives ${count.format(Math.floor(perHour))} impressions ` +
      `per hour of ${duration.format(config.hourMs)} in each of ${config.partitions} partitions: ` +
      `at least ${count.format(LEAST_IMPRESSIONS_PER_HOUR_AND_PARTITION)} are needed`,
    `Try ${instead(sourceOf, 'rate', rate.format(neededPerSecond))}, a longer --hour or fewer --partitions.`,
  );
}

/** At a rate the clock of a trace is not its event time. */
function checkReplay(config: RunConfig, sourceOf: SourceOf): void {
  if (config.trace?.ratePerSecond === undefined) return;
  if (sourceOf('batch-cut-off') !== undefined) {
    throw new BenchError(
      'OB_CONFLICT',
      '--batch-cut-off has no effect with --trace and --rate: batch jobs wait until the replay is over',
      'Leave out --batch-cut-off, or --rate to replay the trace at its own speed.',
    );
  }
  if (config.batchBucket === 'arrival-time' && config.architectures.includes('lambda')) {
    throw new BenchError(
      'OB_CONFLICT',
      '--batch-bucket arrival-time makes no sense of lambda with --trace and --rate: its two views would never meet in an hour',
      'Leave out --batch-bucket, or lambda, or --rate to replay the trace at its own speed.',
    );
  }
}

function checkTrace(flags: Readonly<Record<string, unknown>>): void {
  const without = SYNTHETIC_ONLY.find((flag) => flags[flag] !== undefined);
  if (without === undefined) return;
  throw new BenchError(
    'OB_CONFLICT',
    `--${without} has no effect with --trace: a trace keeps its own tweets and times`,
    `Leave out --${without}, or --trace.`,
  );
}
