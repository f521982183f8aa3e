package io.omegabench.job;

import java.util.HashMap;
import java.util.Map;

/** Turns records of the log, of either framing, into its entries. */
final class LogDecoder {
  /** What is done with an entry, and where the next impression of a partition stands. */
  interface Entries {
    void onEntry(ImpressionBlock entry) throws Exception;

    long nextOffset(int partition);
  }

  private final Entries entries;
  private final BlockCodec codec = new BlockCodec();
  private final ImpressionBlock block = new ImpressionBlock();
  private final Map<Integer, BlockGatherer> gatherers = new HashMap<>();

  LogDecoder(Entries entries) {
    this.entries = entries;
  }

  void accept(LogRecord record) throws Exception {
    BlockGatherer gatherer = gatherers.get(record.partition);
    if (record.isBlock) {
      if (gatherer != null) close(gatherer);
      codec.decode(record.bytes, block);
      entries.onEntry(block);
      return;
    }
    if (gatherer == null) {
      gatherer = new BlockGatherer(record.partition);
      gatherers.put(record.partition, gatherer);
    }
    if (record.bytes.length > 0) close(gatherer);
    gatherer.begin(record, entries.nextOffset(record.partition));
    if (gatherer.append(record)) take(gatherer);
  }

  /** Hands on what was gathered of blocks that are not whole yet: nothing is left that a checkpoint would miss. */
  void drain() throws Exception {
    for (BlockGatherer gatherer : gatherers.values()) take(gatherer);
  }

  /** Another entry follows: no more rows of the open one will come. */
  private void close(BlockGatherer gatherer) throws Exception {
    take(gatherer);
    gatherer.close();
  }

  private void take(BlockGatherer gatherer) throws Exception {
    if (gatherer.isEmpty()) return;
    entries.onEntry(gatherer.block);
    gatherer.taken();
  }
}
