package io.omegabench.job;

import java.nio.ByteBuffer;

/**
 * Puts one partition's impressions of event framing together again to the block that they were. A checkpoint may cut a
 * block in two: what has come is taken out, and after a restore the rest comes without its header, which only told when
 * the block is whole.
 *
 * <pre>
 *   the header `block`:   0 magic "OEB1"   4 partition u32   8 rows u32   12 offset f64   20 position f64
 *                         28 arrivalMs f64   36 minEventTimeMs f64   44 maxEventTimeMs f64
 * </pre>
 */
final class BlockGatherer {
  private static final int MAGIC = 0x4f454231;
  private static final int HEADER_BYTES = 52;

  final ImpressionBlock block = new ImpressionBlock();
  /** Rows of the open block that were not taken out yet; 0 if none is open. */
  private int rowsToCome;

  BlockGatherer(int partition) {
    block.setControl(ImpressionBlock.Kind.IMPRESSIONS, partition, 0, 0);
  }

  boolean isEmpty() {
    return block.to == 0;
  }

  /** Looks whether a record begins a block. `offset` is its place if none is open and it has no header. */
  void begin(LogRecord record, long offset) {
    if (record.bytes.length == 0) {
      if (rowsToCome == 0) start(offset, record.sequence, block.arrivalMs, ImpressionBlock.MAX_ROWS);
      return;
    }
    ByteBuffer header = ByteBuffer.wrap(record.bytes);
    if (record.bytes.length != HEADER_BYTES || header.getInt(0) != MAGIC) {
      throw new IllegalArgumentException("the block header of a batch has another format");
    }
    start((long) header.getDouble(12), record.sequence, (long) header.getDouble(28), header.getInt(8));
  }

  private void start(long offset, long sequence, long arrivalMs, int rows) {
    block.firstOffset = offset;
    block.firstSequence = sequence;
    block.arrivalMs = arrivalMs;
    rowsToCome = rows;
  }

  /** Appends a row; true if the block is whole. Throws if the sequence has a gap. */
  boolean append(LogRecord record) {
    int row = block.to++;
    if (record.sequence != block.firstSequence + row) {
      throw new IllegalStateException(
          "sequence " + record.sequence + " stands where " + (block.firstSequence + row) + " is due");
    }
    block.tweetId[row] = record.tweetId;
    block.eventTimeMs[row] = record.eventTimeMs;
    return block.to >= rowsToCome;
  }

  /** What comes next is another block. */
  void close() {
    rowsToCome = 0;
  }

  /** Lets go of the rows that were taken out; the rest of the block may follow. */
  void taken() {
    int rows = block.to;
    rowsToCome -= rows;
    block.firstOffset += rows;
    block.firstSequence += rows;
    block.from = 0;
    block.to = 0;
  }
}
