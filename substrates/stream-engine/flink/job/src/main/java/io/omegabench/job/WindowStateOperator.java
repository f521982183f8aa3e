package io.omegabench.job;

import java.io.IOException;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.runtime.state.AbstractKeyedStateBackend;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Keyed window state: the counters of every tweet, an hour each, in Flink's checkpointed state under the name
 * `window-(stage)`, and how far each partition is reflected in it under `progress-(stage)`.
 *
 * A timer fires when the watermark reaches the end of a window. Timers are fired in portions of as many as a write may
 * have keys, and ingestion and queries go on between two of them; those that were not fired are part of a checkpoint.
 * A portion's rows are written, synchronously, before the state forgets them. What came late is handed over by a second
 * timer, when no event can be counted any more: an upsert writes the total again, an increment what is new of it.
 */
final class WindowStateOperator extends AbstractStreamOperator<Void>
    implements OneInputStreamOperator<Change, Void>, Triggerable<Long, VoidNamespace> {
  private final int stage;
  private final Plan.WindowStage plan;
  private final Plan.Settings settings;
  private final int partitions;
  private final boolean isOnHeap;
  /** Null if nothing is handed over. */
  private final Plan.Store storeSettings;
  private final RowStore.Opener opener;
  private final UpdatePublisher.Settings updatesSettings;

  private transient ValueStateDescriptor<WindowCounts> descriptor;
  private transient ValueState<WindowCounts> state;
  private transient ListState<long[]> savedFigures;
  private transient InternalTimerService<VoidNamespace> timers;
  /** Null where Flink's own lookup is safe, or nothing is queryable. */
  transient CountsIndex index;
  private transient ReflectedProgress markers;
  transient StageStatus status;
  private transient HandOver handOver;
  private transient UpdatePublisher updates;
  private transient Watermark watermark;
  private transient boolean isFiringScheduled;
  /** Hours in state. */
  private transient long windows;

  WindowStateOperator(Plan plan, int stage, RowStore.Opener opener) {
    this.opener = opener;
    this.stage = stage;
    this.plan = (Plan.WindowStage) plan.declaration().stages().get(stage);
    settings = plan.settings();
    partitions = plan.log().partitions();
    isOnHeap = !plan.checkpoints().rocksdb();
    storeSettings = this.plan.store() == null ? null : plan.store(this.plan.store());
    updatesSettings = UpdatePublisher.Settings.of(plan);
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    ListStateDescriptor<long[]> figures =
        new ListStateDescriptor<>("figures", PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO);
    savedFigures = context.getOperatorStateStore().getListState(figures);
    status = new StageStatus(partitions);
    windows = 0;
    if (!context.isRestored()) return;
    for (long[] saved : savedFigures.get()) {
      requireSameHour(saved[2]);
      status.storedEvents += saved[0];
      windows += saved[1];
    }
  }

  /** Counts of other hours cannot be told apart into these; Flink itself would take them for the same. */
  private void requireSameHour(long savedHourMs) {
    if (savedHourMs == settings.hourMs()) return;
    throw new IllegalStateException(
        "the state counts by hours of " + savedHourMs + " ms, and this program by hours of " + settings.hourMs()
            + " ms: start it without the savepoint, or with the same hour");
  }

  @Override
  public void open() throws Exception {
    super.open();
    descriptor = new ValueStateDescriptor<>("window-" + stage, WindowCountsSerializer.INSTANCE);
    if (plan.queryable() && !isOnHeap) descriptor.setQueryable(descriptor.getName());
    state = getPartitionedState(descriptor);
    timers = getInternalTimerService("windows", VoidNamespaceSerializer.INSTANCE, this);
    watermark = null;
    markers = ReflectedProgress.open(this, stage, partitions, status);
    register("progress-" + stage, markers.lookup());
    if (plan.queryable() && isOnHeap) openIndex();
    if (plan.store() != null) handOver = new HandOver(plan, settings, opener.open(storeSettings), status);
    if (updatesSettings != null) {
      updates = UpdatePublisher.open(updatesSettings, getProcessingTimeService(), this::find);
    }
    status.show(getMetricGroup());
  }

  private void openIndex() throws Exception {
    index = new CountsIndex();
    this.<Long>getKeyedStateBackend()
        .applyToAllKeys(VoidNamespace.INSTANCE, VoidNamespaceSerializer.INSTANCE, descriptor, (key, value) ->
            publish(key, value.value()));
    register(descriptor.getName(), new QueryableLookup<>(index::get, WindowCountsSerializer.INSTANCE));
  }

  private void register(String name, QueryableLookup<?> lookup) {
    KeyGroupRange range = ((AbstractKeyedStateBackend<Long>) this.<Long>getKeyedStateBackend()).getKeyGroupRange();
    getContainingTask()
        .getEnvironment()
        .getTaskKvStateRegistry()
        .registerKvState(range, name, lookup, getUserCodeClassloader());
  }

  @Override
  public void processElement(StreamRecord<Change> element) throws Exception {
    Change change = element.getValue();
    if (change.isMarker()) {
      markers.update(change.tweetId, change.progress);
      status.stateBytes = stateBytes();
    } else {
      count(change);
    }
  }

  private void count(Change change) throws IOException {
    WindowCounts counts = state.value();
    boolean isNew = counts == null;
    if (isNew) counts = new WindowCounts();
    int hour = counts.find(change.hourStartMs);
    if (hour >= 0) {
      counts.add(hour, change.increment);
    } else {
      counts.append(change.hourStartMs, change.increment);
      windows++;
      setFirstTimer(change.hourStartMs);
    }
    if (isNew) state.update(counts);
    else keep(counts);
    if (index != null && !counts.isPublished) publish(change.tweetId, counts);
    if (updates != null) updates.changed(change.tweetId, change.hourStartMs);
  }

  private void publish(long tweetId, WindowCounts counts) {
    index.put(tweetId, counts);
    counts.isPublished = true;
  }

  /** Nothing happens to a window that is kept for ever and handed over nowhere. */
  private void setFirstTimer(long hourStartMs) {
    if (plan.keepAll() && handOver == null) return;
    long endMs = hourStartMs + settings.hourMs();
    boolean isLate = handOver == null || endMs <= timers.currentWatermark();
    timers.registerEventTimeTimer(VoidNamespace.INSTANCE, isLate ? endMs + settings.allowedLatenessMs() : endMs);
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    watermark = mark;
    status.watermarkMs = mark.getTimestamp();
    if (!isFiringScheduled) fire();
  }

  /** Fires a portion of the timers that are due; the next after as long a time as this one took. */
  private void fire() throws Exception {
    isFiringScheduled = false;
    long startedMs = getProcessingTimeService().getCurrentProcessingTime();
    if (firePortion()) return;
    long nowMs = getProcessingTimeService().getCurrentProcessingTime();
    isFiringScheduled = true;
    getProcessingTimeService().registerTimer(nowMs + Math.max(1, nowMs - startedMs), (timestamp) -> fire());
  }

  /** True if no timer is due any more. */
  private boolean firePortion() throws Exception {
    int[] fired = {0};
    boolean isDone = timeServiceManager.tryAdvanceWatermark(watermark, () -> ++fired[0] >= plan.maxFlushKeys());
    if (handOver != null) handOver.write(this::settle);
    status.pendingKeys = isDone ? 0 : Math.max(1, windows);
    return isDone;
  }

  @Override
  public void onEventTime(InternalTimer<Long, VoidNamespace> timer) throws Exception {
    long tweetId = timer.getKey();
    WindowCounts counts = current(tweetId);
    if (counts == null) return;
    for (int hour = counts.size() - 1; hour >= 0; hour--) {
      boolean isClosed = counts.hourStartMs(hour) + settings.hourMs() <= watermark.getTimestamp();
      if (!isClosed) continue;
      if (handOver != null) handOver.add(tweetId, counts, hour, isSealed(counts, hour));
      else settleHour(tweetId, counts, hour);
    }
    keep(counts);
  }

  @Override
  public void onProcessingTime(InternalTimer<Long, VoidNamespace> timer) {}

  /** A store has acknowledged this hour of a tweet. */
  private void settle(long tweetId, long hourStartMs) throws IOException {
    setCurrentKey(tweetId);
    WindowCounts counts = current(tweetId);
    int hour = counts == null ? -1 : counts.find(hourStartMs);
    if (hour < 0) return;
    settleHour(tweetId, counts, hour);
    keep(counts);
  }

  /** Forgets an hour that nothing can be added to, or sets the timer of when that is so. */
  private void settleHour(long tweetId, WindowCounts counts, int hour) {
    long hourStartMs = counts.hourStartMs(hour);
    if (!isSealed(counts, hour)) {
      long sealedMs = hourStartMs + settings.hourMs() + settings.allowedLatenessMs();
      timers.registerEventTimeTimer(VoidNamespace.INSTANCE, sealedMs);
      return;
    }
    if (plan.keepAll()) return;
    counts.remove(hour);
    windows--;
    if (updates != null) updates.changed(tweetId, hourStartMs);
    if (counts.size() > 0) return;
    state.clear();
    if (index != null) index.remove(tweetId);
  }

  /** The counters of the current key, shown to queries. */
  private WindowCounts current(long tweetId) throws IOException {
    WindowCounts counts = state.value();
    if (counts != null && index != null && !counts.isPublished) publish(tweetId, counts);
    return counts;
  }

  /** On the heap the state is this very object: it was copied before if a snapshot holds it. */
  private void keep(WindowCounts counts) throws IOException {
    if (!isOnHeap && counts.size() > 0) state.update(counts);
  }

  /** What the state takes in a snapshot, about: a key and a number for each tweet, three longs for each hour. */
  private long stateBytes() {
    long tweets = index == null ? windows : index.size();
    return 12 * tweets + 24 * windows;
  }

  private boolean isSealed(WindowCounts counts, int hour) {
    long sealedMs = counts.hourStartMs(hour) + settings.hourMs() + settings.allowedLatenessMs();
    return sealedMs <= watermark.getTimestamp();
  }

  /** What state holds of an hour of a tweet: a packed counter, or null. */
  private Long find(long tweetId, long hourStartMs) throws IOException {
    setCurrentKey(tweetId);
    WindowCounts counts = current(tweetId);
    int hour = counts == null ? -1 : counts.find(hourStartMs);
    return hour < 0 ? null : (Long) counts.counted(hour);
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    savedFigures.update(List.of(new long[] {status.storedEvents, windows, settings.hourMs()}));
  }

  /** The end of a bounded input: what is due is handed over now. */
  @Override
  public void finish() throws Exception {
    if (watermark != null) while (!firePortion());
    if (updates != null) updates.publish();
    super.finish();
  }

  @Override
  public void close() throws Exception {
    status.leave(stage, getRuntimeContext());
    if (handOver != null) handOver.close();
    if (updates != null) updates.close();
    super.close();
  }
}
