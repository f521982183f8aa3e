package io.omegabench.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IncrementOperatorTest {
  @BeforeEach
  void reset() {
    RecordingStore.reset();
  }

  private static void run(String stage, int... rows) throws Exception {
    IncrementOperator operator = new IncrementOperator(Plans.of(stage), 0, RecordingStore::open);
    try (var harness = new OneInputStreamOperatorTestHarness<ImpressionBlock, Void>(operator)) {
      harness.open();
      long offset = 10;
      for (int count : rows) {
        harness.processElement(new StreamRecord<>(entry(offset, count)));
        offset += count;
      }
    }
  }

  /** Rows of tweet 7 at 900 ms, 950 ms, 1000 ms, and so on. */
  private static ImpressionBlock entry(long offset, int rows) {
    ImpressionBlock entry = new ImpressionBlock();
    entry.setControl(ImpressionBlock.Kind.IMPRESSIONS, 0, offset, 0);
    entry.to = rows;
    for (int i = 0; i < rows; i++) {
      entry.tweetId[i] = 7;
      entry.eventTimeMs[i] = 900 + 50 * i;
    }
    return entry;
  }

  @Test
  void everyEventIsARowAndABatchHasAtMostSoMany() throws Exception {
    run(Plans.ALPHA, 3, 1);
    assertEquals(
        List.of("increment p0 to 12 | 7@0=1 | 7@0=1", "increment p0 to 13 | 7@1000=1", "increment p0 to 14 | 7@0=1"),
        RecordingStore.LINES);
  }

  @Test
  void afterAWriteThatWasCommittedWithItsOffsetTheRestIsWritten() throws Exception {
    RecordingStore.applied = 12;
    run(Plans.ALPHA.replace("after-write", "with-write"), 3, 1);
    assertEquals(List.of("increment p0 to 13 | 7@1000=1", "increment p0 to 14 | 7@0=1"), RecordingStore.LINES);
  }

  @Test
  void whatWasAppliedIsWrittenAgainWhereOnlyTheCheckpointCounts() throws Exception {
    RecordingStore.applied = 12;
    run(Plans.ALPHA, 3);
    assertEquals(2, RecordingStore.LINES.size());
  }

  @Test
  void aReadModifyWriteIsAskedForAsSuch() throws Exception {
    run(Plans.ALPHA.replace("atomic", "read-modify-write"), 1);
    assertEquals(List.of("rmw p0 to 11 | 7@0=1"), RecordingStore.LINES);
  }

  @Test
  void aTransactionIsRefusedWhereTheStoreHasNone() {
    String cassandra =
        Plans.json(Plans.ALPHA.replace("after-write", "with-write"), 1, "")
            .replace("\"kind\":\"redis\",\"host\":\"h\",\"port\":1,\"database\":0",
                "\"kind\":\"cassandra\",\"contactPoints\":[\"c\"],\"dataCenter\":\"d\",\"keyspace\":\"k\","
                    + "\"consistency\":\"one\"");
    Plan plan = Plan.parse(Plans.encode(cassandra));
    assertThrows(IllegalArgumentException.class, () -> new IncrementOperator(plan, 0, RecordingStore::open));
  }
}
