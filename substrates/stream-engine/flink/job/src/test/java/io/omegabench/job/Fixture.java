package io.omegabench.job;

import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.Properties;

/** Bytes that the TypeScript side wrote; see the file for how. */
final class Fixture {
  static final long[] TWEETS = {0x2000000000000007L, 0x3fffffffffffffffL, 0xffffffff0000000bL};
  static final long[] TIMES_MS = {1_700_000_000_001L, 1_700_000_000_251L, 1_700_000_001_000L};
  static final long OFFSET = 5_000_000_000L;
  static final long SEQUENCE = 4_294_967_294L;

  private Fixture() {}

  static byte[] bytes(String name) {
    Properties all = new Properties();
    try (InputStream file = Fixture.class.getResourceAsStream("/log-fixture.properties")) {
      all.load(file);
    } catch (IOException error) {
      throw new IllegalStateException(error);
    }
    return HexFormat.of().parseHex(all.getProperty(name));
  }

  static LogRecord record(String name) {
    LogRecord record = new LogRecord();
    record.partition = 3;
    record.isBlock = true;
    record.bytes = bytes(name);
    return record;
  }

  /** A row of the block in event framing; the first has the header. */
  static LogRecord event(int row) {
    LogRecord record = new LogRecord();
    record.partition = 3;
    if (row == 0) record.bytes = bytes("blockHeader");
    record.tweetId = TWEETS[row];
    record.sequence = SEQUENCE + row;
    record.eventTimeMs = TIMES_MS[row];
    return record;
  }
}
