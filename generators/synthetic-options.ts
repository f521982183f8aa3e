/**
 * What a synthetic stream is made from: options, their defaults, and the limits within which its arithmetic is exact.
 * A violated limit is a `RangeError` that names the option, the limit and the way out.
 */
import { MAX_BLOCK_ROWS } from './impression.ts';
import { GENERATION_MASK, rankBits } from './tweet-identity.ts';

export type Skew = { kind: 'zipf'; exponent: number } | { kind: 'uniform' };

export interface SyntheticStreamOptions {
  /** Any safe integer. */
  seed: number;
  partitions: number;
  /** Of all partitions together. */
  ratePerSecond: number;
  hourMs: number;
  /** Length of the stream. */
  hours: number;
  /** A whole multiple of `hourMs`: the start of an hour. */
  startMs: number;
  /** Zipf with exponent 1 by default. */
  skew?: Skew;
  /** Share of the tweets that is replaced each hour, 0 to 1; 0.1 by default. */
  turnover?: number;
  /** Share of impressions whose delay is uniform in [1, maxOutOfOrderMs]; 0.01 by default, none if the bound is 0. */
  outOfOrderFraction?: number;
  maxOutOfOrderMs: number;
  /** Share of impressions whose delay is uniform in (maxOutOfOrderMs, maxOutOfOrderMs + maxLateMs]; 0 by default. */
  lateFraction?: number;
  maxLateMs?: number;
  /** Wanted time between two canary impressions of a partition, at most one impression in 100; 10 by default. */
  canaryIntervalMs?: number;
}

export type ResolvedOptions = Required<SyntheticStreamOptions>;

export function withDefaults(options: SyntheticStreamOptions): ResolvedOptions {
  return {
    skew: { kind: 'zipf', exponent: 1 },
    turnover: 0.1,
    outOfOrderFraction: 0.01,
    lateFraction: 0,
    maxLateMs: 0,
    canaryIntervalMs: 10,
    ...options,
  };
}

/** Throws unless every option is in range and the options go together. */
export function checkOptions(options: ResolvedOptions): void {
  const { partitions, ratePerSecond, hourMs, hours, startMs, turnover } = options;
  check(Number.isSafeInteger(options.seed), 'seed', options.seed, 'a whole number within ±2^53');
  check(isWholeWithin(partitions, 1, 65536), 'partitions', partitions, 'a whole number from 1 to 65536');
  check(ratePerSecond > 0 && ratePerSecond <= 1e9, 'ratePerSecond', ratePerSecond, 'above 0 and at most 1e9');
  check(isWholeWithin(hourMs, 1, 1e9), 'hourMs', hourMs, 'whole milliseconds from 1 to 1e9');
  check(
    isWholeWithin(hours, 1, 1e6),
    'hours',
    hours,
    'a whole number from 1 to 1e6: a stream is a whole number of hours',
  );
  check(
    isWholeWithin(startMs, 0, 8.64e15) && startMs % hourMs === 0,
    'startMs',
    startMs,
    `the start of an hour, a multiple of hourMs = ${hourMs}`,
  );
  check(isWithin(turnover, 0, 1), 'turnover', turnover, 'a share from 0 to 1');
  check(hours * turnover < GENERATION_MASK, 'hours', hours, 'fewer hours than a slot has generations (2^29)');
  checkDelays(options);
  check(options.canaryIntervalMs > 0, 'canaryIntervalMs', options.canaryIntervalMs, 'above 0');
  const blockMs = (MAX_BLOCK_ROWS * partitions * 1000) / ratePerSecond + options.maxOutOfOrderMs + options.maxLateMs;
  check(
    blockMs < 2 ** 31,
    'ratePerSecond',
    ratePerSecond,
    `so high that ${MAX_BLOCK_ROWS} impressions of a partition and their delays span less than 24 days: raise the rate`,
  );
}

function checkDelays(options: ResolvedOptions): void {
  const { outOfOrderFraction, lateFraction, maxOutOfOrderMs, maxLateMs } = options;
  check(isWithin(outOfOrderFraction, 0, 1), 'outOfOrderFraction', outOfOrderFraction, 'a share from 0 to 1');
  check(
    isWithin(lateFraction, 0, 1 - outOfOrderFraction),
    'lateFraction',
    lateFraction,
    'a share; both shares at most 1',
  );
  check(isWholeWithin(maxOutOfOrderMs, 0, 1e9), 'maxOutOfOrderMs', maxOutOfOrderMs, 'whole milliseconds from 0 to 1e9');
  const leastLateMs = lateFraction > 0 ? 1 : 0;
  check(
    isWholeWithin(maxLateMs, leastLateMs, 1e9),
    'maxLateMs',
    maxLateMs,
    `whole milliseconds from ${leastLateMs} to 1e9 with lateFraction ${lateFraction}`,
  );
}

/** Throws unless the low lane of an id has room for the ranks of one partition. */
export function checkSlots(slots: number, partitions: number): void {
  const room = 2 ** rankBits(partitions);
  if (slots <= room) return;
  throw new RangeError(
    `${slots} tweets do not fit into one of ${partitions} partitions, which has ids for ${room}: ` +
      'lower ratePerSecond or shorten hourMs',
  );
}

function isWithin(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}

function isWholeWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && isWithin(value, least, most);
}

function check(right: boolean, option: string, value: number, expected: string): void {
  if (!right) throw new RangeError(`synthetic stream: ${option} is ${value}, it must be ${expected}`);
}
