package io.omegabench.job;

import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The graph of a declaration's stages in stream mode; a batch job is submitted by itself, hour by hour. */
final class StreamGraph {
  private StreamGraph() {}

  static void build(StreamExecutionEnvironment env, Plan plan) {
    List<Plan.Stage> stages = plan.declaration().stages();
    if (stages.stream().allMatch(Plan.BatchStage.class::isInstance)) {
      throw new IllegalArgumentException(plan.declaration().name() + " has no stage that streams: nothing to run");
    }
    // A subtask without a partition would hold the watermark back for ever.
    int readers = Math.min(plan.parallelism(), plan.log().partitions());
    SingleOutputStreamOperator<Change> changes =
        source(env, plan, readers)
            .partitionCustom((partition, subtasks) -> partition % subtasks, (record) -> record.partition)
            .transform("expand", ChangeSerializer.TYPE, new ExpandOperator(plan))
            .uid("expand")
            .setParallelism(readers);
    for (int stage = 0; stage < stages.size(); stage++) addStage(plan, stage, changes, readers);
  }

  private static SingleOutputStreamOperator<LogRecord> source(
      StreamExecutionEnvironment env, Plan plan, int readers) {
    if (plan.inJob().isEmpty()) return LogSource.unbounded(env, plan).setParallelism(readers);
    InJobSource source = new InJobSource(plan.log().partitions(), readers, plan.inJob().get());
    return env.fromSource(source, WatermarkStrategy.noWatermarks(), "log", LogRecordSerializer.TYPE)
        .uid("log")
        .setParallelism(readers);
  }

  private static void addStage(Plan plan, int stage, SingleOutputStreamOperator<Change> changes, int readers) {
    Plan.Stage what = plan.declaration().stages().get(stage);
    if (what instanceof Plan.WindowStage) {
      String name = "window-" + stage;
      keyed(changes)
          .transform(name, Types.VOID, new WindowStateOperator(plan, stage, RowStore::open))
          .uid(name)
          .setParallelism(plan.parallelism());
    } else if (what instanceof Plan.IncrementStage) {
      String name = "increment-" + stage;
      changes
          .getSideOutput(ExpandOperator.ENTRIES)
          .transform(name, Types.VOID, new IncrementOperator(plan, stage, RowStore::open))
          .uid(name)
          .setParallelism(readers);
    }
  }

  private static KeyedStream<Change, Long> keyed(DataStream<Change> changes) {
    return changes.keyBy((change) -> change.tweetId, Types.LONG);
  }
}
