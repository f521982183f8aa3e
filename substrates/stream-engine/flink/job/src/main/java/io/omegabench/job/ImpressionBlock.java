package io.omegabench.job;

/**
 * An entry of the log, decoded: a run of impressions of one partition as columns, or a control entry without rows. One
 * instance is used again and again; its columns are valid until the next entry is decoded.
 */
final class ImpressionBlock {
  /** Most rows that one block may hold. */
  static final int MAX_ROWS = 4096;

  enum Kind {
    IMPRESSIONS,
    HEARTBEAT,
    END
  }

  Kind kind = Kind.HEARTBEAT;
  int partition;
  /** Offset of the first row; of a control entry, the offset that the next impression will have. */
  long firstOffset;
  long firstSequence;
  long arrivalMs;
  /** The rows are `[from, to)`: rows that were read before are passed over. */
  int from;
  int to;
  final long[] tweetId = new long[MAX_ROWS];
  final long[] eventTimeMs = new long[MAX_ROWS];

  /** Rows that are to be read. */
  int rows() {
    return to - from;
  }

  /** The offset after the last row. */
  long nextOffset() {
    return firstOffset + to;
  }

  /** Passes over what lies before `offset`. */
  void skipTo(long offset) {
    long seen = offset - firstOffset;
    if (seen > from) from = (int) Math.min(seen, to);
  }

  /** Becomes an entry without rows. */
  void setControl(Kind kind, int partition, long offset, long arrivalMs) {
    this.kind = kind;
    this.partition = partition;
    this.firstOffset = offset;
    this.arrivalMs = arrivalMs;
    this.from = 0;
    this.to = 0;
  }
}
