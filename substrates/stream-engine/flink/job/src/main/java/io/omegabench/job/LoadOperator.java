package io.omegabench.job;

import java.io.IOException;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * The second half of a batch job: adds a tweet's sums up, which come one after another because a batch's input is
 * sorted by key, and loads the totals into the store. What was done is
 * told as a status, which outlives the job as an accumulator.
 */
final class LoadOperator extends AbstractStreamOperator<Void>
    implements OneInputStreamOperator<Change, Void>, BoundedOneInput {
  private final int stage;
  private final Plan.Store storeSettings;
  private final RowStore.Opener opener;
  private final long hourStartMs;
  private final int maxLoadKeys;

  private transient RowStore store;
  private transient Rows rows;
  private transient long tweetId;
  private transient long total;
  private transient long newEvents;
  /** A load has no version of its own: the wall clock stands for it. */
  private transient long versionMs;
  private transient StageStatus status;

  LoadOperator(Plan plan, Plan.Batch job, Plan.BatchStage load, RowStore.Opener opener) {
    this.opener = opener;
    this.stage = job.stage();
    storeSettings = plan.store(load.store());
    hourStartMs = job.hourStartMs();
    maxLoadKeys = load.maxLoadKeys();
  }

  @Override
  public void open() throws Exception {
    super.open();
    store = opener.open(storeSettings);
    rows = new Rows(maxLoadKeys);
    total = 0;
    newEvents = 0;
    status = new StageStatus(0);
    status.bind(store.counts());
    status.show(getMetricGroup());
    versionMs = getProcessingTimeService().getCurrentProcessingTime();
  }

  @Override
  public void processElement(StreamRecord<Change> element) throws Exception {
    Change sum = element.getValue();
    if (sum.tweetId != tweetId) addTotal();
    tweetId = sum.tweetId;
    total += sum.increment;
  }

  private void addTotal() throws IOException {
    if (total == 0) return;
    rows.add(tweetId, hourStartMs, total, versionMs);
    newEvents += Impressions.countOf(total);
    total = 0;
    if (rows.isFull()) load();
  }

  private void load() throws IOException {
    if (rows.count > 0) store.upsert(rows);
    status.storedEvents += newEvents;
    newEvents = 0;
    rows.count = 0;
  }

  @Override
  public void endInput() throws Exception {
    addTotal();
    load();
  }

  @Override
  public void close() throws Exception {
    if (status != null) status.leave(stage, getRuntimeContext());
    if (store != null) store.close();
    super.close();
  }
}
