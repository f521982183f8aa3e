package io.omegabench.job;

import java.time.Duration;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The one generic job: builds the graph of whatever declaration it is handed. Usage: `--plan (base64url of JSON)`; see
 * `Plan`.
 */
public final class Main {
  /** Rows wait no longer than this for a network buffer to fill: what a query sees is not older because of it. */
  private static final Duration BUFFER_TIMEOUT = Duration.ofMillis(5);

  private Main() {}

  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 2 || !arguments[0].equals("--plan")) {
      throw new IllegalArgumentException("usage: --plan (base64url of a plan's JSON)");
    }
    Plan plan = Plan.parse(arguments[1]);
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration(plan));
    env.setParallelism(plan.parallelism());
    env.setMaxParallelism(plan.maxParallelism());
    if (plan.mode() instanceof Plan.Batch job) BatchGraph.build(env, plan, job);
    else StreamGraph.build(env, plan);
    env.execute(plan.jobName());
  }

  static Configuration configuration(Plan plan) {
    Configuration configuration = new Configuration();
    configuration.set(PipelineOptions.OBJECT_REUSE, true);
    // Whatever would go through reflection is an error.
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    configuration.set(ExecutionOptions.BUFFER_TIMEOUT, BUFFER_TIMEOUT);
    if (plan.mode() instanceof Plan.Batch) {
      configuration.set(ExecutionOptions.RUNTIME_MODE, RuntimeExecutionMode.BATCH);
      return configuration;
    }
    Plan.Checkpoints checkpoints = plan.checkpoints();
    configuration.set(StateBackendOptions.STATE_BACKEND, checkpoints.rocksdb() ? "rocksdb" : "hashmap");
    configuration.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, checkpoints.rocksdb());
    if (checkpoints.intervalMs() > 0) {
      configuration.set(
          CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(checkpoints.intervalMs()));
    }
    configuration.set(CheckpointingOptions.ENABLE_UNALIGNED, checkpoints.unaligned());
    // The partitioner is a function of the record alone, which Flink cannot know.
    configuration.set(CheckpointingOptions.FORCE_UNALIGNED, checkpoints.unaligned());
    configuration.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    // A storage that fails costs checkpoints, and so a longer replay; it is no reason to stop.
    configuration.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, Integer.MAX_VALUE);
    checkpoints.directory().ifPresent((directory) -> {
      configuration.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
      configuration.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, directory);
    });
    return configuration;
  }
}
