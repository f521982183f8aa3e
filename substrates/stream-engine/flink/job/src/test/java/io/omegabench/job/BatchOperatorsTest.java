package io.omegabench.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.TreeMap;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BatchOperatorsTest {
  private static final Plan.Batch JOB = new Plan.Batch(0, 1000, 1000, 2100, List.of());

  @BeforeEach
  void reset() {
    RecordingStore.reset();
  }

  /** Counts by tweet. Entries arrive at their greatest event time. */
  private static String combined(String stage, LogRecord... records) throws Exception {
    Plan plan = Plans.of(stage, 1, "");
    var operator = new CombineOperator(plan, JOB, (Plan.BatchStage) plan.declaration().stages().get(0));
    var counts = new TreeMap<Long, Long>();
    try (var harness = new OneInputStreamOperatorTestHarness<LogRecord, Change>(operator)) {
      harness.setup(ChangeSerializer.INSTANCE);
      harness.open();
      for (LogRecord record : records) harness.processElement(new StreamRecord<>(record));
      harness.endInput();
      for (Change sum : harness.extractOutputValues()) {
        assertEquals(1000, sum.hourStartMs);
        counts.merge(sum.tweetId, Impressions.countOf(sum.increment), Long::sum);
      }
    }
    return counts.toString();
  }

  private static final LogRecord[] ARCHIVE = {
    Blocks.impressions(0, 0, 5, 999),
    Blocks.impressions(0, 1, 5, 990, 1000),
    Blocks.impressions(0, 3, 6, 1500, 2050),
    Blocks.impressions(0, 3, 6, 1500, 2050),
    Blocks.impressions(0, 5, 7, 1999, 2100),
  };

  @Test
  void byArrivalEveryImpressionThatArrivedInTimeCounts() throws Exception {
    assertEquals("{5=2, 6=2}", combined(Plans.BATCH.replace("event-time", "arrival-time"), ARCHIVE));
  }

  @Test
  void byEventTimeOnlyThoseOfTheHourCount() throws Exception {
    assertEquals("{5=1, 6=1}", combined(Plans.BATCH, ARCHIVE));
  }

  @Test
  void sumsOfOneTweetAreLoadedAsOneRow() throws Exception {
    Plan plan = Plans.of(Plans.BATCH);
    var stage = (Plan.BatchStage) plan.declaration().stages().get(0);
    var operator = new LoadOperator(plan, JOB, stage, RecordingStore::open);
    try (var harness = new OneInputStreamOperatorTestHarness<Change, Void>(operator)) {
      harness.setProcessingTime(5);
      harness.open();
      for (long tweet : new long[] {5, 5, 6, 7, 7}) {
        harness.processElement(new StreamRecord<>(new Change().setRow(tweet, 1000, 2)));
      }
      harness.endInput();
    }
    assertEquals(List.of("upsert | 5@1000=4 v5 | 6@1000=2 v5", "upsert | 7@1000=4 v5"), RecordingStore.LINES);
  }

  @Test
  void aTableThatIsFullIsHandedOn() {
    TweetSums sums = new TweetSums(2);
    sums.add(1, 1);
    sums.add(2, 1);
    sums.add(1, 1);
    assertEquals(true, sums.isFull());
    var found = new TreeMap<Long, Long>();
    sums.empty(found::put);
    assertEquals("{1=2, 2=1}", found.toString());
    assertEquals(false, sums.isFull());
    sums.empty((tweet, packed) -> found.put(-1L, packed));
    assertEquals(2, found.size());
  }
}
