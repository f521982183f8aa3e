/**
 * Canaries of a made-up stream, and a query service that answers for them as an architecture with a given delay
 * would.
 */
import type { Canary } from '../../../generators/impression-source.ts';
import type { CanaryMatcher, CanarySource } from '../../../harness/measure/canary-reader.ts';
import type { KeyColumns } from '../../../substrates/key-value-store/key-value-store.ts';
import type { Answers } from '../../../substrates/query-service.ts';

export const HOUR = 1000;
export const START = 10_000;
export const CANARY_EVERY_MS = 10;

/** `length` impressions, one each 10 ms from the start of the stream; the tweet's id is the partition's number. */
export function canaryOf(partition: number, length: number): Canary {
  return {
    partition,
    tweetIdLo: partition,
    tweetIdHi: 1,
    length,
    sequenceOf: (k) => k,
    eventTimeMsOf: (k) => START + k * CANARY_EVERY_MS,
  };
}

/** A stream of these canaries, each due when it happens. */
export function sourceOf(canaries: readonly Canary[]): CanarySource {
  return {
    canaries,
    hourMs: HOUR,
    startMs: START,
    scheduledArrivalMs: (_partition, sequence) => START + sequence * CANARY_EVERY_MS,
  };
}

/** Fingerprint of the k-th impression, made up. */
const fingerprint = (k: number) => ((k * 7919 + 13) % 32768) - 16384;

/** Sum over impressions `[from, to)`. */
export function fingerprints(from: number, to: number): number {
  let sum = 0;
  for (let k = from; k < to; k++) sum = (sum + fingerprint(k)) | 0;
  return sum;
}

export const matcherOf = (canary: Canary): CanaryMatcher => ({
  match: (count, sum) => (count <= canary.length && fingerprints(0, count) === sum ? { length: count } : undefined),
});

/** What the hour of a key holds when the first `prefix` impressions are counted. */
export function hourValue(hourStartMs: number, prefix: number): { counter: number; fingerprint: number } {
  const perHour = HOUR / CANARY_EVERY_MS;
  const from = ((hourStartMs - START) / HOUR) * perHour;
  const to = Math.max(from, Math.min(prefix, from + perHour));
  return { counter: to - from, fingerprint: fingerprints(from, to) };
}

/**
 * Answers all keys as if of each partition the first `prefixOf(partition)` canaries were counted; -1 for unavailable.
 */
export function answersAt(keys: KeyColumns, prefixOf: (partition: number) => number): Answers {
  const answers = {
    count: keys.count,
    unavailable: new Uint8Array(keys.count),
    counter: new Uint32Array(keys.count),
    fingerprint: new Int32Array(keys.count),
  };
  for (let row = 0; row < keys.count; row++) {
    const prefix = prefixOf(keys.tweetIdLo[row] as number);
    if (prefix < 0) answers.unavailable[row] = 1;
    else {
      const value = hourValue(keys.hourStartMs[row] as number, prefix);
      answers.counter[row] = value.counter;
      answers.fingerprint[row] = value.fingerprint;
    }
  }
  return answers;
}
