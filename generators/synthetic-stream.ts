/**
 * The synthetic stream: tweet impressions at a constant rate, every one of them a pure function of (seed, partition,
 * sequence).
 *
 * Each of P partitions has rate/P and N/P tweets of its own, drawn by their rank (`popularity.ts`), with N such that
 * an hour is expected to hold 36 impressions a distinct tweet, canaries apart. Impression n is due n·P·1000/rate ms
 * after the start; its event time is the whole millisecond in which it is due, less a delay. Laws of the delay: late
 * with probability `lateFraction`, out of order with `outOfOrderFraction`, else none. A slot changes its tweet from
 * hour to hour of event time (`tweet-identity.ts`).
 */
import { ArrivalSchedule } from './arrival-schedule.ts';
import { CanarySchedule } from './canary-schedule.ts';
import type { ImpressionBlock } from './impression.ts';
import type { Canary, ImpressionSource, StreamDescription } from './impression-source.ts';
import { tweetsForImpressions, zipfAliasTable } from './popularity.ts';
import { streamKey } from './random.ts';
import { type FillRun, fillUniformRun, fillZipfRun, rebaseEventTimes } from './synthetic-fill.ts';
import {
  checkOptions,
  checkSlots,
  type ResolvedOptions,
  type SyntheticStreamOptions,
  withDefaults,
} from './synthetic-options.ts';
import { CANARY_ID_HI, generationsOf, generationWord, rankBits } from './tweet-identity.ts';

export type { Skew, SyntheticStreamOptions } from './synthetic-options.ts';

const PURPOSE = { column: 0, coin: 1, alias: 2, delay: 3, slot: 4 } as const;

export class SyntheticStream implements ImpressionSource {
  readonly description: StreamDescription;
  readonly partitions: number;
  readonly hourMs: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly totalImpressions: number;
  readonly canaries: readonly Canary[];
  /** Tweets that a partition has at a time, each in a slot. */
  readonly slotsPerPartition: number;
  readonly #seed: number;
  readonly #uniform: boolean;
  readonly #length: number;
  readonly #schedule: ArrivalSchedule;
  readonly #canarySchedule: CanarySchedule;
  /** First sequence of each hour by schedule, and the end. */
  readonly #firstOfHour: Float64Array;
  readonly #run: FillRun;

