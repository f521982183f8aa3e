package io.omegabench.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** Hours of 1000 ms, a bound of 100 ms, a lateness of 200 ms; expected values by hand. */
class ExpandOperatorTest {
  private static final long TWEET = 0x2000_0000_0000_0000L;

  private static OneInputStreamOperatorTestHarness<LogRecord, Change> harness(Plan plan, int subtasks, int subtask)
      throws Exception {
    var harness = new OneInputStreamOperatorTestHarness<>(new ExpandOperator(plan), 128, subtasks, subtask);
    harness.setup(ChangeSerializer.INSTANCE);
    return harness;
  }

  private static OneInputStreamOperatorTestHarness<LogRecord, Change> open(Plan plan) throws Exception {
    var harness = harness(plan, 1, 0);
    harness.open();
    harness.setProcessingTime(1);
    // It begins with where the partitions stand.
    harness.getOutput().clear();
    return harness;
  }

  /** Rows as `hour`, markers as `p0 offset counted late`, watermarks as `wm time`. */
  private static List<String> emitted(OneInputStreamOperatorTestHarness<LogRecord, Change> harness) {
    List<String> all = new ArrayList<>();
    for (Object output = harness.getOutput().poll(); output != null; output = harness.getOutput().poll()) {
      if (output instanceof Watermark mark) {
        all.add("wm " + (mark.getTimestamp() == Long.MAX_VALUE ? "max" : mark.getTimestamp()));
        continue;
      }
      Change change = (Change) ((StreamRecord<?>) output).getValue();
      Progress at = change.progress;
      if (at == null) all.add(Long.toString(change.hourStartMs));
      else all.add("p" + at.partition() + " " + at.offset() + " " + at.countedEvents() + " " + at.lateDropped());
    }
    return all;
  }

  private static void send(OneInputStreamOperatorTestHarness<LogRecord, Change> harness, LogRecord record)
      throws Exception {
    harness.processElement(new StreamRecord<>(record));
  }

  @Test
  void dropsAnEventIffItsWindowEndAndTheLatenessAreNotAfterTheWatermarkBeforeIt() throws Exception {
    try (var harness = open(Plans.of(Plans.OMEGA))) {
      // Watermarks before them: none, 0, 1199, 1199, 1200, 1200.
      send(harness, Blocks.impressions(0, 0, TWEET, 100, 1299, 999, 1300, 999, 1000));
      assertEquals(List.of("0", "1000", "0", "1000", "1000", "p0 6 5 1", "wm 1200"), emitted(harness));
    }
  }

  @Test
  void watermarksDoNotDependOnHowTheLogIsCutIntoBlocks() throws Exception {
    try (var harness = open(Plans.of(Plans.OMEGA))) {
      long[] times = {100, 1299, 999, 1300, 999, 1000};
      for (int i = 0; i < times.length; i++) send(harness, Blocks.impressions(0, i, TWEET, times[i]));
      List<String> rows = emitted(harness).stream().filter((line) -> line.matches("\\d+")).toList();
      assertEquals(List.of("0", "1000", "0", "1000", "1000"), rows);
    }
  }

  @Test
  void aPartitionThatWasNotSeenHoldsTheWatermarkBackAndOneThatEndedDoesNot() throws Exception {
    try (var harness = open(Plans.of(Plans.OMEGA_PRIME, 2, ""))) {
      send(harness, Blocks.impressions(0, 0, TWEET, 5000));
      assertEquals(List.of("5000", "p0 1 1 0"), emitted(harness));
      send(harness, Blocks.impressions(1, 0, TWEET + 1, 2000));
      assertEquals(List.of("2000", "p1 1 1 0", "wm 1900"), emitted(harness));
      send(harness, Blocks.control(ImpressionBlock.Kind.END, 1, 1));
      assertEquals(List.of("p1 1 1 0", "wm 4900"), emitted(harness));
      send(harness, Blocks.control(ImpressionBlock.Kind.END, 0, 1));
      assertEquals(List.of("p0 1 1 0", "wm max"), emitted(harness));
    }
  }

  @Test
  void whatTheLogDeliversAgainIsPassedOverAndAGapIsAnError() throws Exception {
    try (var harness = open(Plans.of(Plans.OMEGA))) {
      send(harness, Blocks.impressions(0, 0, TWEET, 10, 20));
      send(harness, Blocks.impressions(0, 0, TWEET, 10, 20, 30));
      assertEquals(List.of("0", "0", "p0 2 2 0", "wm -80", "0", "p0 3 3 0", "wm -70"), emitted(harness));
      assertThrows(IllegalStateException.class, () -> send(harness, Blocks.impressions(0, 4, TWEET, 40)));
    }
  }

  @Test
  void aFilterKeepsOneTweetInSoManyButAllOfTheWatermark() throws Exception {
    try (var harness = open(Plans.of(Plans.OMEGA, 1, "\"filter\":{\"keepOneIn\":2},"))) {
      send(harness, Blocks.impressions(0, 0, TWEET, 10));
      send(harness, Blocks.impressions(0, 1, TWEET + 1, 3000));
      assertEquals(List.of("0", "p0 1 1 0", "wm -90", "p0 2 1 0", "wm 2900"), emitted(harness));
    }
  }

  @Test
  void aRestoreKnowsWatermarksAndEndsWithoutReadingAnything() throws Exception {
    Plan plan = Plans.of(Plans.OMEGA, 2, "");
    OperatorSubtaskState saved;
    try (var harness = open(plan)) {
      send(harness, Blocks.impressions(0, 0, TWEET, 1299));
      send(harness, Blocks.impressions(1, 0, TWEET + 1, 1300));
      send(harness, Blocks.control(ImpressionBlock.Kind.END, 1, 1));
      saved = harness.snapshot(1, 1);
    }
    // The partition that ended moves to another subtask, which is told by no record.
    try (var harness = harness(plan, 2, 1)) {
      harness.initializeState(saved);
      harness.open();
      harness.setProcessingTime(1);
      assertEquals(List.of("p1 1 1 0", "wm max"), emitted(harness));
    }
    try (var harness = harness(plan, 2, 0)) {
      harness.initializeState(saved);
      harness.open();
      harness.setProcessingTime(1);
      send(harness, Blocks.impressions(0, 1, TWEET, 999, 1300, 999));
      assertEquals(List.of("p0 1 1 0", "wm 1199", "0", "1000", "p0 4 3 1", "wm 1200"), emitted(harness));
    }
  }

  @Test
  void aCheckpointInTheMiddleOfABlockOfEventFramingLosesNothing() throws Exception {
    Plan plan = Plans.of(Plans.OMEGA, 4, "");
    OperatorSubtaskState saved;
    try (var harness = open(plan)) {
      LogRecord first = Fixture.event(0);
      send(harness, Blocks.control(ImpressionBlock.Kind.HEARTBEAT, 3, 0));
      first.bytes = first.bytes.clone();
      ByteBuffer.wrap(first.bytes).putDouble(12, 0);
      send(harness, first);
      harness.prepareSnapshotPreBarrier(1);
      saved = harness.snapshot(1, 1);
      assertEquals("p3 1 1 0", emitted(harness).get(2));
    }
    try (var harness = harness(plan, 1, 0)) {
      harness.initializeState(saved);
      harness.open();
      send(harness, Fixture.event(1));
      send(harness, Fixture.event(2));
      send(harness, Blocks.control(ImpressionBlock.Kind.END, 3, 3));
      List<String> all = emitted(harness);
      assertEquals("p3 3 3 0", all.get(all.size() - 1));
    }
  }
}
