package io.omegabench.job;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Requests that are under way at a time, at most so many; the first failure is thrown by who sends or waits. */
final class InFlight {
  private final int most;
  private final Semaphore free;
  private volatile Throwable failure;

  InFlight(int most) {
    this.most = most;
    free = new Semaphore(most);
  }

  /** Waits until there is room, then sends. */
  void send(Supplier<? extends CompletionStage<?>> request) throws InterruptedException {
    throwIfFailed();
    free.acquire();
    CompletionStage<?> sent;
    try {
      sent = request.get();
    } catch (RuntimeException error) {
      free.release();
      throw error;
    }
    sent.whenComplete((answer, error) -> {
      if (error != null) failure = error;
      free.release();
    });
  }

  /** Waits for all. */
  void finish() throws InterruptedException {
    free.acquire(most);
    free.release(most);
    throwIfFailed();
  }

  /**
   * Waits for all that are under way, for so long at most, and is not interrupted by a task that is cancelled: its
   * counts are to tell what the server has done.
   */
  void settle(long withinMs) {
    boolean isInterrupted = Thread.interrupted();
    long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(withinMs);
    for (boolean isWaiting = true; isWaiting; ) {
      try {
        if (free.tryAcquire(most, untilNs - System.nanoTime(), TimeUnit.NANOSECONDS)) free.release(most);
        isWaiting = false;
      } catch (InterruptedException again) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) Thread.currentThread().interrupt();
  }

  private void throwIfFailed() {
    Throwable error = failure;
    if (error != null) throw error instanceof RuntimeException known ? known : new IllegalStateException(error);
  }
}
