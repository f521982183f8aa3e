package io.omegabench.job;

import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;

/**
 * How far each partition is reflected in a subtask's state: its last markers. They are state themselves, under the name
 * `progress-(stage)` and keyed by the markers' keys, so that after a restore they tell what was restored.
 */
final class ReflectedProgress {
  private final ValueState<Progress> state;
  private final StageStatus status;
  /** For queries, from any thread. */
  private final ConcurrentMap<Long, Progress> byKey = new ConcurrentHashMap<>();

  private ReflectedProgress(ValueState<Progress> state, StageStatus status) {
    this.state = state;
    this.status = status;
  }

  static ReflectedProgress open(AbstractStreamOperator<?> operator, int stage, int partitions, StageStatus status)
      throws Exception {
    ValueStateDescriptor<Progress> descriptor =
        new ValueStateDescriptor<>("progress-" + stage, ProgressSerializer.INSTANCE);
    KeyedStateBackend<Long> backend = operator.getKeyedStateBackend();
    ValueState<Progress> state =
        backend.getPartitionedState(VoidNamespace.INSTANCE, VoidNamespaceSerializer.INSTANCE, descriptor);
    ReflectedProgress progress = new ReflectedProgress(state, status);
    var task = operator.getRuntimeContext().getTaskInfo();
    long[] own =
        MarkerKeys.of(partitions, task.getMaxNumberOfParallelSubtasks(), task.getNumberOfParallelSubtasks())[
            task.getIndexOfThisSubtask()];
    backend.applyToAllKeys(
        VoidNamespace.INSTANCE, VoidNamespaceSerializer.INSTANCE, descriptor, (key, saved) -> {
          // Of a state of another parallelism, a key may stand for another marker now.
          Progress value = saved.value();
          if (value.partition() < partitions && own[value.partition()] == key) progress.show(key, value);
        });
    return progress;
  }

  /** A marker of the current key. */
  void update(long key, Progress progress) throws IOException {
    state.update(progress);
    show(key, progress);
  }

  private void show(long key, Progress progress) {
    byKey.put(key, progress);
    status.setPartition(progress);
  }

  QueryableLookup<Progress> lookup() {
    return new QueryableLookup<>(byKey::get, ProgressSerializer.INSTANCE);
  }
}
