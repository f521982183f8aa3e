package io.omegabench.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Hours of 1000 ms, a lateness of 200 ms, portions of two timers. */
class WindowStateOperatorTest {
  private WindowStateOperator operator;

  @BeforeEach
  void reset() {
    RecordingStore.reset();
  }

  private KeyedOneInputStreamOperatorTestHarness<Long, Change, Void> harness(String stage) throws Exception {
    return harness(Plans.of(stage, 2, ""));
  }

  private KeyedOneInputStreamOperatorTestHarness<Long, Change, Void> harness(Plan plan) throws Exception {
    operator = new WindowStateOperator(plan, 0, RecordingStore::open);
    return new KeyedOneInputStreamOperatorTestHarness<>(
        operator, (change) -> change.tweetId, Types.LONG, 128, 1, 0);
  }

  private KeyedOneInputStreamOperatorTestHarness<Long, Change, Void> open(String stage) throws Exception {
    var harness = harness(stage);
    harness.open();
    return harness;
  }

  private static void count(
      KeyedOneInputStreamOperatorTestHarness<Long, Change, Void> harness, long tweet, long hour, int times)
      throws Exception {
    for (int i = 0; i < times; i++) harness.processElement(new StreamRecord<>(Blocks.row(tweet, hour)));
  }

  /** Lets everything that is due be handed over. */
  private static void settle(KeyedOneInputStreamOperatorTestHarness<Long, Change, Void> harness, long nowMs)
      throws Exception {
    harness.setProcessingTime(nowMs);
  }

  @Test
  void countsEachHourOfATweetAndShowsItAtOnce() throws Exception {
    try (var harness = open(Plans.OMEGA_PRIME)) {
      count(harness, 7, 0, 2);
      count(harness, 7, 1000, 3);
      assertEquals("[0, 2, 0, 1000, 3, 0]", operator.index.get(7).toString());
      assertNull(operator.index.get(8));
      harness.processWatermark(new Watermark(Long.MAX_VALUE));
      assertEquals("[0, 2, 0, 1000, 3, 0]", operator.index.get(7).toString());
      assertEquals(0, operator.status.pendingKeys);
    }
  }

  @Test
  void handsAClosedWindowOverAndForgetsItOnlyWhenNothingCanBeAdded() throws Exception {
    try (var harness = open(Plans.OMEGA)) {
      count(harness, 7, 0, 2);
      harness.processWatermark(new Watermark(999));
      assertEquals(List.of(), RecordingStore.LINES);
      harness.processWatermark(new Watermark(1000));
      assertEquals(List.of("upsert | 7@0=2 v1000"), RecordingStore.LINES);
      assertEquals("[0, 2, 2]", operator.index.get(7).toString());
      count(harness, 7, 0, 1);
      harness.processWatermark(new Watermark(1199));
      assertEquals(1, RecordingStore.LINES.size());
      harness.processWatermark(new Watermark(1200));
      assertEquals("upsert | 7@0=3 v1200", RecordingStore.LINES.get(1));
      assertNull(operator.index.get(7));
      assertEquals(3, operator.status.storedEvents);
      assertEquals(0, harness.numKeyedStateEntries());
      assertEquals(0, harness.numEventTimeTimers());
    }
  }

  @Test
  void anIncrementHandsOverOnlyWhatIsNew() throws Exception {
    try (var harness = open(Plans.window("all", "increment"))) {
      count(harness, 7, 0, 2);
      harness.processWatermark(new Watermark(1000));
      count(harness, 7, 0, 1);
      count(harness, 9, 0, 1);
      harness.processWatermark(new Watermark(1200));
      settle(harness, 100);
      assertEquals(List.of("increment | 7@0=2", "increment | 7@0=1 | 9@0=1"), sorted());
      assertEquals("[0, 3, 3]", operator.index.get(7).toString());
    }
  }

  /** The order of the keys of one portion is that of their key groups. */
  private static List<String> sorted() {
    return RecordingStore.LINES.stream()
        .map((line) -> line.equals("increment | 9@0=1 | 7@0=1") ? "increment | 7@0=1 | 9@0=1" : line)
        .toList();
  }

  @Test
  void twoTimersOfOneTweetInOnePortionHandItOverOnce() throws Exception {
    try (var harness = open(Plans.window("open", "increment"))) {
      count(harness, 7, 0, 1);
      count(harness, 7, 1000, 1);
      harness.processWatermark(new Watermark(5000));
      settle(harness, 100);
      assertEquals(List.of("increment | 7@1000=1 | 7@0=1"), RecordingStore.LINES);
      assertNull(operator.index.get(7));
      assertEquals(0, harness.numKeyedStateEntries());
    }
  }

