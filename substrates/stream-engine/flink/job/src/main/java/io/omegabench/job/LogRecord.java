package io.omegabench.job;

/**
 * A record of the log's topic on its way from the Kafka source to the operator that decodes it: a whole block (block
 * framing, and control entries of either), or one impression (event framing).
 */
final class LogRecord {
  static final byte[] NO_BYTES = {};

  int partition;
  boolean isBlock;
  /** The block; of an impression, the header that the first record of its block has, else empty. */
  byte[] bytes = NO_BYTES;
  long tweetId;
  long sequence;
  long eventTimeMs;
}
