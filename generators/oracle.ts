/**
 * The oracle: the exact count and sum of fingerprints of every (tweet, hour), from the stream alone. It regenerates
 * every impression and counts it; it shares no code with the pipelines' windows.
 *
 * A log holds a partition's impressions in the order of its spans, duplicates included; where no spans are given, a
 * log is taken to hold each impression once, in order. `Labelling` says which hour an impression belongs to, and
 * whether it counts at all.
 */
import { CountTable } from './count-table.ts';
import {
  createBlock,
  fingerprintKey,
  fingerprintOf,
  hourStartOf,
  type ImpressionBlock,
  MAX_BLOCK_ROWS,
} from './impression.ts';
import type { ImpressionSource } from './impression-source.ts';

/** A run of impressions that a log took at one time, as its block header says. */
export interface ArrivalSpan {
  firstSequence: number;
  count: number;
  arrivalMs: number;
}

export type Labelling =
  /**
   * The hour of the event time. With `drop`, an event at place n of its partition is dropped iff
   * hourEnd + allowedLatenessMs ≤ wm(n), where wm(n) = greatest event time at places before n - maxOutOfOrderMs.
   */
  | { by: 'event-time'; drop?: { maxOutOfOrderMs: number; allowedLatenessMs: number } }
  /** The hour in which the log took the impression. */
  | { by: 'arrival-time'; spans: readonly (readonly ArrivalSpan[])[] }
  /** The hour of the event time, if the log took the impression before hourEnd + cutOffMs; not counted otherwise. */
  | { by: 'event-time-before-cut-off'; cutOffMs: number; spans: readonly (readonly ArrivalSpan[])[] };

export interface TallyOptions {
  labelling: Labelling;
  /** How many impressions of each partition count, in the order of the log; all by default. */
  upTo?: readonly number[];
  /** What each partition's log holds, in its order; only for the labelling by event time, the others have their own. */
  spans?: readonly (readonly ArrivalSpan[])[];
}

/** Counters by (tweet, hour) as columns, in the shape of the key/value store's rows. */
export interface TallyRows {
  count: number;
  tweetIdLo: Uint32Array;
  tweetIdHi: Uint32Array;
  hourStartMs: Float64Array;
  counter: Uint32Array;
  /** Sum of fingerprints, wrapping at 32 bits. */
  fingerprint: Int32Array;
}

export interface Tally {
  /** Sorted by (hourStartMs, tweetIdHi, tweetIdLo). */
  rows: TallyRows;
  /** Impressions counted in the rows. */
  events: number;
  /** Impressions dropped by the rule of lateness; 0 without `drop`. */
  lateDroppedEvents: number;
  lateDroppedByPartition: number[];
  /** Impressions that came after the cut-off of their hour. */
  afterCutOffEvents: number;
  afterCutOffByPartition: number[];
  /** The row of a key, or -1. O(log rows). */
  find(tweetIdLo: number, tweetIdHi: number, hourStartMs: number): number;
}

/**
 * Counts a stream, or a prefix of it; 10 M impressions take a second or so. `RangeError` if spans or `upTo` do not fit
 * the stream.
 */
export function tally(source: ImpressionSource, options: TallyOptions): Tally {
  const { labelling, upTo } = options;
  const spans = labelling.by === 'event-time' ? options.spans : labelling.spans;
  checkPerPartition('spans', spans, source.partitions);
  checkPerPartition('upTo', upTo, source.partitions);
  const hours = new HourTables(source.hourMs);
  const refused: number[] = [];
  for (let partition = 0; partition < source.partitions; partition++) {
    const log = spans?.[partition] ?? [
      { firstSequence: 0, count: source.length(partition), arrivalMs: source.startMs },
    ];
    const rule = ruleOf(labelling);
    forEachBlock(source, partition, log, upTo?.[partition] ?? Infinity, (block, arrivalMs) => {
      if (labelling.by === 'arrival-time') hours.countInHourOf(arrivalMs, block);
      else {
        if (labelling.by === 'event-time-before-cut-off') rule.clockMs = arrivalMs;
        hours.countInEventHours(block, rule);
      }
    });
    refused.push(rule.refusedEvents);
  }
  const none = refused.map(() => 0);
  const lateDropped = labelling.by === 'event-time' ? refused : none;
  const afterCutOff = labelling.by === 'event-time-before-cut-off' ? refused : none;
  const rows = hours.rows();
  return {
    rows,
    events: hours.events,
    lateDroppedEvents: sum(lateDropped),
    lateDroppedByPartition: lateDropped,
    afterCutOffEvents: sum(afterCutOff),
    afterCutOffByPartition: afterCutOff,
    find: (tweetIdLo, tweetIdHi, hourStartMs) => findRow(rows, tweetIdLo, tweetIdHi, hourStartMs),
  };
}

function checkPerPartition(name: string, given: readonly unknown[] | undefined, partitions: number): void {
  if (given === undefined || given.length === partitions) return;
  throw new RangeError(
    `${name} is for ${given.length} partitions, the stream has ${partitions}: give one entry for each`,
  );
}

/**
 * An event is refused iff hourEnd + graceMs ≤ clockMs. After each event the clock advances to its time - boundMs, if
 * that is later.
 */
interface RefusalRule {
  clockMs: number;
  readonly graceMs: number;
  readonly boundMs: number;
  refusedEvents: number;
}

