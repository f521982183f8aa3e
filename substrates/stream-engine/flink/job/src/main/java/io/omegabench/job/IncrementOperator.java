package io.omegabench.job;

import java.util.Arrays;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Every event increments its counter in the store, late or not. An entry's rows are written in batches, synchronously,
 * before the next entry is taken: nothing is under way when a checkpoint's barrier passes. At-least-once: what was
 * written after the last checkpoint is written again after a crash, unless the plan asks for a commit with the write.
 */
final class IncrementOperator extends AbstractStreamOperator<Void>
    implements OneInputStreamOperator<ImpressionBlock, Void> {
  private final int stage;
  private final Plan.IncrementStage plan;
  private final Plan.Settings settings;
  private final Plan.Store storeSettings;
  private final RowStore.Opener opener;
  private final int partitions;
  private final int keepOneIn;

  private transient RowStore store;
  private transient Rows rows;
  private transient StageStatus status;
  /** By partition: what the store has, as noted in one transaction with the rows; -1 where it was not asked yet. */
  private transient long[] appliedOffsets;
  private transient long[] offsets;

  IncrementOperator(Plan plan, int stage, RowStore.Opener opener) {
    this.stage = stage;
    this.opener = opener;
    this.plan = (Plan.IncrementStage) plan.declaration().stages().get(stage);
    settings = plan.settings();
    storeSettings = plan.store(this.plan.store());
    partitions = plan.log().partitions();
    keepOneIn = plan.keepOneIn();
    if (storeSettings instanceof Plan.Redis) return;
    if (this.plan.commitWithWrite() || this.plan.readModifyWrite()) {
      throw new IllegalArgumentException("commit with-write and increment read-modify-write need Redis on Flink");
    }
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    offsets = new long[partitions];
    appliedOffsets = new long[partitions];
    Arrays.fill(appliedOffsets, plan.commitWithWrite() ? -1 : 0);
  }

  @Override
  public void open() throws Exception {
    super.open();
    store = opener.open(storeSettings);
    rows = new Rows(plan.maxBatchEvents());
    status = new StageStatus(partitions);
    status.bind(store.counts());
    status.show(getMetricGroup());
  }

  @Override
  public void processElement(StreamRecord<ImpressionBlock> element) throws Exception {
    ImpressionBlock entry = element.getValue();
    int partition = entry.partition;
    if (appliedOffsets[partition] < 0) appliedOffsets[partition] = store.appliedOffset(partition);
    long applied = appliedOffsets[partition];
    int from = (int) Math.min(entry.to, Math.max(entry.from, applied - entry.firstOffset));
    write(entry, from);
    status.storedEvents += entry.nextOffset() - offsets[partition];
    offsets[partition] = entry.nextOffset();
    boolean isEnded = entry.kind == ImpressionBlock.Kind.END;
    status.setPartition(new Progress(partition, offsets[partition], offsets[partition], 0, 0, 0, isEnded));
  }

  private void write(ImpressionBlock entry, int from) throws Exception {
    for (int next = from; next < entry.to; ) {
      rows.count = 0;
      int to = Math.min(entry.to, next + plan.maxBatchEvents());
      fill(entry, next, to);
      long offset = entry.firstOffset + to;
      if (rows.count > 0) store.incrementUpTo(rows, plan.readModifyWrite(), entry.partition, offset);
      next = to;
    }
  }

  private void fill(ImpressionBlock entry, int from, int to) {
    for (int i = from; i < to; i++) {
      long tweetId = entry.tweetId[i];
      if (keepOneIn != 1 && (tweetId & 0xffffffffL) % keepOneIn != 0) continue;
      long sequence = entry.firstSequence + i;
      int key = Impressions.fingerprintKey(entry.partition, sequence);
      long increment = Impressions.incrementOf(Impressions.fingerprintOf(key, sequence));
      rows.add(tweetId, Impressions.hourStartOf(entry.eventTimeMs[i], settings.hourMs()), increment, 0);
    }
  }

  /** Nothing waits for a time here. */
  @Override
  public void processWatermark(Watermark mark) {
    status.watermarkMs = mark.getTimestamp();
  }

  @Override
  public void close() throws Exception {
    if (status != null) status.leave(stage, getRuntimeContext());
    if (store != null) store.close();
    super.close();
  }
}
