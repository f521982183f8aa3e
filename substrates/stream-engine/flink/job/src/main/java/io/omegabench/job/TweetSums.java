package io.omegabench.job;

/** Packed counters by tweet: an open-addressing table of longs that is emptied when it is full. */
final class TweetSums {
  /** Is called for each tweet when the table is emptied. */
  interface Visitor {
    void visit(long tweetId, long packed);
  }

  private final long[] keys;
  /** 0 where there is no tweet: no sum is 0, because its low 32 bits count. */
  private final long[] sums;
  private final int maxTweets;
  private int tweets;

  /** @param maxTweets a power of two; the table is twice as large */
  TweetSums(int maxTweets) {
    this.maxTweets = maxTweets;
    keys = new long[2 * maxTweets];
    sums = new long[2 * maxTweets];
  }

  boolean isFull() {
    return tweets == maxTweets;
  }

  void add(long tweetId, long increment) {
    int mask = keys.length - 1;
    int slot = Impressions.mix32((int) tweetId ^ Impressions.mix32((int) (tweetId >>> 32))) & mask;
    while (sums[slot] != 0 && keys[slot] != tweetId) slot = (slot + 1) & mask;
    if (sums[slot] == 0) {
      keys[slot] = tweetId;
      tweets++;
    }
    sums[slot] += increment;
  }

  /** Visits every tweet, and forgets it. */
  void empty(Visitor visitor) {
    for (int slot = 0; slot < keys.length; slot++) {
      if (sums[slot] == 0) continue;
      visitor.visit(keys[slot], sums[slot]);
      sums[slot] = 0;
    }
    tweets = 0;
  }
}
