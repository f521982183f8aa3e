/**
 * A recorded trace as a stream. A trace keeps its own event times and is replayed whole, in the order of the file,
 * with nothing added: its canaries are tweets of its own, the busiest of each partition.
 *
 * Schedule, on the event-time axis, from the event time of the file's first line: at a speed s, arrival = first +
 * (running maximum of event time - first) / s, so that at speed 1 nothing arrives before it happened; at another speed
 * the axis of arrivals is compressed and event times are not. At a rate, line i (from 0) arrives at first +
 * i·1000/rate.
 */
import { mkdir } from 'node:fs/promises';
import { type ImpressionBlock, MAX_BLOCK_ROWS, partitionOf } from './impression.ts';
import type { Canary, ImpressionSource, StreamDescription } from './impression-source.ts';
import {
  ColumnWriter,
  columnPath,
  Dictionary,
  DictionaryWriter,
  readF64Column,
  readU32Column,
} from './trace-columns.ts';
import { readTrace, TraceError } from './trace-file.ts';

export interface TracePreparation {
  partitions: number;
  hourMs: number;
  /** How many times faster than it happened; 1 if neither this nor a rate is given. */
  speed?: number;
  /** Impressions per second of all partitions together, instead of the trace's own pace. */
  ratePerSecond?: number;
}

/** A prepared trace, plain JSON; what `prepareTrace` returns. */
export interface TraceStreamOptions extends TracePreparation {
  /** Where the columns and the dictionary lie. */
  directory: string;
  /** Scheduled arrival, and event time, of the file's first impression. */
  startMs: number;
  /** One past the last scheduled arrival. */
  endMs: number;
  totalImpressions: number;
  distinctTweets: number;
}

const MAX_DELTA_MS = 0xffffffff;

/**
 * Reads a trace once and writes it to `directory` (made if absent) as columns. Rejects with `TraceError`, or
 * `RangeError` for a bad option.
 */
export async function prepareTrace(
  file: string,
  directory: string,
  preparation: TracePreparation,
): Promise<TraceStreamOptions> {
  checkPreparation(preparation);
  await mkdir(directory, { recursive: true });
  const { partitions, ratePerSecond, speed = 1 } = preparation;
  const dictionary = new DictionaryWriter(directory);
  const writers = Array.from({ length: partitions }, (_, partition) => new PartitionWriter(directory, partition));
  let rows = 0;
  let firstMs = 0;
  let greatestMs = 0;
  let arrivalMs = 0;
  try {
    await readTrace(file, (tweetId, eventTimeMs, line) => {
      if (rows === 0) {
        firstMs = eventTimeMs;
        greatestMs = eventTimeMs;
      }
      greatestMs = Math.max(greatestMs, eventTimeMs);
      arrivalMs =
        firstMs + (ratePerSecond === undefined ? (greatestMs - firstMs) / speed : (rows * 1000) / ratePerSecond);
      const id = dictionary.intern(tweetId);
      const writer = writers[partitionOf(id, partitions)] as PartitionWriter;
      if (!writer.push(id, eventTimeMs, arrivalMs)) throw new TraceError(file, line, TOO_FAR_APART);
      rows++;
    });
  } finally {
    for (const writer of writers) writer.close();
    dictionary.close();
  }
  return {
    ...preparation,
    directory,
    startMs: firstMs,
    endMs: Math.floor(arrivalMs) + 1,
    totalImpressions: rows,
    distinctTweets: dictionary.size,
  };
}

const TOO_FAR_APART =
  'expected event times within 49.7 days of each other among any ' +
  `${MAX_BLOCK_ROWS} consecutive impressions of a partition (blocks hold 32 bits of milliseconds), ` +
  'found one further off: replay the trace in pieces';

