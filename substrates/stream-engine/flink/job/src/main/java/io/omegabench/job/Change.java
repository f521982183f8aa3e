package io.omegabench.job;

/**
 * What goes to a keyed stage: a row, which adds to the counter of a tweet and an hour; or a marker, whose key is one
 * that its subtask owns, with the progress of a partition.
 */
final class Change {
  /** The key; of a marker, one that belongs to the subtask that it is for. */
  long tweetId;
  long hourStartMs;
  /** fingerprint·2³² + 1; a sum of such in a batch job. */
  long increment;
  /** Of a marker; null for a row. */
  Progress progress;

  boolean isMarker() {
    return progress != null;
  }

  Change setRow(long tweetId, long hourStartMs, long increment) {
    this.tweetId = tweetId;
    this.hourStartMs = hourStartMs;
    this.increment = increment;
    this.progress = null;
    return this;
  }

  Change setMarker(long key, Progress progress) {
    this.tweetId = key;
    this.progress = progress;
    return this;
  }
}
