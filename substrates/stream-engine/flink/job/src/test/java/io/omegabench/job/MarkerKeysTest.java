package io.omegabench.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.LongStream;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.junit.jupiter.api.Test;

class MarkerKeysTest {
  @Test
  void areTheFirstLongsThatEachSubtaskOwns() {
    long[][] keys = MarkerKeys.of(4, 128, 3);
    for (int subtask = 0; subtask < 3; subtask++) {
      int own = subtask;
      long[] expected =
          LongStream.iterate(0, (key) -> key + 1)
              .filter((key) -> KeyGroupRangeAssignment.assignKeyToParallelOperator(key, 128, 3) == own)
              .limit(4)
              .toArray();
      assertArrayEquals(expected, keys[subtask]);
    }
  }

  @Test
  void ofASingleSubtaskAreTheNumbersOfThePartitions() {
    assertArrayEquals(new long[] {0, 1, 2}, MarkerKeys.of(3, 128, 1)[0]);
    assertEquals(1, MarkerKeys.of(3, 128, 1).length);
  }
}
