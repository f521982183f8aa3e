/**
 * Tells how far an answer reaches: a canary's count and sum of fingerprints, summed over hours, are believed only if
 * they are those of the first k canary impressions for some k. Prefix sums are computed as far as they are asked for,
 * and kept.
 */
import { fingerprintKey, fingerprintOf } from './impression.ts';
import type { Canary, ImpressionSource } from './impression-source.ts';

export interface CanaryPrefix {
  /** Number of canary impressions that the answer holds. */
  length: number;
  /** Event time of the last of them; the stream's start for none. */
  eventTimeMs: number;
}

export class CanaryPrefixes {
  readonly #canary: Canary;
  readonly #startMs: number;
  /** At k: the sum of the first k fingerprints, wrapping at 32 bits. */
  #sums = new Int32Array(1024);
  /** How many of the sums are computed. */
  #known = 1;

  /** `RangeError` if the source has no such partition. */
  constructor(source: ImpressionSource, partition: number) {
    const canary = source.canaries[partition];
    if (canary === undefined) throw new RangeError(`there is no partition ${partition} of ${source.partitions}`);
    this.#canary = canary;
    this.#startMs = source.startMs;
  }

  /**
   * The prefix of exactly this count and this sum of fingerprints (32 bits, signed or not), or undefined if there is
   * none.
   */
  match(count: number, fingerprintSum: number): CanaryPrefix | undefined {
    if (!Number.isInteger(count) || count < 0 || count > this.#canary.length) return undefined;
    this.#computeTo(count);
    if (this.#sums[count] !== (fingerprintSum | 0)) return undefined;
    return { length: count, eventTimeMs: count === 0 ? this.#startMs : this.#canary.eventTimeMsOf(count - 1) };
  }

  #computeTo(count: number): void {
    if (count >= this.#sums.length) {
      const longer = new Int32Array(Math.min(this.#canary.length, 2 * count) + 1);
      longer.set(this.#sums.subarray(0, this.#known));
      this.#sums = longer;
    }
    for (; this.#known <= count; this.#known++) {
      const sequence = this.#canary.sequenceOf(this.#known - 1);
      const fingerprint = fingerprintOf(fingerprintKey(this.#canary.partition, sequence), sequence);
      this.#sums[this.#known] = (this.#sums[this.#known - 1] as number) + fingerprint;
    }
  }
}
