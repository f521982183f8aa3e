/**
 * What the generator is told to offer: the stream, and runs of it that it shall append a second time. Duplicates of the
 * source have the identity of the first and offsets of their own; no architecture can know them, so each must count
 * them.
 */
import type { StreamDescription } from '../../generators/impression-source.ts';

/**
 * Impressions `[firstSequence, firstSequence + count)` of a partition are appended again, as one block, once they are
 * in the log.
 */
export interface RepeatedRun {
  partition: number;
  firstSequence: number;
  /** At most a block's rows. */
  count: number;
}

export interface Offer {
  stream: StreamDescription;
  /** In the order of their sequences, by partition. */
  repeated: readonly RepeatedRun[];
}
