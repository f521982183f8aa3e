/**
 * The impression record: what the stream carries and every layer above knows.
 *
 * An impression is `{tweetId: u64, eventTimeMs}`. Its identity is `(partition, sequence)`; its place in a log (the
 * offset) is another number, because a duplicated impression has two places and one identity. Impressions travel as
 * columns, never as objects.
 */
import { mix32 } from './random.ts';

/** Most rows that one block may hold. */
export const MAX_BLOCK_ROWS = 4096;

/**
 * A run of impressions of one partition, as columns of `count` rows (the arrays may be longer).
 * Row i is the impression `(partition, firstSequence + i)`.
 */
export interface ImpressionBlock {
  partition: number;
  firstSequence: number;
  count: number;
  /** Low and high 32 bits of the tweet id. */
  tweetIdLo: Uint32Array;
  tweetIdHi: Uint32Array;
  /** Event time of row i, whole milliseconds since the epoch: `minEventTimeMs + eventTimeDeltaMs[i]`. */
  eventTimeDeltaMs: Uint32Array;
  /**
   * Least and greatest event time of the rows, so that a reader can tell without looking whether a block crosses an
   * hour.
   */
  minEventTimeMs: number;
  maxEventTimeMs: number;
}

/** An empty block with room for `capacity` rows. */
export function createBlock(partition: number, capacity = MAX_BLOCK_ROWS): ImpressionBlock {
  return {
    partition,
    firstSequence: 0,
    count: 0,
    tweetIdLo: new Uint32Array(capacity),
    tweetIdHi: new Uint32Array(capacity),
    eventTimeDeltaMs: new Uint32Array(capacity),
    minEventTimeMs: 0,
    maxEventTimeMs: 0,
  };
}

/** Rows `[from, to)` of a block as a block of their own, `from < to`; the tweet columns are views, not copies. */
export function sliceBlock(block: ImpressionBlock, from: number, to: number): ImpressionBlock {
  const deltas = block.eventTimeDeltaMs;
  let least = 0xffffffff;
  let greatest = 0;
  for (let row = from; row < to; row++) {
    const delta = deltas[row] as number;
    if (delta < least) least = delta;
    if (delta > greatest) greatest = delta;
  }
  const shift = block.minEventTimeMs;
  return {
    partition: block.partition,
    firstSequence: block.firstSequence + from,
    count: to - from,
    tweetIdLo: block.tweetIdLo.subarray(from, to),
    tweetIdHi: block.tweetIdHi.subarray(from, to),
    eventTimeDeltaMs: deltas.subarray(from, to).map((delta) => delta - least),
    minEventTimeMs: shift + least,
    maxEventTimeMs: shift + greatest,
  };
}

/**
 * The tweet alone decides the partition, so that one tweet's impressions are totally ordered and its state is local.
 */
export function partitionOf(tweetIdLo: number, partitions: number): number {
  return (tweetIdLo >>> 0) % partitions;
}

/** The start of the hour (a tumbling window of `hourMs`, aligned to the epoch) that holds `timeMs`. */
export function hourStartOf(timeMs: number, hourMs: number): number {
  return Math.floor(timeMs / hourMs) * hourMs;
}

/**
 * The key of a partition's fingerprints for sequences `[k·2³², (k+1)·2³²)`; see `fingerprintOf`.
 * Computed once per block, not per row.
 */
export function fingerprintKey(partition: number, sequence: number): number {
  return mix32(mix32(partition + 0x51ed270b) ^ Math.floor(sequence / 4294967296));
}

/**
 * The fingerprint of an impression: a signed 15-bit hash of its identity. Every counter carries the sum of the
 * fingerprints (wrapping at 32 bits) beside the count, in the same write, so that a lost and a doubled impression
 * cannot cancel. `key` is `fingerprintKey(partition, sequence)`. Hot loops may inline the body.
 */
export function fingerprintOf(key: number, sequence: number): number {
  return mix32((sequence | 0) ^ key) >> 17;
}
