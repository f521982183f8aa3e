package io.omegabench.job;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The counters of a subtask by tweet, for queries: one thread writes, any number read without a lock.
 *
 * Flink answers queries of a heap state by reading its hash table from the query's thread. But there even a read
 * changes the table (it goes on with an unfinished rehash, and copies what a snapshot holds), so that a query can make
 * the task lose a count. Here a reader changes nothing: the table is an array of references that are written once, and
 * when it is full, or has many removed ones, another takes its place.
 */
final class CountsIndex {
  private static final int LEAST_SLOTS = 1024;
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(WindowCounts[].class);
  /** Where a tweet was removed; its slot keeps the key. */
  private static final WindowCounts REMOVED = new WindowCounts();

  /** A key is written before its reference, and never changes. */
  private record Table(long[] keys, WindowCounts[] counts) {}

  private volatile Table table = tableOf(LEAST_SLOTS);
  /** Slots that are taken, by tweets or by what is left of them. */
  private int taken;
  private int tweets;

  /** The counters of a tweet, or null; from any thread. */
  WindowCounts get(long tweetId) {
    Table now = table;
    int mask = now.keys.length - 1;
    for (int slot = slotOf(tweetId, mask); ; slot = (slot + 1) & mask) {
      WindowCounts counts = (WindowCounts) SLOT.getAcquire(now.counts, slot);
      if (counts == null) return null;
      if (now.keys[slot] == tweetId) return counts == REMOVED ? null : counts;
    }
  }

  void put(long tweetId, WindowCounts counts) {
    Table now = table;
    int slot = find(now, tweetId);
    WindowCounts before = now.counts[slot];
    if (before == null) {
      now.keys[slot] = tweetId;
      taken++;
    }
    if (before == null || before == REMOVED) tweets++;
    SLOT.setRelease(now.counts, slot, counts);
    if (taken > now.keys.length / 3 * 2) rebuild();
  }

  void remove(long tweetId) {
    Table now = table;
    int slot = find(now, tweetId);
    WindowCounts before = now.counts[slot];
    if (before == null || before == REMOVED) return;
    SLOT.setRelease(now.counts, slot, REMOVED);
    tweets--;
  }

  int size() {
    return tweets;
  }

  /** Moves all tweets to a table of which they take at most a third. */
  private void rebuild() {
    Table old = table;
    int slots = LEAST_SLOTS;
    while (slots / 3 < tweets) slots *= 2;
    Table next = tableOf(slots);
    for (int i = 0; i < old.keys.length; i++) {
      WindowCounts counts = old.counts[i];
      if (counts == null || counts == REMOVED) continue;
      int slot = find(next, old.keys[i]);
      next.keys[slot] = old.keys[i];
      next.counts[slot] = counts;
    }
    taken = tweets;
    table = next;
  }

  /** The slot that a tweet has, or would get. */
  private static int find(Table table, long tweetId) {
    int mask = table.keys.length - 1;
    int slot = slotOf(tweetId, mask);
    while (table.counts[slot] != null && table.keys[slot] != tweetId) slot = (slot + 1) & mask;
    return slot;
  }

  private static int slotOf(long tweetId, int mask) {
    return Impressions.mix32((int) tweetId ^ Impressions.mix32((int) (tweetId >>> 32))) & mask;
  }

  private static Table tableOf(int slots) {
    return new Table(new long[slots], new WindowCounts[slots]);
  }
}
