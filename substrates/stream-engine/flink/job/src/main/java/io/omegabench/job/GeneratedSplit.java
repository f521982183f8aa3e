package io.omegabench.job;

import java.io.Serializable;
import org.apache.flink.api.connector.source.lib.util.IteratorSourceSplit;

/** What one reader of the generator inside the job makes, from its block `nextBlock` on. */
record GeneratedSplit(
    int reader, int readers, int partitions, long eventsPerPartition, long tweets, long nextBlock)
    implements IteratorSourceSplit<LogRecord, GeneratedBlocks>, Serializable {
  @Override
  public String splitId() {
    return Integer.toString(reader);
  }

  @Override
  public GeneratedBlocks getIterator() {
    return new GeneratedBlocks(this);
  }

  @Override
  public GeneratedSplit getUpdatedSplitForIterator(GeneratedBlocks blocks) {
    return new GeneratedSplit(reader, readers, partitions, eventsPerPartition, tweets, blocks.nextBlock());
  }
}
