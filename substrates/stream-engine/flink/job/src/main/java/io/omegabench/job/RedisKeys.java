package io.omegabench.job;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The keys of a store on one Redis server: those of `substrates/key-value-store/redis/key-space.ts`. A counter is
 * the field `tweet id` of the hash `prefix:h(hour, base 36):(bucket, base 36)`, with fingerprint·2³² + count as its
 * value, both in decimal.
 */
final class RedisKeys {
  private static final int BUCKETS_PER_HOUR = 2048;

  final byte[] control;
  final byte[] edition;
  /** A hash: offset by partition, up to which increments are applied. Written with them, in one transaction. */
  final byte[] applied;
  private final String prefix;
  /** Keys of the hour that was asked for last, by bucket. */
  private final byte[][] buckets = new byte[BUCKETS_PER_HOUR][];
  private long hourStartMs = Long.MIN_VALUE;

  RedisKeys(String prefix) {
    this.prefix = prefix + ":";
    control = bytes(this.prefix + "control");
    edition = bytes(this.prefix + "edition");
    applied = bytes(this.prefix + "flink-applied");
  }

  /** The hash that holds a tweet's counter of an hour. */
  byte[] counter(long hour, long tweetId) {
    if (hour != hourStartMs) {
      Arrays.fill(buckets, null);
      hourStartMs = hour;
    }
    int bucket = bucketOf(tweetId);
    byte[] key = buckets[bucket];
    if (key == null) {
      key = bytes(prefix + "h" + Long.toString(hour, 36) + ":" + Integer.toString(bucket, 36));
      buckets[bucket] = key;
    }
    return key;
  }

  static int bucketOf(long tweetId) {
    return Impressions.mix32((int) tweetId ^ Impressions.mix32((int) (tweetId >>> 32))) & (BUCKETS_PER_HOUR - 1);
  }

  /** The field of the control hash that says that an hour has rows, all of them plain numbers. */
  static byte[] hourField(long hour) {
    return bytes("h" + hour);
  }

  static byte[] number(long value) {
    return bytes(Long.toString(value));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
