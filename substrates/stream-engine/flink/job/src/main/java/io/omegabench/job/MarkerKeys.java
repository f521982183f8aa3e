package io.omegabench.job;

import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * The keys of markers: that of (partition, subtask) is the (partition + 1)-th non-negative long that the subtask owns.
 * No tweet has such a small id (see `generators/tweet-identity.ts`), and a trace's ids count tweets, not markers, but
 * markers have a state of their own anyway.
 */
final class MarkerKeys {
  private MarkerKeys() {}

  /** Keys by subtask, then by partition. */
  static long[][] of(int partitions, int maxParallelism, int parallelism) {
    long[][] keys = new long[parallelism][partitions];
    int[] found = new int[parallelism];
    int full = 0;
    for (long key = 0; full < parallelism; key++) {
      int subtask = KeyGroupRangeAssignment.assignKeyToParallelOperator(key, maxParallelism, parallelism);
      if (found[subtask] == partitions) continue;
      keys[subtask][found[subtask]++] = key;
      if (found[subtask] == partitions) full++;
    }
    return keys;
  }
}
