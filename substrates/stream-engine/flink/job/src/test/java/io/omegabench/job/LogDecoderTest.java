package io.omegabench.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogDecoderTest {
  private final List<String> entries = new ArrayList<>();
  private long nextOffset = Fixture.OFFSET;

  private LogDecoder decoder() {
    return new LogDecoder(new LogDecoder.Entries() {
      @Override
      public void onEntry(ImpressionBlock entry) {
        String text = entry.kind + " " + (entry.firstOffset - Fixture.OFFSET) + "+" + entry.rows();
        if (entry.rows() > 0) text += " from sequence " + entry.firstSequence + " at " + entry.eventTimeMs[0];
        entries.add(text);
        nextOffset = entry.nextOffset();
      }

      @Override
      public long nextOffset(int partition) {
        return nextOffset;
      }
    });
  }

  @Test
  void impressionsOfEventFramingBecomeTheirBlockAgain() throws Exception {
    LogDecoder decoder = decoder();
    for (int row = 0; row < 3; row++) decoder.accept(Fixture.event(row));
    decoder.accept(Fixture.record("heartbeat"));
    assertEquals(List.of("IMPRESSIONS 0+3 from sequence 4294967294 at 1700000000001", "HEARTBEAT 3+0"), entries);
  }

  @Test
  void aCheckpointTakesOutWhatHasComeOfABlock() throws Exception {
    LogDecoder decoder = decoder();
    decoder.accept(Fixture.event(0));
    decoder.drain();
    decoder.drain();
    decoder.accept(Fixture.event(1));
    decoder.accept(Fixture.event(2));
    assertEquals(
        List.of(
            "IMPRESSIONS 0+1 from sequence 4294967294 at 1700000000001",
            "IMPRESSIONS 1+2 from sequence 4294967295 at 1700000000251"),
        entries);
  }

  @Test
  void afterARestoreTheRestOfABlockComesWithoutItsHeader() throws Exception {
    nextOffset = Fixture.OFFSET + 1;
    LogDecoder decoder = decoder();
    decoder.accept(Fixture.event(1));
    decoder.accept(Fixture.event(2));
    decoder.accept(Fixture.record("end"));
    assertEquals(List.of("IMPRESSIONS 1+2 from sequence 4294967295 at 1700000000251", "END 3+0"), entries);
  }

  @Test
  void aGapInTheSequenceIsAnError() throws Exception {
    LogDecoder decoder = decoder();
    decoder.accept(Fixture.event(0));
    assertThrows(IllegalStateException.class, () -> decoder.accept(Fixture.event(2)));
  }
}
