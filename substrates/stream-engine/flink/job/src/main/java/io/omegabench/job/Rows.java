package io.omegabench.job;

/** Rows for a store as columns, of which the first `count` are in use. */
final class Rows {
  int count;
  final long[] tweetId;
  final long[] hourStartMs;
  /** fingerprint·2³² + count: a total, or what is to be added. */
  final long[] packed;
  /** Of an upsert: the watermark from which on the total is final, in milliseconds. */
  final long[] versionMs;

  Rows(int capacity) {
    tweetId = new long[capacity];
    hourStartMs = new long[capacity];
    packed = new long[capacity];
    versionMs = new long[capacity];
  }

  boolean isFull() {
    return count == tweetId.length;
  }

  /** The same rows with room for twice as many. */
  Rows grown() {
    Rows more = new Rows(2 * count);
    for (int row = 0; row < count; row++) more.add(tweetId[row], hourStartMs[row], packed[row], versionMs[row]);
    return more;
  }

  void add(long tweet, long hour, long value, long version) {
    tweetId[count] = tweet;
    hourStartMs[count] = hour;
    packed[count] = value;
    versionMs[count] = version;
    count++;
  }
}
