package io.omegabench.job;

import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.lib.util.IteratorSourceEnumerator;
import org.apache.flink.api.connector.source.lib.util.IteratorSourceReader;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * A generator inside the job, in place of the log: what the same job does without Kafka, to tell what Kafka costs. Its
 * records are blocks of the log's format.
 */
final class InJobSource implements Source<LogRecord, GeneratedSplit, Collection<GeneratedSplit>> {
  private final int partitions;
  private final int readers;
  private final Plan.InJob asked;

  InJobSource(int partitions, int readers, Plan.InJob asked) {
    this.partitions = partitions;
    this.readers = readers;
    this.asked = asked;
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.CONTINUOUS_UNBOUNDED;
  }

  @Override
  public SourceReader<LogRecord, GeneratedSplit> createReader(SourceReaderContext context) {
    return new IteratorSourceReader<>(context);
  }

  @Override
  public SplitEnumerator<GeneratedSplit, Collection<GeneratedSplit>> createEnumerator(
      SplitEnumeratorContext<GeneratedSplit> context) {
    List<GeneratedSplit> splits =
        IntStream.range(0, readers)
            .mapToObj((i) -> new GeneratedSplit(i, readers, partitions, asked.eventsPerPartition(), asked.tweets(), 0))
            .toList();
    return new IteratorSourceEnumerator<>(context, splits);
  }

  @Override
  public SplitEnumerator<GeneratedSplit, Collection<GeneratedSplit>> restoreEnumerator(
      SplitEnumeratorContext<GeneratedSplit> context, Collection<GeneratedSplit> checkpoint) {
    return new IteratorSourceEnumerator<>(context, checkpoint);
  }

  @Override
  public SimpleVersionedSerializer<GeneratedSplit> getSplitSerializer() {
    return new JavaSerializer<>();
  }

  @Override
  public SimpleVersionedSerializer<Collection<GeneratedSplit>> getEnumeratorCheckpointSerializer() {
    return new JavaSerializer<>();
  }
}
