/**
 * The contract of a stream, synthetic or from a trace: a finite, seekable sequence of impressions per partition.
 *
 * Everything is a pure function of `(partition, sequence)`: the generator process, the oracle and the prediction of the
 * batch architecture's errors each compute the part they need, in processes of their own, and agree.
 */
import type { ImpressionBlock } from './impression.ts';
import type { SyntheticStreamOptions } from './synthetic-stream.ts';
import type { TraceStreamOptions } from './trace-stream.ts';

/** What another process needs to open the same stream; plain JSON. */
export type StreamDescription =
  | ({ kind: 'synthetic' } & SyntheticStreamOptions)
  | ({ kind: 'trace' } & TraceStreamOptions);

/**
 * A tweet that nobody reads but the probe: one impression at known times, never delayed, so that an answer tells how
 * far it reaches.
 */
export interface Canary {
  partition: number;
  tweetIdLo: number;
  tweetIdHi: number;
  /** Number of canary impressions in the whole stream of this partition. */
  length: number;
  /** Sequence of the k-th canary impression, k from 0. */
  sequenceOf(k: number): number;
  /** Event time of the k-th canary impression: in a synthetic stream its scheduled arrival, in whole milliseconds. */
  eventTimeMsOf(k: number): number;
}

export interface ImpressionSource {
  readonly description: StreamDescription;
  readonly partitions: number;
  readonly hourMs: number;
  /** Scheduled arrival of the first impression, on the event-time axis; the start of an hour for a synthetic stream. */
  readonly startMs: number;
  /** One past the last scheduled arrival. */
  readonly endMs: number;
  /** All impressions of all partitions, canaries included. */
  readonly totalImpressions: number;
  /** One per partition. */
  readonly canaries: readonly Canary[];
  /** Number of impressions of a partition. */
  length(partition: number): number;
  /**
   * When the impression is due at the log: latency and age count from here, whatever the generator did. Non-decreasing
   * in `sequence`.
   */
  scheduledArrivalMs(partition: number, sequence: number): number;
  /** Number of impressions of a partition that are due at or before `timeMs`. */
  dueBy(partition: number, timeMs: number): number;
  /** Fills `block` with rows `[firstSequence, firstSequence + count)`; `count` must fit the block's columns. */
  fill(block: ImpressionBlock, partition: number, firstSequence: number, count: number): void;
  /** The tweet id as a person wrote it: decimal for synthetic ids, the trace's own spelling otherwise. */
  spell(tweetIdLo: number, tweetIdHi: number): string;
}