function checkPreparation({ partitions, hourMs, speed, ratePerSecond }: TracePreparation): void {
  const positive = (value: number) => value > 0 && value < Infinity;
  if (!(Number.isInteger(partitions) && partitions >= 1))
    throw new RangeError(`partitions is ${partitions}, it must be 1 or more`);
  if (!(Number.isInteger(hourMs) && hourMs >= 1))
    throw new RangeError(`hourMs is ${hourMs}, it must be whole milliseconds`);
  if (speed !== undefined && ratePerSecond !== undefined) {
    throw new RangeError('a trace is replayed at a speed or at a rate: give one of the two, not both');
  }
  if (speed !== undefined && !positive(speed)) throw new RangeError(`speed is ${speed}, it must be above 0`);
  if (ratePerSecond !== undefined && !positive(ratePerSecond)) {
    throw new RangeError(`ratePerSecond is ${ratePerSecond}, it must be above 0`);
  }
}

/** Writes the columns of one partition. */
class PartitionWriter {
  readonly #ids: ColumnWriter;
  readonly #times: ColumnWriter;
  readonly #arrivals: ColumnWriter;
  #rows = 0;
  // Event times of this run of MAX_BLOCK_ROWS rows and the one before, which together hold every block that ends in
  // this one.
  #least = Infinity;
  #greatest = -Infinity;
  #leastBefore = Infinity;
  #greatestBefore = -Infinity;

  constructor(directory: string, partition: number) {
    this.#ids = new ColumnWriter(columnPath(directory, partition, 'ids'), 'u32');
    this.#times = new ColumnWriter(columnPath(directory, partition, 'times'), 'f64');
    this.#arrivals = new ColumnWriter(columnPath(directory, partition, 'arrivals'), 'f64');
  }

  /** False, if a block might not hold the row beside its neighbours. */
  push(id: number, eventTimeMs: number, arrivalMs: number): boolean {
    if (this.#rows++ % MAX_BLOCK_ROWS === 0) {
      this.#leastBefore = this.#least;
      this.#greatestBefore = this.#greatest;
      this.#least = eventTimeMs;
      this.#greatest = eventTimeMs;
    }
    this.#least = Math.min(this.#least, eventTimeMs);
    this.#greatest = Math.max(this.#greatest, eventTimeMs);
    this.#ids.push(id);
    this.#times.push(eventTimeMs);
    this.#arrivals.push(arrivalMs);
    const span = Math.max(this.#greatest, this.#greatestBefore) - Math.min(this.#least, this.#leastBefore);
    return span <= MAX_DELTA_MS;
  }

  close(): void {
    this.#ids.close();
    this.#times.close();
    this.#arrivals.close();
  }
}

interface PartitionColumns {
  ids: Uint32Array;
  times: Float64Array;
  arrivals: Float64Array;
}

export class TraceStream implements ImpressionSource {
  readonly description: StreamDescription;
  readonly partitions: number;
  readonly hourMs: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly totalImpressions: number;
  readonly canaries: readonly Canary[];
  readonly #columns: readonly PartitionColumns[];
  readonly #dictionary: Dictionary;

