package io.omegabench.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests under way. */
class InFlightTest {
  private static final long LONG_MS = 30_000;
  private final CompletableFuture<Void> first = new CompletableFuture<>();

  @AfterEach
  void clear() {
    Thread.interrupted();
  }

  @Test
  void aRequestForWhichThereIsNoRoomIsNotSentIfItsTaskIsCancelled() throws InterruptedException {
    InFlight flight = new InFlight(1);
    flight.send(() -> first);
    boolean[] sent = {false};
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> flight.send(() -> {
      sent[0] = true;
      return CompletableFuture.completedFuture(null);
    }));
    assertFalse(sent[0]);
  }

  @Test
  void whatIsUnderWayIsWaitedForThoughItsTaskIsCancelled() throws InterruptedException {
    InFlight flight = new InFlight(2);
    flight.send(() -> first);
    CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS).execute(() -> first.complete(null));
    Thread.currentThread().interrupt();
    flight.settle(LONG_MS);
    assertTrue(first.isDone());
    assertTrue(Thread.interrupted(), "who waits next must know that the task is cancelled");
  }

  @Test
  void settlingEndsWithoutAnAnswer() throws InterruptedException {
    InFlight flight = new InFlight(1);
    flight.send(() -> first);
    flight.settle(1);
    assertFalse(first.isDone());
  }

  @Test
  void aFailureIsThrownByWhoSendsNextOrWaits() throws InterruptedException {
    InFlight flight = new InFlight(1);
    flight.send(() -> CompletableFuture.failedFuture(new IllegalArgumentException("refused")));
    assertEquals("refused", assertThrows(IllegalArgumentException.class, flight::finish).getMessage());
    assertThrows(IllegalArgumentException.class, () -> flight.send(() -> first));
  }

  @Test
  void whatCouldNotBeSentIsNotWaitedFor() throws InterruptedException {
    InFlight flight = new InFlight(1);
    assertThrows(IllegalStateException.class, () -> flight.send(() -> {
      throw new IllegalStateException("closed");
    }));
    flight.finish();
  }
}
