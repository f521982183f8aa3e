/**
 * How late a generator was: for each block, its append time less the scheduled arrival of its first row, weighted by
 * its rows. Up to 10 ms of it is the waiting for a block to fill; the rest is a generator or a machine that did not
 * keep up.
 */
import hdr from 'hdr-histogram-js';

/**
 * A generator that is later than this for more than 1 % of the impressions has not offered the rate that it should
 * have.
 */
export const MAX_GENERATOR_LATENESS_P99_MS = 50;

export interface LatenessFigures {
  p50: number;
  p99: number;
  max: number;
}

export class Lateness {
  readonly #histogramUs = hdr.build({ bitBucketSize: 64, numberOfSignificantValueDigits: 3, autoResize: true });
  #maxMs = 0;

  record(latenessMs: number, rows: number): void {
    this.#histogramUs.recordValueWithCount(Math.max(0, Math.round(latenessMs * 1000)), rows);
    if (latenessMs > this.#maxMs) this.#maxMs = latenessMs;
  }

  /** Milliseconds; all 0 while nothing is recorded. */
  figures(): LatenessFigures {
    return {
      p50: this.#histogramUs.getValueAtPercentile(50) / 1000,
      p99: this.#histogramUs.getValueAtPercentile(99) / 1000,
      max: this.#maxMs,
    };
  }

  /** The histogram in microseconds, in the compressed base64 form of HdrHistogram. */
  encode(): string {
    return hdr.encodeIntoCompressedBase64(this.#histogramUs);
  }
}
