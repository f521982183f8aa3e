/**
 * Time, injected. All processes of a run share one monotonic clock: the host's, shifted by an epoch offset that the
 * parent chose.
 */

export interface Clock {
  /** Milliseconds on the run's event-time axis, with a fraction; never goes back. */
  nowMs(): number;
}

/** The host's monotonic clock shifted by `epochOffsetMs`: comparable between the processes of one host. */
export class MonotonicClock implements Clock {
  readonly epochOffsetMs: number;

  constructor(epochOffsetMs: number) {
    this.epochOffsetMs = epochOffsetMs;
  }

  nowMs(): number {
    return hostMonotonicMs() + this.epochOffsetMs;
  }

  /** The clock that reads `timeMs` at this moment. */
  static readingNow(timeMs: number): MonotonicClock {
    return new MonotonicClock(timeMs - hostMonotonicMs());
  }

  /**
   * The clock that reads the wall's time at this moment: what several hosts have in common, as far as theirs are set
   * right. From then on it goes as the host's monotonic one, whatever happens to the wall's.
   */
  static readingWall(): MonotonicClock {
    return MonotonicClock.readingNow(wallClockMs());
  }
}

function hostMonotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

/** Milliseconds since 1970 by the wall clock: for stamps that people read, never for measuring. */
export function wallClockMs(): number {
  return Date.now();
}
