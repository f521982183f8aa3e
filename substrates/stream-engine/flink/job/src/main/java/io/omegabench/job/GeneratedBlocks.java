package io.omegabench.job;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.zip.CRC32;

/**
 * The blocks of one reader of the generator inside the job: those of its partitions in turn, each whole, and at last
 * the end of each. Event times go on as at a million impressions a second; a tweet's rank is log-uniform, about as by
 * Zipf's law. Every block is a function of its number, so that a reader goes on where a checkpoint was taken.
 */
final class GeneratedBlocks implements Iterator<LogRecord> {
  private static final long START_MS = 1_700_000_000_000L;
  private static final int IMPRESSIONS_PER_MS = 1000;
  /** Set in the high lane of every tweet, as in `generators/tweet-identity.ts`. */
  private static final int TWEET_BIT = 0x20000000;

  private final GeneratedSplit split;
  private final long blocksPerPartition;
  private final int ownPartitions;
  private final double ranksLog2;
  private final CRC32 crc = new CRC32();
  private long next;

  GeneratedBlocks(GeneratedSplit split) {
    this.split = split;
    next = split.nextBlock();
    blocksPerPartition = -Math.floorDiv(-split.eventsPerPartition(), (long) ImpressionBlock.MAX_ROWS);
    ownPartitions = -Math.floorDiv(split.reader() - split.partitions(), split.readers());
    ranksLog2 = Math.log((double) Math.max(2, split.tweets() / split.partitions())) / Math.log(2);
  }

  /** The number of the block that comes next. */
  long nextBlock() {
    return next;
  }

  @Override
  public boolean hasNext() {
    return next < (blocksPerPartition + 1) * ownPartitions;
  }

  @Override
  public LogRecord next() {
    if (!hasNext()) throw new NoSuchElementException();
    int partition = split.reader() + (int) (next % ownPartitions) * split.readers();
    long firstSequence = next / ownPartitions * ImpressionBlock.MAX_ROWS;
    next++;
    long left = split.eventsPerPartition() - firstSequence;
    LogRecord record = new LogRecord();
    record.partition = partition;
    record.isBlock = true;
    record.bytes = blockOf(partition, firstSequence, (int) Math.max(0, Math.min(left, ImpressionBlock.MAX_ROWS)));
    return record;
  }

  private byte[] blockOf(int partition, long firstSequence, int rows) {
    byte[] bytes = new byte[BlockCodec.blockBytes(rows)];
    ByteBuffer block = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long offset = rows == 0 ? split.eventsPerPartition() : firstSequence;
    long firstMs = timeMs(firstSequence);
    long lastMs = timeMs(firstSequence + Math.max(0, rows - 1));
    fillColumns(block, partition, firstSequence, rows);
    ImpressionBlock.Kind kind = rows == 0 ? ImpressionBlock.Kind.END : ImpressionBlock.Kind.IMPRESSIONS;
    BlockCodec.putHeader(block, kind, rows, partition);
    block.putDouble(24, offset).putDouble(32, firstSequence).putDouble(40, lastMs);
    block.putDouble(48, firstMs).putDouble(56, lastMs);
    crc.reset();
    crc.update(bytes, 4, bytes.length - 4);
    block.putInt(0, (int) crc.getValue());
    return bytes;
  }

  private void fillColumns(ByteBuffer block, int partition, long firstSequence, int rows) {
    long firstMs = timeMs(firstSequence);
    int at = BlockCodec.HEADER_BYTES;
    for (int row = 0; row < rows; row++, at += 4) {
      int rank = rankOf(Impressions.mix32((int) (firstSequence + row) ^ Impressions.mix32(partition + 1)));
      block.putInt(at, rank * split.partitions() + partition);
      block.putInt(at + 4 * rows, TWEET_BIT | (Impressions.mix32(rank) >>> 3));
      block.putInt(at + 8 * rows, (int) (timeMs(firstSequence + row) - firstMs));
    }
  }

  /** 2 to the power of a uniform number, with the mantissa's curve taken as a line. */
  private int rankOf(int hash) {
    double power = (hash >>> 1) * 0x1p-31 * ranksLog2;
    int whole = (int) power;
    return (int) ((1 << whole) * (1 + power - whole)) - 1;
  }

  private long timeMs(long sequence) {
    return START_MS + sequence * split.partitions() / IMPRESSIONS_PER_MS;
  }
}
