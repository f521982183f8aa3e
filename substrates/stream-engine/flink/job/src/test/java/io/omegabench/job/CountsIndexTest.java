package io.omegabench.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class CountsIndexTest {
  @Test
  void holdsWhatAMapHolds() {
    CountsIndex index = new CountsIndex();
    Map<Long, WindowCounts> model = new HashMap<>();
    Random random = new Random(7);
    for (int i = 0; i < 200_000; i++) {
      long tweet = random.nextInt(5000) * 0x1_0000_0001L;
      if (random.nextInt(3) == 0) {
        index.remove(tweet);
        model.remove(tweet);
      } else {
        WindowCounts counts = new WindowCounts();
        index.put(tweet, counts);
        model.put(tweet, counts);
      }
      long asked = random.nextInt(5000) * 0x1_0000_0001L;
      assertSame(model.get(asked), index.get(asked));
    }
    assertEquals(model.size(), index.size());
  }

  @Test
  void aReaderAlwaysFindsATweetThatStays() throws Exception {
    CountsIndex index = new CountsIndex();
    WindowCounts staying = new WindowCounts();
    index.put(42, staying);
    AtomicBoolean isDone = new AtomicBoolean();
    AtomicReference<String> wrong = new AtomicReference<>();
    Thread reader = new Thread(() -> {
      while (!isDone.get()) if (index.get(42) != staying) wrong.set("the tweet was missing for a moment");
    });
    reader.start();
    for (long tweet = 1000; tweet < 300_000; tweet++) {
      index.put(tweet, new WindowCounts());
      if (tweet % 3 != 0) index.remove(tweet);
    }
    isDone.set(true);
    reader.join();
    assertNull(wrong.get());
  }
}
