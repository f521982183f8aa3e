/**
 * When a synthetic partition's canary is seen: every k-th sequence, but for those due shortly before the end of an
 * hour. A canary tells how far an answer reaches, and is believed only if its counts over all hours are a prefix; one
 * that arrives in the hour after its own would be misplaced by an architecture that buckets by arrival, and take its
 * freshness away. Such errors belong to the audit.
 *
 * Closed form: the canaries of one hour are consecutive multiples of k, so one small table a stream, with a row an
 * hour, tells all.
 */
import type { ArrivalSchedule } from './arrival-schedule.ts';
import type { Canary } from './impression-source.ts';
import { CANARY_ID_HI } from './tweet-identity.ts';

/** No canary is due within this of the end of its hour, or within 2 % of the hour if that is less. */
export const CANARY_GUARD_MS = 50;
/** Canaries are at most one impression in this many. */
const LEAST_CANARY_INTERVAL = 100;

export interface CanaryLaw {
  hours: number;
  hourMs: number;
  /** Number of impressions of a partition. */
  length: number;
  /** Wanted time between two canary impressions. */
  intervalMs: number;
}

export class CanarySchedule {
  /** A canary impression is a multiple of this sequence. */
  readonly interval: number;
  /** Number of canary impressions of a partition. */
  readonly length: number;
  readonly #schedule: ArrivalSchedule;
  readonly #hourMs: number;
  /** First multiple of the interval in each hour, over the interval. */
  readonly #firstMultiple: Float64Array;
  /** Canary impressions before each hour, and at the end all. */
  readonly #before: Float64Array;

  constructor(schedule: ArrivalSchedule, law: CanaryLaw) {
    this.#schedule = schedule;
    this.#hourMs = law.hourMs;
    const wanted = Math.round((law.intervalMs * schedule.ratePerSecond) / schedule.numeratorMs);
    this.interval = Math.max(LEAST_CANARY_INTERVAL, wanted);
    this.#firstMultiple = new Float64Array(law.hours);
    this.#before = new Float64Array(law.hours + 1);
    const openMs = law.hourMs - Math.min(CANARY_GUARD_MS, 0.02 * law.hourMs);
    for (let hour = 0; hour < law.hours; hour++) {
      const first = this.#multiplesBefore(schedule.firstAtOrAfter(hour * law.hourMs), law.length);
      const end = this.#multiplesBefore(schedule.firstAtOrAfter(hour * law.hourMs + openMs), law.length);
      this.#firstMultiple[hour] = first;
      this.#before[hour + 1] = (this.#before[hour] as number) + end - first;
    }
    this.length = this.#before[law.hours] as number;
  }

  /** The sequence of the k-th canary impression. O(log hours). */
  sequenceOf(k: number): number {
    if (!(k >= 0 && k < this.length)) throw new RangeError(`there is no canary impression ${k} of ${this.length}`);
    // Greatest hour with no more than k canaries before it.
    let hour = 0;
    let end = this.#before.length - 1;
    while (end - hour > 1) {
      const middle = (hour + end) >>> 1;
      if ((this.#before[middle] as number) <= k) hour = middle;
      else end = middle;
    }
    return ((this.#firstMultiple[hour] as number) + k - (this.#before[hour] as number)) * this.interval;
  }

  /** Event time of the k-th canary impression. */
  eventTimeMsOf(k: number): number {
    return this.#schedule.startMs + Math.floor(this.#schedule.offsetMs(this.sequenceOf(k)));
  }

  /** The first canary at or after `sequence`, or Infinity. */
  nextAtOrAfter(sequence: number): number {
    const multiple = Math.ceil(sequence / this.interval);
    let hour = Math.floor(Math.floor(this.#schedule.offsetMs(multiple * this.interval)) / this.#hourMs);
    for (; hour < this.#firstMultiple.length; hour++) {
      const first = this.#firstMultiple[hour] as number;
      const count = (this.#before[hour + 1] as number) - (this.#before[hour] as number);
      const candidate = Math.max(first, multiple);
      if (candidate < first + count) return candidate * this.interval;
    }
    return Infinity;
  }

  /** The canary of a partition, as the contract has it. */
  canaryOf(partition: number): Canary {
    return {
      partition,
      tweetIdLo: partition,
      tweetIdHi: CANARY_ID_HI,
      length: this.length,
      sequenceOf: (k) => this.sequenceOf(k),
      eventTimeMsOf: (k) => this.eventTimeMsOf(k),
    };
  }

  #multiplesBefore(sequence: number, length: number): number {
    return Math.ceil(Math.min(sequence, length) / this.interval);
  }
}
