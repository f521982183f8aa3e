package io.omegabench.job;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/**
 * What a subtask of a stage tells of itself: one line of JSON, read over Flink's REST API as the metric `progress`.
 * Written by the task, read by the metrics' thread.
 */
final class StageStatus implements Gauge<String> {
  /** Name of the gauge in the operator's group. */
  static final String NAME = "progress";

  private final AtomicReferenceArray<Progress> partitions;
  /** Offset of each partition when it was heard of first: what was restored, 0 if nothing was; -1 before. */
  private final AtomicLongArray firstOffsets;
  /** Events that the store has acknowledged, by this subtask. */
  volatile long storedEvents;
  /** 0 if nothing is due to be handed over or forgotten; else the hours in state, of which some are. */
  volatile long pendingKeys;
  /** `Long.MIN_VALUE` if there is none yet. */
  volatile long watermarkMs = Long.MIN_VALUE;
  /** What the state takes in a snapshot, about. */
  volatile long stateBytes;
  private volatile StoreCounts store = new StoreCounts();

  StageStatus(int partitions) {
    this.partitions = new AtomicReferenceArray<>(partitions);
    long[] none = new long[partitions];
    Arrays.fill(none, -1);
    firstOffsets = new AtomicLongArray(none);
  }

  /** Shows this status while the task runs. */
  void show(MetricGroup operator) {
    operator.gauge(NAME, this);
  }

  /** Leaves what the status was at last to whoever asks for the job when it is over. */
  void leave(int stage, RuntimeContext task) {
    String name = NAME + "-" + stage + "-" + task.getTaskInfo().getIndexOfThisSubtask();
    if (task.getAccumulator(name) == null) task.addAccumulator(name, new TextAccumulator(getValue()));
  }

  void bind(StoreCounts store) {
    this.store = store;
  }

  void setPartition(Progress progress) {
    firstOffsets.compareAndSet(progress.partition(), -1, progress.offset());
    partitions.set(progress.partition(), progress);
  }

  @Override
  public String getValue() {
    // A copy of this text may be old, or of an attempt before.
    StringBuilder json = new StringBuilder("{\"atMs\":").append(System.currentTimeMillis());
    json.append(",\"partitions\":{");
    String comma = "";
    for (int p = 0; p < partitions.length(); p++) {
      Progress progress = partitions.get(p);
      if (progress == null) continue;
      json.append(comma).append('"').append(p).append("\":[").append(progress.offset());
      json.append(',').append(progress.countedEvents()).append(',').append(progress.lateDropped());
      json.append(',').append(progress.ended() ? 1 : 0).append(']');
      comma = ",";
    }
    json.append("},\"first\":{");
    comma = "";
    for (int p = 0; p < partitions.length(); p++) {
      if (firstOffsets.get(p) < 0) continue;
      json.append(comma).append('"').append(p).append("\":").append(firstOffsets.get(p));
      comma = ",";
    }
    json.append("},\"storedEvents\":").append(storedEvents);
    json.append(",\"commands\":").append(store.commands()).append(",\"roundTrips\":").append(store.roundTrips());
    json.append(",\"reads\":").append(store.reads()).append(",\"writes\":").append(store.writes());
    json.append(",\"sent\":{");
    comma = "";
    for (Map.Entry<String, Long> sent : store.sent().entrySet()) {
      json.append(comma).append('"').append(sent.getKey()).append("\":").append(sent.getValue());
      comma = ",";
    }
    json.append('}');
    json.append(",\"pendingKeys\":").append(pendingKeys);
    json.append(",\"watermarkMs\":").append(watermarkMs == Long.MIN_VALUE ? "null" : watermarkMs);
    json.append(",\"stateBytes\":").append(stateBytes);
    return json.append('}').toString();
  }
}
