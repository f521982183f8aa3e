/**
 * The hot loops of the synthetic stream. A run is a stretch of ordinary impressions of one partition that are
 * scheduled within one hour; what is the same for all of its rows is computed once, by the caller, and kept in a
 * `FillRun` that is used again and again.
 *
 * A row takes two hashes for its rank and coins (a third for the alias table) and one for its slot:
 *
 *     a = mix32(n ^ key)    column, upper bits         b = mix32(a ^ key')   coin of delay; column, lower bits
 *     c = mix32(b ^ key'')  coin of the alias table
 *
 * The column is ⌊(a·2³² + b)/2⁶⁴ · N⌋ to 52 bits, so that columns are even for any N.
 */
import type { ImpressionBlock } from './impression.ts';
import { mix32 } from './random.ts';
import { GENERATION_MASK, generationsOf, generationWord, permuteRank, slotHash, TWEET_BIT } from './tweet-identity.ts';

const { imul } = Math;

/**
 * Parameters of a run of rows; times are whole milliseconds after `baseMs`, which is relative to the stream's start.
 */
export interface FillRun {
  // The stream's.
  partitions: number;
  table: Uint32Array;
  slotsScale: number;
  rankMask: number;
  rankShift: number;
  numeratorMs: number;
  ratePerSecond: number;
  hourMs: number;
  turnover: number;
  /** Coins below this are late; below the next, out of order; of 2³². */
  lateBelow: number;
  delayedBelow: number;
  maxOutOfOrderMs: number;
  maxLateMs: number;
  // The partition's.
  partition: number;
  columnKey: number;
  coinKey: number;
  aliasKey: number;
  delayKey: number;
  slotKey: number;
  // The run's.
  firstSequence: number;
  count: number;
  firstRow: number;
  baseMs: number;
  hourStartMs: number;
  /** The hour's generations, see `generationsOf`. */
  floorWord: number;
  nextWord: number;
  stepAtOrAbove: number;
  // Results: least and greatest event time of the block so far.
  minMs: number;
  maxMs: number;
}

const PER_2_20 = 2 ** -20;

/**
 * Event time of a row whose coin says that it is delayed. Late: uniform in (bound, bound + maxLate]; out of order:
 * uniform in [1, bound]. Never before the stream's start.
 */
function delayedMs(run: FillRun, coin: number, onTimeMs: number): number {
  const share = (mix32(coin ^ run.delayKey) >>> 0) / 4294967296;
  const delay =
    coin >>> 0 < run.lateBelow
      ? run.maxOutOfOrderMs + 1 + Math.floor(share * run.maxLateMs)
      : 1 + Math.floor(share * run.maxOutOfOrderMs);
  return Math.max(onTimeMs - delay, -run.baseMs);
}

/** The generation word of a slot in the hour of a row that fell into an earlier hour than the run's. */
function earlierWord(run: FillRun, timeMs: number, hash: number): number {
  const hour = Math.floor((run.baseMs + timeMs) / run.hourMs);
  const { floor, stepAtOrAbove } = generationsOf(hour, run.turnover);
  return generationWord(hash >>> 0 >= stepAtOrAbove ? floor + 1 : floor);
}

/**
 * Fills the run's rows with Zipf ranks. Event times are left relative to `baseMs`, and may be negative as 32-bit
 * patterns.
 */
export function fillZipfRun(run: FillRun, block: ImpressionBlock): void {
  const { partitions, partition, table, slotsScale, rankMask, rankShift, numeratorMs, ratePerSecond } = run;
  const { columnKey, coinKey, aliasKey, slotKey, baseMs, hourStartMs, delayedBelow } = run;
  const { floorWord, nextWord, stepAtOrAbove, firstRow, count } = run;
  const { tweetIdLo, tweetIdHi, eventTimeDeltaMs } = block;
  const low = run.firstSequence | 0;
  let dueNumerator = run.firstSequence * numeratorMs;
  let minMs = run.minMs;
  let maxMs = run.maxMs;
  for (let i = 0; i < count; i++) {
    const a = mix32((low + i) ^ columnKey);
    const b = mix32(a ^ coinKey);
    const column = (((a >>> 0) + (b >>> 12) * PER_2_20) * slotsScale) | 0;
    const coin = mix32(b ^ aliasKey) >>> 0;
    const rank = coin < (table[2 * column] as number) ? column : (table[2 * column + 1] as number);
    let time = (Math.floor(dueNumerator / ratePerSecond) - baseMs) | 0;
    dueNumerator += numeratorMs;
    const hash = slotHash(rank, slotKey);
    let word = hash >>> 0 >= stepAtOrAbove ? nextWord : floorWord;
    if (b >>> 0 < delayedBelow) {
      time = delayedMs(run, b, time) | 0;
      if (time < hourStartMs) word = earlierWord(run, time, hash);
    }
    if (time < minMs) minMs = time;
    if (time > maxMs) maxMs = time;
    const row = firstRow + i;
    tweetIdLo[row] = (imul(permuteRank(rank, slotKey, rankMask, rankShift), partitions) + partition) | 0;
    tweetIdHi[row] = ((hash ^ word) & GENERATION_MASK) | TWEET_BIT;
    eventTimeDeltaMs[row] = time;
  }
  run.minMs = minMs;
  run.maxMs = maxMs;
}

/** As `fillZipfRun`, with uniform ranks: a loop of its own, because one loop for both would be slower for either. */
export function fillUniformRun(run: FillRun, block: ImpressionBlock): void {
  const { partitions, partition, slotsScale, rankMask, rankShift, numeratorMs, ratePerSecond } = run;
  const { columnKey, coinKey, slotKey, baseMs, hourStartMs, delayedBelow } = run;
  const { floorWord, nextWord, stepAtOrAbove, firstRow, count } = run;
  const { tweetIdLo, tweetIdHi, eventTimeDeltaMs } = block;
  const low = run.firstSequence | 0;
  let dueNumerator = run.firstSequence * numeratorMs;
  let minMs = run.minMs;
  let maxMs = run.maxMs;
  for (let i = 0; i < count; i++) {
    const a = mix32((low + i) ^ columnKey);
    const b = mix32(a ^ coinKey);
    const rank = (((a >>> 0) + (b >>> 12) * PER_2_20) * slotsScale) | 0;
    let time = (Math.floor(dueNumerator / ratePerSecond) - baseMs) | 0;
    dueNumerator += numeratorMs;
    const hash = slotHash(rank, slotKey);
    let word = hash >>> 0 >= stepAtOrAbove ? nextWord : floorWord;
    if (b >>> 0 < delayedBelow) {
      time = delayedMs(run, b, time) | 0;
      if (time < hourStartMs) word = earlierWord(run, time, hash);
    }
    if (time < minMs) minMs = time;
    if (time > maxMs) maxMs = time;
    const row = firstRow + i;
    tweetIdLo[row] = (imul(permuteRank(rank, slotKey, rankMask, rankShift), partitions) + partition) | 0;
    tweetIdHi[row] = ((hash ^ word) & GENERATION_MASK) | TWEET_BIT;
    eventTimeDeltaMs[row] = time;
  }
  run.minMs = minMs;
  run.maxMs = maxMs;
}

/** Moves the event times of `count` rows from the run's base to the least of them, which makes them unsigned. */
export function rebaseEventTimes(eventTimeDeltaMs: Uint32Array, count: number, minMs: number): void {
  if (minMs === 0) return;
  for (let row = 0; row < count; row++) eventTimeDeltaMs[row] = (eventTimeDeltaMs[row] as number) - minMs;
}
