package io.omegabench.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BlockCodecTest {
  private final BlockCodec codec = new BlockCodec();
  private final ImpressionBlock block = new ImpressionBlock();

  @Test
  void readsTheBlockThatTypeScriptWrote() {
    codec.decode(Fixture.bytes("impressions"), block);
    assertEquals(ImpressionBlock.Kind.IMPRESSIONS, block.kind);
    assertEquals(3, block.partition);
    assertEquals(Fixture.OFFSET, block.firstOffset);
    assertEquals(Fixture.SEQUENCE, block.firstSequence);
    assertEquals(1_700_000_001_234L, block.arrivalMs);
    assertEquals(3, block.rows());
    assertArrayEquals(Fixture.TWEETS, Arrays.copyOf(block.tweetId, 3));
    assertArrayEquals(Fixture.TIMES_MS, Arrays.copyOf(block.eventTimeMs, 3));
  }

  @Test
  void readsControlBlocks() {
    codec.decode(Fixture.bytes("heartbeat"), block);
    assertEquals(ImpressionBlock.Kind.HEARTBEAT, block.kind);
    assertEquals(Fixture.OFFSET + 3, block.nextOffset());
    codec.decode(Fixture.bytes("end"), block);
    assertEquals(ImpressionBlock.Kind.END, block.kind);
    assertEquals(1_700_000_001_250L, block.arrivalMs);
  }

  @Test
  void refusesEverySingleDamagedByte() {
    byte[] whole = Fixture.bytes("impressions");
    for (int at = 0; at < whole.length; at++) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x10;
      assertThrows(IllegalArgumentException.class, () -> codec.decode(damaged, block), "byte " + at);
    }
  }

  @Test
  void refusesABlockThatIsCutShort() {
    byte[] whole = Fixture.bytes("impressions");
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThrows(IllegalArgumentException.class, () -> codec.decode(cut, block), length + " bytes");
    }
  }

  @Test
  void whatTheGeneratorInsideTheJobMakesIsOfTheSameFormat() {
    GeneratedBlocks blocks = new GeneratedBlocks(new GeneratedSplit(1, 2, 4, 5000, 1000, 0));
    StringBuilder read = new StringBuilder();
    while (blocks.hasNext()) {
      codec.decode(blocks.next().bytes, block);
      read.append(block.partition).append(':').append(block.firstOffset).append('+').append(block.rows()).append(' ');
      for (int i = 0; i < block.to; i++) assertEquals(block.partition, (block.tweetId[i] & 0xffffffffL) % 4);
    }
    assertEquals("1:0+4096 3:0+4096 1:4096+904 3:4096+904 1:5000+0 3:5000+0 ", read.toString());
  }

  @Test
  void theGeneratorGoesOnWhereACheckpointWasTaken() {
    GeneratedSplit split = new GeneratedSplit(0, 1, 2, 20_000, 1000, 0);
    GeneratedBlocks straight = split.getIterator();
    for (int i = 0; i < 5; i++) straight.next();
    GeneratedBlocks resumed = split.getUpdatedSplitForIterator(straight).getIterator();
    while (straight.hasNext()) assertArrayEquals(straight.next().bytes, resumed.next().bytes);
    assertEquals(false, resumed.hasNext());
  }
}
