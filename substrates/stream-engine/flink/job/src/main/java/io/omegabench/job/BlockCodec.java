package io.omegabench.job;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;

/**
 * Reads the block format of `substrates/event-log/files/codec.ts`: a 64-byte header and three columns of unsigned
 * 32-bit integers, little-endian.
 *
 * <pre>
 *   0 crc32 (of bytes 4 to the end)   4 magic   8 kind   12 bytes   16 rows   20 partition   24 firstOffset f64
 *   32 firstSequence f64   40 arrivalMs f64   48 minEventTimeMs f64   56 maxEventTimeMs f64
 *   64 tweetIdLo[rows]   tweetIdHi[rows]   eventTimeDeltaMs[rows]   (4 bytes of zero if rows is odd)
 * </pre>
 */
final class BlockCodec {
  static final int HEADER_BYTES = 64;
  static final int ROW_BYTES = 12;
  /** "OBL1" in the bytes of the block. */
  private static final int MAGIC = 0x314c424f;

  private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final CRC32 crc = new CRC32();

  /** Decodes one whole block. Throws `IllegalArgumentException` if the bytes are not exactly that. */
  void decode(byte[] bytes, ImpressionBlock into) {
    check(bytes);
    int kind = intAt(bytes, 8);
    int rows = intAt(bytes, 16);
    into.partition = intAt(bytes, 20);
    into.firstOffset = wholeAt(bytes, 24);
    into.firstSequence = wholeAt(bytes, 32);
    into.arrivalMs = wholeAt(bytes, 40);
    into.kind = ImpressionBlock.Kind.values()[kind - 1];
    into.from = 0;
    into.to = rows;
    takeColumns(bytes, rows, wholeAt(bytes, 48), into);
  }

  private void check(byte[] bytes) {
    if (bytes.length < HEADER_BYTES || intAt(bytes, 4) != MAGIC) throw bad("no block header");
    int kind = intAt(bytes, 8);
    int rows = intAt(bytes, 16);
    boolean isKnown = kind >= 1 && kind <= 3 && rows >= 0 && rows <= ImpressionBlock.MAX_ROWS;
    if (!isKnown || (kind == 1) != rows > 0) throw bad("a header of kind " + kind + " with " + rows + " rows");
    if (intAt(bytes, 12) != bytes.length || bytes.length != blockBytes(rows)) throw bad("a length that does not fit");
    crc.reset();
    crc.update(bytes, 4, bytes.length - 4);
    if ((int) crc.getValue() != intAt(bytes, 0)) throw bad("checksum mismatch");
  }

  private static void takeColumns(byte[] bytes, int rows, long minEventTimeMs, ImpressionBlock into) {
    long[] tweetId = into.tweetId;
    long[] eventTimeMs = into.eventTimeMs;
    int lo = HEADER_BYTES;
    int hi = lo + 4 * rows;
    int delta = hi + 4 * rows;
    for (int row = 0; row < rows; row++, lo += 4, hi += 4, delta += 4) {
      tweetId[row] = ((long) (int) INT.get(bytes, hi) << 32) | ((int) INT.get(bytes, lo) & 0xffffffffL);
      eventTimeMs[row] = minEventTimeMs + ((int) INT.get(bytes, delta) & 0xffffffffL);
    }
  }

  /** The fields of a header that are integers; `block` is little-endian. */
  static void putHeader(ByteBuffer block, ImpressionBlock.Kind kind, int rows, int partition) {
    block.putInt(4, MAGIC).putInt(8, kind.ordinal() + 1).putInt(12, blockBytes(rows)).putInt(16, rows);
    block.putInt(20, partition);
  }

  static int blockBytes(int rows) {
    return HEADER_BYTES + (rows * ROW_BYTES + 7) / 8 * 8;
  }

  private static int intAt(byte[] bytes, int at) {
    return (int) INT.get(bytes, at);
  }

  /** A double that holds a whole number. */
  private static long wholeAt(byte[] bytes, int at) {
    return (long) Double.longBitsToDouble((long) LONG.get(bytes, at));
  }

  private static IllegalArgumentException bad(String reason) {
    return new IllegalArgumentException("a record of the log is no block: " + reason);
  }
}
