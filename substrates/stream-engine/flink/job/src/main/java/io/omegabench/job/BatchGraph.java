package io.omegabench.job;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The graph of one hour's job of a batch stage. */
final class BatchGraph {
  private BatchGraph() {}

  static void build(StreamExecutionEnvironment env, Plan plan, Plan.Batch job) {
    if (!(plan.declaration().stages().get(job.stage()) instanceof Plan.BatchStage stage)) {
      String stages = plan.declaration().name() + "'s stages";
      throw new IllegalArgumentException("number " + job.stage() + " of " + stages + " is no batch-job");
    }
    int readers = Math.min(plan.parallelism(), plan.log().partitions());
    LogSource.bounded(env, plan, job)
        .setParallelism(readers)
        .transform("combine", ChangeSerializer.TYPE, new CombineOperator(plan, job, stage))
        .uid("combine")
        .setParallelism(readers)
        .keyBy((change) -> change.tweetId, Types.LONG)
        .transform("batch-" + job.stage(), Types.VOID, new LoadOperator(plan, job, stage, RowStore::open))
        .uid("batch-" + job.stage())
        .setParallelism(plan.parallelism());
  }
}
