package io.omegabench.job;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Notes what it is asked for, a line a row; refuses all when it is told to. */
final class RecordingStore implements RowStore {
  /** Operators are copied by their harness: what they open is found here. One test at a time. */
  static final List<String> LINES = new ArrayList<>();

  static boolean isDown;
  static long applied;

  private final StoreCounts counts = new StoreCounts();

  static RowStore open(Plan.Store store) {
    return new RecordingStore();
  }

  static void reset() {
    LINES.clear();
    isDown = false;
    applied = 0;
  }

  @Override
  public void upsert(Rows rows) throws IOException {
    note("upsert", rows, true);
  }

  @Override
  public void increment(Rows rows) throws IOException {
    note("increment", rows, false);
  }

  @Override
  public void incrementUpTo(Rows rows, boolean readModifyWrite, int partition, long offset) throws IOException {
    note((readModifyWrite ? "rmw p" : "increment p") + partition + " to " + offset, rows, false);
  }

  private void note(String what, Rows rows, boolean versions) throws IOException {
    if (isDown) throw new IOException("down");
    StringBuilder line = new StringBuilder(what);
    for (int row = 0; row < rows.count; row++) {
      line.append(" | ").append(rows.tweetId[row]).append('@').append(rows.hourStartMs[row]);
      line.append('=').append(Impressions.countOf(rows.packed[row]));
      if (versions) line.append(" v").append(rows.versionMs[row]);
    }
    LINES.add(line.toString());
    counts.countWrites(1, rows.count);
  }

  @Override
  public long appliedOffset(int partition) {
    return applied;
  }

  @Override
  public StoreCounts counts() {
    return counts;
  }

  @Override
  public void close() {}
}
