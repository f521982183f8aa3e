package io.omegabench.job;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * What a subtask has asked of its store since it started: a command is a keyed operation, a round trip a call to the
 * server, or a transaction. Written by one thread, read by others.
 */
final class StoreCounts {
  /** By the server's own names for what was sent. */
  private final Map<String, Long> sent = new ConcurrentSkipListMap<>();
  private volatile long reads;
  private volatile long writes;
  private volatile long roundTrips;

  /** One call that wrote so many rows. */
  void countWrites(long calls, long rows) {
    roundTrips += calls;
    writes += rows;
  }

  void countReads(long calls, long rows) {
    roundTrips += calls;
    reads += rows;
  }

  void countSent(String name, long times) {
    sent.merge(name, times, Long::sum);
  }

  Map<String, Long> sent() {
    return sent;
  }

  long commands() {
    return reads + writes;
  }

  long roundTrips() {
    return roundTrips;
  }

  long reads() {
    return reads;
  }

  long writes() {
    return writes;
  }
}