  @Test
  void betweenTwoPortionsIngestionGoesOnAndACheckpointKnowsWhatIsLeft() throws Exception {
    OperatorSubtaskState saved;
    try (var harness = open(Plans.OMEGA)) {
      for (long tweet = 1; tweet <= 5; tweet++) count(harness, tweet, 0, 1);
      harness.processWatermark(new Watermark(5000));
      assertEquals(1, RecordingStore.LINES.size());
      assertEquals(3, operator.status.pendingKeys);
      count(harness, 100, 4000, 1);
      saved = harness.snapshot(1, 1);
    }
    // The end of the first run has handed the rest over; the second knows nothing of that.
    RecordingStore.reset();
    try (var harness = harness(Plans.OMEGA)) {
      harness.initializeState(saved);
      harness.open();
      assertEquals(2, operator.status.storedEvents);
      assertNotNull(operator.index.get(100));
      harness.processWatermark(new Watermark(5000));
      settle(harness, 100);
      settle(harness, 200);
      long handedOver = RecordingStore.LINES.stream().mapToLong((line) -> line.split("\\|").length - 1).sum();
      assertEquals(3, handedOver);
      assertEquals(5, operator.status.storedEvents);
      assertEquals(0, operator.status.pendingKeys);
      assertEquals(1, harness.numKeyedStateEntries());
    }
  }

  @Test
  void aStoreThatRefusesEndsTheTaskAndTheStateStays() throws Exception {
    try (var harness = open(Plans.OMEGA)) {
      count(harness, 7, 0, 1);
      RecordingStore.isDown = true;
      assertThrows(Exception.class, () -> harness.processWatermark(new Watermark(1200)));
      assertNotNull(operator.index.get(7));
      RecordingStore.isDown = false;
    }
  }

  @Test
  void readersSeeTheCountsAlsoWhileASnapshotHoldsTheState() throws Exception {
    try (var harness = open(Plans.OMEGA_PRIME)) {
      count(harness, 7, 0, 1);
      OperatorSubtaskState saved = harness.snapshot(1, 1);
      count(harness, 7, 0, 1);
      count(harness, 7, 1000, 1);
      assertEquals("[0, 2, 0, 1000, 1, 0]", operator.index.get(7).toString());
      try (var restored = harness(Plans.OMEGA_PRIME)) {
        restored.initializeState(saved);
        restored.open();
        assertEquals("[0, 1, 0]", operator.index.get(7).toString());
      }
    }
  }

  @Test
  void stateOfOtherHoursIsRefused() throws Exception {
    OperatorSubtaskState saved;
    try (var harness = open(Plans.OMEGA_PRIME)) {
      count(harness, 7, 0, 1);
      saved = harness.snapshot(1, 1);
    }
    String other = Plans.json(Plans.OMEGA_PRIME, 2, "").replace("\"hourMs\":1000", "\"hourMs\":2000");
    try (var harness = harness(Plan.parse(Plans.encode(other)))) {
      var refused = assertThrows(IllegalStateException.class, () -> harness.initializeState(saved));
      assertTrue(refused.getMessage().startsWith(
          "the state counts by hours of 1000 ms, and this program by hours of 2000 ms"), refused.getMessage());
    }
  }

  private static String withoutTime(String status) {
    return status.replaceFirst("\"atMs\":\\d+,", "");
  }

  @Test
  void markersTellHowFarAPartitionIsReflectedAlsoAfterARestore() throws Exception {
    OperatorSubtaskState saved;
    Progress progress = new Progress(1, 50, 48, -9, 2, 4000, true);
    String status;
    try (var harness = open(Plans.OMEGA_PRIME)) {
      long key = MarkerKeys.of(2, 128, 1)[0][1];
      harness.processElement(new StreamRecord<>(new Change().setMarker(key, progress)));
      status = operator.status.getValue();
      assertTrue(status.contains("\"partitions\":{\"1\":[50,48,2,1]},\"first\":{\"1\":50},"), status);
      saved = harness.snapshot(1, 1);
    }
    try (var harness = harness(Plans.OMEGA_PRIME)) {
      harness.initializeState(saved);
      harness.open();
      assertEquals(withoutTime(status), withoutTime(operator.status.getValue()));
    }
  }
}
