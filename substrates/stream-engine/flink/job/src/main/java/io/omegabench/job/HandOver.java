package io.omegabench.job;

import java.io.IOException;

/** Hands closed windows over to a store, a portion of rows at a time. */
final class HandOver implements AutoCloseable {
  /** Called for each hour of a tweet when the store has all of it. */
  interface Settling {
    void settle(long tweetId, long hourStartMs) throws IOException;
  }

  private final Plan.Settings settings;
  private final boolean isIncrement;
  private final StageStatus status;
  private final RowStore store;
  /** Written, and then settled. */
  private Rows rows;
  /** Settled only: the store has them. */
  private Rows written;
  private long newEvents;

  HandOver(Plan.WindowStage plan, Plan.Settings settings, RowStore store, StageStatus status) {
    this.settings = settings;
    this.status = status;
    isIncrement = plan.onClose() == Plan.OnClose.INCREMENT;
    rows = new Rows(plan.maxFlushKeys());
    written = new Rows(plan.maxFlushKeys());
    this.store = store;
    status.bind(store.counts());
  }

  /**
   * Adds an hour of a tweet to the portion, and takes it for handed over: should the write fail, so does the job, and
   * no checkpoint can be taken before the write.
   *
   * The version of an upsert is the watermark from which on the total is final: a function of the log, so that a replay
   * never writes an older total over a newer one.
   */
  void add(long tweetId, WindowCounts counts, int hour, boolean isSealed) {
    long hourStartMs = counts.hourStartMs(hour);
    long counted = counts.counted(hour);
    long fresh = counted - counts.handedOver(hour);
    if (fresh == 0) {
      if (written.isFull()) written = written.grown();
      written.add(tweetId, hourStartMs, 0, 0);
      return;
    }
    if (rows.isFull()) rows = rows.grown();
    long versionMs = hourStartMs + settings.hourMs() + (isSealed ? settings.allowedLatenessMs() : 0);
    rows.add(tweetId, hourStartMs, isIncrement ? fresh : counted, versionMs);
    counts.setHandedOver(hour);
    newEvents += Impressions.countOf(fresh);
  }

  /** Writes what was added, and settles it when the store has all of it. */
  void write(Settling settling) throws IOException {
    if (rows.count > 0) {
      if (isIncrement) store.increment(rows);
      else store.upsert(rows);
    }
    settle(rows, settling);
    settle(written, settling);
    status.storedEvents += newEvents;
    newEvents = 0;
  }

  private static void settle(Rows rows, Settling settling) throws IOException {
    for (int row = 0; row < rows.count; row++) settling.settle(rows.tweetId[row], rows.hourStartMs[row]);
    rows.count = 0;
  }

  @Override
  public void close() {
    store.close();
  }
}
