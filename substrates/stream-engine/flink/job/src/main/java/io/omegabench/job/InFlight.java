package io.omegabench.job;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;

/** Requests that are under way at a time, at most so many; the first failure is thrown by who adds or waits. */
final class InFlight {
  private final int most;
  private final Semaphore free;
  private volatile Throwable failure;

  InFlight(int most) {
    this.most = most;
    free = new Semaphore(most);
  }

  /** Waits until there is room for a request that was just sent. */
  void add(CompletionStage<?> request) throws InterruptedException {
    free.acquire();
    request.whenComplete((answer, error) -> {
      if (error != null) failure = error;
      free.release();
    });
    throwIfFailed();
  }

  /** Waits for all. */
  void finish() throws InterruptedException {
    free.acquire(most);
    throwIfFailed();
  }

  private void throwIfFailed() {
    Throwable error = failure;
    if (error != null) throw error instanceof RuntimeException known ? known : new IllegalStateException(error);
  }
}
