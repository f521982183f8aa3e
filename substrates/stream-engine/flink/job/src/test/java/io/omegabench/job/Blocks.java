package io.omegabench.job;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32;

/** Records of block framing for tests. Sequences are offsets, an entry arrives at its greatest event time. */
final class Blocks {
  private Blocks() {}

  /** Impressions of one tweet at these times. */
  static LogRecord impressions(int partition, long offset, long tweetId, long... timesMs) {
    int rows = timesMs.length;
    long least = Arrays.stream(timesMs).min().orElse(0);
    long greatest = Arrays.stream(timesMs).max().orElse(0);
    ByteBuffer block = ByteBuffer.allocate(BlockCodec.blockBytes(rows)).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < rows; row++) {
      int at = BlockCodec.HEADER_BYTES + 4 * row;
      block.putInt(at, (int) tweetId).putInt(at + 4 * rows, (int) (tweetId >>> 32));
      block.putInt(at + 8 * rows, (int) (timesMs[row] - least));
    }
    block.putDouble(32, offset).putDouble(48, least).putDouble(56, greatest);
    return sealed(block, ImpressionBlock.Kind.IMPRESSIONS, rows, partition, offset, greatest);
  }

  static LogRecord control(ImpressionBlock.Kind kind, int partition, long offset) {
    ByteBuffer block = ByteBuffer.allocate(BlockCodec.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    return sealed(block, kind, 0, partition, offset, 0);
  }

  private static LogRecord sealed(
      ByteBuffer block, ImpressionBlock.Kind kind, int rows, int partition, long offset, long arrivalMs) {
    BlockCodec.putHeader(block, kind, rows, partition);
    block.putDouble(24, offset).putDouble(40, arrivalMs);
    CRC32 crc = new CRC32();
    crc.update(block.array(), 4, block.capacity() - 4);
    block.putInt(0, (int) crc.getValue());
    LogRecord record = new LogRecord();
    record.partition = partition;
    record.isBlock = true;
    record.bytes = block.array();
    return record;
  }

  static Change row(long tweetId, long hourStartMs) {
    return new Change().setRow(tweetId, hourStartMs, 1);
  }
}
