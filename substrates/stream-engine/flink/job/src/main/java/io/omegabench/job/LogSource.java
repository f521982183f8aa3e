package io.omegabench.job;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.common.TopicPartition;

/** The log's topic as a source of records. Positions are Flink's own, and not committed to Kafka. */
final class LogSource {
  private LogSource() {}

  /** The whole log, from its first record on and for as long as the job runs. */
  static SingleOutputStreamOperator<LogRecord> unbounded(StreamExecutionEnvironment env, Plan plan) {
    KafkaSourceBuilder<LogRecord> source =
        builder(plan).setTopics(plan.log().topic()).setStartingOffsets(OffsetsInitializer.earliest());
    return source(env, source);
  }

  /** Some ranges of it. */
  static SingleOutputStreamOperator<LogRecord> bounded(StreamExecutionEnvironment env, Plan plan, Plan.Batch job) {
    Map<TopicPartition, Long> from = new HashMap<>();
    Map<TopicPartition, Long> to = new HashMap<>();
    for (Plan.Range range : job.ranges()) {
      TopicPartition partition = new TopicPartition(plan.log().topic(), range.partition());
      from.put(partition, range.fromPosition());
      to.put(partition, range.toPosition());
    }
    KafkaSourceBuilder<LogRecord> source =
        builder(plan)
            .setPartitions(new HashSet<>(from.keySet()))
            .setStartingOffsets(OffsetsInitializer.offsets(from))
            .setBounded(OffsetsInitializer.offsets(to));
    return source(env, source);
  }

  private static KafkaSourceBuilder<LogRecord> builder(Plan plan) {
    return KafkaSource.<LogRecord>builder()
        .setProperties(KafkaClients.properties(plan.log()))
        .setProperty("commit.offsets.on.checkpoint", "false")
        .setProperty("max.poll.records", "4096")
        // Blocks of 48 KiB come in by the megabyte: the defaults are for small records.
        .setProperty("max.partition.fetch.bytes", "4194304")
        .setProperty("receive.buffer.bytes", "1048576")
        .setDeserializer(new LogRecordDeserializer());
  }

  private static SingleOutputStreamOperator<LogRecord> source(
      StreamExecutionEnvironment env, KafkaSourceBuilder<LogRecord> source) {
    return env.fromSource(source.build(), WatermarkStrategy.noWatermarks(), "log", LogRecordSerializer.TYPE)
        .uid("log");
  }
}