  constructor(given: SyntheticStreamOptions) {
    const options = withDefaults(given);
    checkOptions(options);
    const { partitions, hourMs, hours, startMs, ratePerSecond, skew } = options;
    this.description = { kind: 'synthetic', ...options };
    this.partitions = partitions;
    this.hourMs = hourMs;
    this.startMs = startMs;
    this.endMs = startMs + hours * hourMs;
    this.#seed = options.seed;
    this.#uniform = skew.kind === 'uniform';
    this.#schedule = new ArrivalSchedule(startMs, partitions, ratePerSecond);
    this.#firstOfHour = Float64Array.from({ length: hours + 1 }, (_, hour) =>
      this.#schedule.firstAtOrAfter(hour * hourMs),
    );
    this.#length = this.#firstOfHour[hours] as number;
    this.totalImpressions = partitions * this.#length;
    const intervalMs = options.canaryIntervalMs;
    this.#canarySchedule = new CanarySchedule(this.#schedule, { hours, hourMs, length: this.#length, intervalMs });
    this.canaries = Array.from({ length: partitions }, (_, partition) => this.#canarySchedule.canaryOf(partition));
    const ordinaryPerHour = (this.#length - this.#canarySchedule.length) / hours;
    const exponent = skew.kind === 'zipf' ? skew.exponent : 0;
    this.slotsPerPartition = tweetsForImpressions(ordinaryPerHour, exponent);
    checkSlots(this.slotsPerPartition, partitions);
    const table = skew.kind === 'zipf' ? zipfAliasTable(this.slotsPerPartition, exponent) : new Uint32Array(0);
    this.#run = createRun(options, this.#schedule, this.slotsPerPartition, table);
  }

  length(_partition: number): number {
    return this.#length;
  }

  scheduledArrivalMs(_partition: number, sequence: number): number {
    return this.#schedule.arrivalMs(sequence);
  }

  dueBy(_partition: number, timeMs: number): number {
    return timeMs >= this.endMs ? this.#length : Math.min(this.#length, this.#schedule.dueBy(timeMs));
  }

  fill(block: ImpressionBlock, partition: number, firstSequence: number, count: number): void {
    const end = firstSequence + count;
    if (!(firstSequence >= 0 && count >= 0 && end <= this.#length)) {
      throw new RangeError(
        `partition ${partition} has no sequences [${firstSequence}, ${end}): it has ${this.#length}`,
      );
    }
    const run = this.#run;
    this.#choosePartition(partition);
    run.baseMs = Math.floor(this.#schedule.offsetMs(firstSequence));
    run.minMs = 2 ** 31 - 1;
    run.maxMs = -(2 ** 31);
    let sequence = firstSequence;
    while (sequence < end) {
      const canary = this.#canarySchedule.nextAtOrAfter(sequence);
      if (canary === sequence) {
        this.#putCanary(block, sequence - firstSequence, sequence);
        sequence++;
      } else {
        run.firstRow = sequence - firstSequence;
        sequence = this.#fillRun(block, sequence, Math.min(end, canary));
      }
    }
    const minMs = count === 0 ? 0 : run.minMs;
    rebaseEventTimes(block.eventTimeDeltaMs, count, minMs);
    block.partition = partition;
    block.firstSequence = firstSequence;
    block.count = count;
    block.minEventTimeMs = this.startMs + run.baseMs + minMs;
    block.maxEventTimeMs = this.startMs + run.baseMs + (count === 0 ? 0 : run.maxMs);
  }

  spell(tweetIdLo: number, tweetIdHi: number): string {
    return ((BigInt(tweetIdHi) << 32n) | BigInt(tweetIdLo)).toString();
  }

  #choosePartition(partition: number): void {
    const run = this.#run;
    if (run.partition === partition) return;
    if (!(partition >= 0 && partition < this.partitions)) {
      throw new RangeError(`there is no partition ${partition} of ${this.partitions}`);
    }
    run.partition = partition;
    run.aliasKey = streamKey(this.#seed, partition, PURPOSE.alias);
    run.coinKey = streamKey(this.#seed, partition, PURPOSE.coin);
    run.delayKey = streamKey(this.#seed, partition, PURPOSE.delay);
    run.slotKey = streamKey(this.#seed, partition, PURPOSE.slot);
  }

  /** Fills rows from `sequence` on, up to `end` or to where the hour or the key changes; returns where it stopped. */
  #fillRun(block: ImpressionBlock, sequence: number, end: number): number {
    const run = this.#run;
    const hour = Math.floor(Math.floor(this.#schedule.offsetMs(sequence)) / this.hourMs);
    const upperHalf = Math.floor(sequence / 4294967296);
    const stop = Math.min(end, this.#firstOfHour[hour + 1] as number, (upperHalf + 1) * 4294967296);
    const { floor, stepAtOrAbove } = generationsOf(hour, run.turnover);
    run.columnKey = streamKey(this.#seed, run.partition, PURPOSE.column) ^ streamKey(upperHalf, 0, PURPOSE.column);
    run.firstSequence = sequence;
    run.count = stop - sequence;
    run.hourStartMs = hour * this.hourMs - run.baseMs;
    run.floorWord = generationWord(floor);
    run.nextWord = generationWord(floor + 1);
    run.stepAtOrAbove = stepAtOrAbove;
    if (this.#uniform) fillUniformRun(run, block);
    else fillZipfRun(run, block);
    return stop;
  }

  #putCanary(block: ImpressionBlock, row: number, sequence: number): void {
    const run = this.#run;
    const time = Math.floor(this.#schedule.offsetMs(sequence)) - run.baseMs;
    block.tweetIdLo[row] = run.partition;
    block.tweetIdHi[row] = CANARY_ID_HI;
    block.eventTimeDeltaMs[row] = time;
    run.minMs = Math.min(run.minMs, time);
    run.maxMs = Math.max(run.maxMs, time);
  }
}

function createRun(options: ResolvedOptions, schedule: ArrivalSchedule, slots: number, table: Uint32Array): FillRun {
  const bits = rankBits(options.partitions);
  const late = options.lateFraction;
  const outOfOrder = options.maxOutOfOrderMs > 0 ? options.outOfOrderFraction : 0;
  return {
    partitions: options.partitions,
    table,
    slotsScale: slots / 4294967296,
    rankMask: bits === 32 ? -1 : 2 ** bits - 1,
    rankShift: Math.max(1, bits >>> 1),
    numeratorMs: schedule.numeratorMs,
    ratePerSecond: schedule.ratePerSecond,
    hourMs: options.hourMs,
    turnover: options.turnover,
    lateBelow: Math.round(late * 4294967296),
    delayedBelow: Math.round((late + outOfOrder) * 4294967296),
    maxOutOfOrderMs: options.maxOutOfOrderMs,
    maxLateMs: options.maxLateMs,
    partition: -1,
    columnKey: 0,
    coinKey: 0,
    aliasKey: 0,
    delayKey: 0,
    slotKey: 0,
    firstSequence: 0,
    count: 0,
    firstRow: 0,
    baseMs: 0,
    hourStartMs: 0,
    floorWord: 0,
    nextWord: 0,
    stepAtOrAbove: 0,
    minMs: 0,
    maxMs: 0,
  };
}