/** The watermark is a clock that events advance; the cut-off's clock is the arrival, which they do not. */
function ruleOf(labelling: Labelling): RefusalRule {
  const rule = { clockMs: -Infinity, graceMs: Infinity, boundMs: Infinity, refusedEvents: 0 };
  if (labelling.by === 'event-time-before-cut-off') return { ...rule, graceMs: labelling.cutOffMs };
  if (labelling.by === 'arrival-time' || labelling.drop === undefined) return rule;
  return { ...rule, graceMs: labelling.drop.allowedLatenessMs, boundMs: labelling.drop.maxOutOfOrderMs };
}

/** Visits what a partition's log holds, up to `limit` impressions, in blocks of one span each. */
function forEachBlock(
  source: ImpressionSource,
  partition: number,
  log: readonly ArrivalSpan[],
  limit: number,
  visit: (block: ImpressionBlock, arrivalMs: number) => void,
): void {
  const block = createBlock(partition);
  let left = limit;
  for (const span of log) {
    const end = span.firstSequence + Math.min(span.count, left);
    left -= end - span.firstSequence;
    for (let first = span.firstSequence; first < end; first += MAX_BLOCK_ROWS) {
      source.fill(block, partition, first, Math.min(MAX_BLOCK_ROWS, end - first));
      visit(block, span.arrivalMs);
    }
    if (left <= 0) return;
  }
}

/** One table of counts for each hour. */
class HourTables {
  events = 0;
  readonly #hourMs: number;
  readonly #tables = new Map<number, CountTable>();

  constructor(hourMs: number) {
    this.#hourMs = hourMs;
  }

  /** Counts all rows of a block in the hour of `timeMs`. */
  countInHourOf(timeMs: number, block: ImpressionBlock): void {
    const { partition, firstSequence, count, tweetIdLo, tweetIdHi } = block;
    const table = this.#tableOf(hourStartOf(timeMs, this.#hourMs));
    for (let row = 0; row < count; row++) {
      table.add(tweetIdLo[row] as number, tweetIdHi[row] as number, fingerprintAt(partition, firstSequence + row));
    }
    this.events += count;
  }

  /** Counts the rows of a block in the hours of their event times, but for those that `rule` refuses. */
  countInEventHours(block: ImpressionBlock, rule: RefusalRule): void {
    const { partition, firstSequence, count, tweetIdLo, tweetIdHi, eventTimeDeltaMs, minEventTimeMs } = block;
    const hourMs = this.#hourMs;
    const { graceMs, boundMs } = rule;
    let { clockMs } = rule;
    let hourStartMs = Number.NaN;
    let table: CountTable | undefined;
    let refused = 0;
    for (let row = 0; row < count; row++) {
      const timeMs = minEventTimeMs + (eventTimeDeltaMs[row] as number);
      if (table === undefined || timeMs < hourStartMs || timeMs >= hourStartMs + hourMs) {
        hourStartMs = hourStartOf(timeMs, hourMs);
        table = this.#tableOf(hourStartMs);
      }
      if (hourStartMs + hourMs + graceMs <= clockMs) refused++;
      else table.add(tweetIdLo[row] as number, tweetIdHi[row] as number, fingerprintAt(partition, firstSequence + row));
      if (timeMs - boundMs > clockMs) clockMs = timeMs - boundMs;
    }
    rule.clockMs = clockMs;
    rule.refusedEvents += refused;
    this.events += count - refused;
  }

  rows(): TallyRows {
    const hours = [...this.#tables].sort(([a], [b]) => a - b);
    const count = hours.reduce((total, [, table]) => total + table.size, 0);
    const rows: TallyRows = {
      count,
      tweetIdLo: new Uint32Array(count),
      tweetIdHi: new Uint32Array(count),
      hourStartMs: new Float64Array(count),
      counter: new Uint32Array(count),
      fingerprint: new Int32Array(count),
    };
    let row = 0;
    for (const [hourStartMs, table] of hours) {
      for (const id of table.sortedIds()) {
        const lo = Number(id & 0xffffffffn);
        const hi = Number(id >> 32n);
        rows.tweetIdLo[row] = lo;
        rows.tweetIdHi[row] = hi;
        rows.hourStartMs[row] = hourStartMs;
        rows.counter[row] = table.countOf(lo, hi);
        rows.fingerprint[row++] = table.fingerprintOf(lo, hi);
      }
    }
    return rows;
  }

  #tableOf(hourStartMs: number): CountTable {
    let table = this.#tables.get(hourStartMs);
    if (table === undefined) {
      table = new CountTable();
      this.#tables.set(hourStartMs, table);
    }
    return table;
  }
}

function fingerprintAt(partition: number, sequence: number): number {
  return fingerprintOf(fingerprintKey(partition, sequence), sequence);
}

/** Binary search in the order (hourStartMs, tweetIdHi, tweetIdLo). */
function findRow(rows: TallyRows, tweetIdLo: number, tweetIdHi: number, hourStartMs: number): number {
  let from = 0;
  let to = rows.count;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const order =
      (rows.hourStartMs[middle] as number) - hourStartMs ||
      (rows.tweetIdHi[middle] as number) - tweetIdHi ||
      (rows.tweetIdLo[middle] as number) - tweetIdLo;
    if (order === 0) return middle;
    if (order < 0) from = middle + 1;
    else to = middle;
  }
  return -1;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