  /** Opens a prepared trace; all of its columns are held in memory, 20 bytes an impression. */
  constructor(options: TraceStreamOptions) {
    const { directory, partitions } = options;
    this.description = { kind: 'trace', ...options };
    this.partitions = partitions;
    this.hourMs = options.hourMs;
    this.startMs = options.startMs;
    this.endMs = options.endMs;
    this.totalImpressions = options.totalImpressions;
    this.#dictionary = new Dictionary(directory);
    this.#columns = Array.from({ length: partitions }, (_, partition) => ({
      ids: readU32Column(columnPath(directory, partition, 'ids')),
      times: readF64Column(columnPath(directory, partition, 'times')),
      arrivals: readF64Column(columnPath(directory, partition, 'arrivals')),
    }));
    this.canaries = this.#columns.map((columns, partition) => busiestTweet(columns, partition, options.distinctTweets));
  }

  length(partition: number): number {
    return this.#partition(partition).ids.length;
  }

  scheduledArrivalMs(partition: number, sequence: number): number {
    const arrivalMs = this.#partition(partition).arrivals[sequence];
    if (arrivalMs === undefined) throw new RangeError(`partition ${partition} has no sequence ${sequence}`);
    return arrivalMs;
  }

  dueBy(partition: number, timeMs: number): number {
    const { arrivals } = this.#partition(partition);
    let due = 0;
    let end = arrivals.length;
    while (due < end) {
      const middle = (due + end) >>> 1;
      if ((arrivals[middle] as number) <= timeMs) due = middle + 1;
      else end = middle;
    }
    return due;
  }

  fill(block: ImpressionBlock, partition: number, firstSequence: number, count: number): void {
    const { ids, times } = this.#partition(partition);
    const end = firstSequence + count;
    if (!(firstSequence >= 0 && count >= 0 && end <= ids.length)) {
      throw new RangeError(`partition ${partition} has no sequences [${firstSequence}, ${end}): it has ${ids.length}`);
    }
    let leastMs = count === 0 ? this.startMs : Infinity;
    let greatestMs = count === 0 ? this.startMs : -Infinity;
    for (let sequence = firstSequence; sequence < end; sequence++) {
      const time = times[sequence] as number;
      if (time < leastMs) leastMs = time;
      if (time > greatestMs) greatestMs = time;
    }
    for (let row = 0; row < count; row++) {
      block.tweetIdLo[row] = ids[firstSequence + row] as number;
      block.tweetIdHi[row] = 0;
      block.eventTimeDeltaMs[row] = (times[firstSequence + row] as number) - leastMs;
    }
    block.partition = partition;
    block.firstSequence = firstSequence;
    block.count = count;
    block.minEventTimeMs = leastMs;
    block.maxEventTimeMs = greatestMs;
  }

  spell(tweetIdLo: number, tweetIdHi: number): string {
    const spelling = tweetIdHi === 0 ? this.#dictionary.spell(tweetIdLo) : undefined;
    if (spelling === undefined) throw new RangeError(`the trace has no tweet (lo ${tweetIdLo}, hi ${tweetIdHi})`);
    return spelling;
  }

  #partition(partition: number): PartitionColumns {
    const columns = this.#columns[partition];
    if (columns === undefined) throw new RangeError(`there is no partition ${partition} of ${this.partitions}`);
    return columns;
  }
}

/** High lane of the canary of a partition without impressions; no tweet of a trace has it. */
const NOBODY_HI = 0xffffffff;

/** The tweet with the most impressions, the first seen of several, as the partition's canary. */
function busiestTweet({ ids, times }: PartitionColumns, partition: number, distinctTweets: number): Canary {
  const counts = new Uint32Array(distinctTweets + 1);
  for (const id of ids) counts[id] = (counts[id] as number) + 1;
  let busiest = 0;
  for (let id = 1; id <= distinctTweets; id++) {
    if ((counts[id] as number) > (counts[busiest] as number)) busiest = id;
  }
  const length = counts[busiest] as number;
  const sequences = new Float64Array(length);
  const eventTimes = new Float64Array(length);
  let k = 0;
  for (let sequence = 0; sequence < ids.length; sequence++) {
    if (ids[sequence] !== busiest) continue;
    sequences[k] = sequence;
    eventTimes[k++] = times[sequence] as number;
  }
  const at = (column: Float64Array, index: number): number => {
    const value = column[index];
    if (value === undefined) throw new RangeError(`there is no canary impression ${index} of ${length}`);
    return value;
  };
  return {
    partition,
    tweetIdLo: length === 0 ? partition : busiest,
    tweetIdHi: length === 0 ? NOBODY_HI : 0,
    length,
    sequenceOf: (index) => at(sequences, index),
    eventTimeMsOf: (index) => at(eventTimes, index),
  };
}
