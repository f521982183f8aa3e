/** A clock and timers in virtual time: sleeping costs nothing, and what happens when is decided by the test. */
import type { Clock } from '../../../substrates/clock.ts';

export class VirtualTime implements Clock {
  #nowMs: number;
  #timers: { atMs: number; order: number; wake: () => void }[] = [];
  #order = 0;

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  sleep = (durationMs: number): Promise<void> =>
    new Promise((wake) => {
      this.#timers.push({ atMs: this.#nowMs + durationMs, order: this.#order++, wake });
    });

  /** Lets time pass until `toMs`, timer by timer. */
  async runTo(toMs: number): Promise<void> {
    await settled();
    for (;;) {
      this.#timers.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
      const next = this.#timers[0];
      if (next === undefined || next.atMs > toMs) break;
      this.#timers.shift();
      this.#nowMs = next.atMs;
      next.wake();
      await settled();
    }
    this.#nowMs = toMs;
  }
}

/** Resolves when all promises that can go on have gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
