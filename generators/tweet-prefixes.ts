/**
 * Which prefix of a tweet's impressions an answer holds: for a few tweets, the sums of fingerprints of their
 * impressions of each hour of event time, in the order of the log, from one pass over the stream.
 *
 * An answer (count, sum of fingerprints) for (tweet, hour) that equals the sums of the first `count` impressions is
 * explained, and the prefix tells how far it reaches. One that equals none is doubled, lost or torn. By chance a wrong
 * answer equals one in 2¹⁵ times.
 */
import {
  createBlock,
  fingerprintKey,
  fingerprintOf,
  hourStartOf,
  type ImpressionBlock,
  MAX_BLOCK_ROWS,
} from './impression.ts';
import type { ImpressionSource } from './impression-source.ts';
import type { ArrivalSpan } from './oracle.ts';

const { imul } = Math;

/** A tweet by its partition and id. */
export interface TweetKey {
  partition: number;
  tweetIdLo: number;
  tweetIdHi: number;
}

export interface TweetPrefixOptions {
  /**
   * An event is left out iff hourEnd + allowedLatenessMs ≤ greatest event time before it in its partition -
   * maxOutOfOrderMs: where a pipeline drops what comes too late.
   */
  drop?: { maxOutOfOrderMs: number; allowedLatenessMs: number };
  /** What each partition's log holds, in its order, and when it came; if absent, each impression once, on schedule. */
  spans?: readonly (readonly ArrivalSpan[])[];
}

export interface TweetPrefix {
  /** Number of impressions that the answer holds. */
  length: number;
  /** Sequence of the last of them; -1 for none. */
  lastSequence: number;
  /** When the last of them came, or was due where no spans are given; -Infinity for none. */
  arrivalMs: number;
}

/** The impressions of one (tweet, hour), growing. */
class KeyImpressions {
  length = 0;
  /** Places in the partition's log. */
  places = new Float64Array(16);
  /** At k: the sum of the first k + 1 fingerprints, wrapping at 32 bits. */
  sums = new Int32Array(16);

  add(place: number, fingerprint: number): void {
    const at = this.length++;
    if (at === this.places.length) {
      const [places, sums] = [this.places, this.sums];
      this.places = new Float64Array(2 * at);
      this.sums = new Int32Array(2 * at);
      this.places.set(places);
      this.sums.set(sums);
    }
    this.places[at] = place;
    this.sums[at] = (at === 0 ? 0 : (this.sums[at - 1] as number)) + fingerprint;
  }
}

/** The hours of one tweet; the one that was met last is at hand. */
interface TweetHours {
  keys: Map<number, KeyImpressions>;
  hourStartMs: number;
  impressions: KeyImpressions;
}

const FILTER_SLOTS = 65_536;

export class TweetPrefixes {
  readonly #source: ImpressionSource;
  readonly #tweets: readonly TweetKey[];
  readonly #hours: TweetHours[];
  readonly #options: TweetPrefixOptions;
  /** Where each span of a partition begins in its log. */
  readonly #places: readonly (readonly number[])[];
  /** By a hash of an id's low lane: the first tweet of the partition in hand, or -1; the others follow in `#next`. */
  readonly #first = new Int32Array(FILTER_SLOTS);
  readonly #next: Int32Array;

  /** Passes over the partitions of `tweets` once: 20 M impressions take about a second. `RangeError` for bad spans. */
  constructor(source: ImpressionSource, tweets: readonly TweetKey[], options: TweetPrefixOptions = {}) {
    const { spans } = options;
    if (spans !== undefined && spans.length !== source.partitions) {
      throw new RangeError(`spans are for ${spans.length} partitions, the stream has ${source.partitions}`);
    }
    this.#source = source;
    this.#tweets = tweets;
    this.#options = options;
    this.#next = new Int32Array(tweets.length).fill(-1);
    this.#hours = tweets.map(() => ({
      keys: new Map(),
      hourStartMs: Number.NaN,
      impressions: new KeyImpressions(),
    }));
    this.#places = (spans ?? []).map(startPlaces);
    for (const partition of new Set(tweets.map((tweet) => tweet.partition))) this.#pass(partition);
  }

  /**
   * The prefix of a tweet's impressions of an hour with exactly this count and sum of fingerprints (32 bits, signed or
   * not). `tweet` is its index among the tweets given.
   */
  match(tweet: number, hourStartMs: number, count: number, fingerprintSum: number): TweetPrefix | undefined {
    if (count === 0 && (fingerprintSum | 0) === 0) return { length: 0, lastSequence: -1, arrivalMs: -Infinity };
    const impressions = this.#hours[tweet]?.keys.get(hourStartMs);
    if (impressions === undefined || !Number.isInteger(count) || count < 1 || count > impressions.length)
      return undefined;
    if (impressions.sums[count - 1] !== (fingerprintSum | 0)) return undefined;
    const { partition } = this.#tweets[tweet] as TweetKey;
    return { length: count, ...this.#whenAndWhich(partition, impressions.places[count - 1] as number) };
  }

  /** How many impressions of an hour had come by `timeMs`. O(log² impressions). */
  arrivedBy(tweet: number, hourStartMs: number, timeMs: number): number {
    const impressions = this.#hours[tweet]?.keys.get(hourStartMs);
    if (impressions === undefined) return 0;
    const { partition } = this.#tweets[tweet] as TweetKey;
    let arrived = 0;
    let end = impressions.length;
    while (arrived < end) {
      const middle = (arrived + end) >>> 1;
      const { arrivalMs } = this.#whenAndWhich(partition, impressions.places[middle] as number);
      if (arrivalMs <= timeMs) arrived = middle + 1;
      else end = middle;
    }
    return arrived;
  }

  /** Visits a tweet's impressions, hour by hour of event time, each hour in the order of the log. */
  forEachImpression(tweet: number, visit: (hourStartMs: number, arrivalMs: number, fingerprint: number) => void): void {
    const { partition } = this.#tweets[tweet] as TweetKey;
    for (const [hourStartMs, { places, sums, length }] of this.#hours[tweet]?.keys ?? []) {
      for (let k = 0; k < length; k++) {
        const fingerprint = ((sums[k] as number) - (k === 0 ? 0 : (sums[k - 1] as number))) | 0;
        visit(hourStartMs, this.#whenAndWhich(partition, places[k] as number).arrivalMs, fingerprint);
      }
    }
  }

  #whenAndWhich(partition: number, place: number): { lastSequence: number; arrivalMs: number } {
    const spans = this.#options.spans?.[partition];
    if (spans === undefined) {
      return { lastSequence: place, arrivalMs: this.#source.scheduledArrivalMs(partition, place) };
    }
    const starts = this.#places[partition] as readonly number[];
    let low = 0;
    let high = spans.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((starts[middle] as number) <= place) low = middle;
      else high = middle - 1;
    }
    const { firstSequence, arrivalMs } = spans[low] as ArrivalSpan;
    return { lastSequence: firstSequence + place - (starts[low] as number), arrivalMs };
  }

  #pass(partition: number): void {
    this.#choosePartition(partition);
    const whole = { firstSequence: 0, count: this.#source.length(partition) };
    const block = createBlock(partition);
    let place = 0;
    let greatestMs = -Infinity;
    for (const { firstSequence, count } of this.#options.spans?.[partition] ?? [whole]) {
      const end = firstSequence + count;
      for (let first = firstSequence; first < end; first += MAX_BLOCK_ROWS) {
        this.#source.fill(block, partition, first, Math.min(MAX_BLOCK_ROWS, end - first));
        greatestMs = this.#scan(block, place, greatestMs);
        place += block.count;
      }
    }
  }

  #choosePartition(partition: number): void {
    this.#first.fill(-1);
    this.#tweets.forEach((tweet, i) => {
      if (tweet.partition !== partition) return;
      const slot = slotOf(tweet.tweetIdLo);
      this.#next[i] = this.#first[slot] as number;
      this.#first[slot] = i;
    });
  }

  /** Notes a block's rows of the tweets; returns the greatest event time of the log so far. */
  #scan(block: ImpressionBlock, firstPlace: number, greatestBeforeMs: number): number {
    const { count, tweetIdLo, tweetIdHi, eventTimeDeltaMs, minEventTimeMs } = block;
    const first = this.#first;
    let greatestMs = greatestBeforeMs;
    for (let row = 0; row < count; row++) {
      const lo = tweetIdLo[row] as number;
      const timeMs = minEventTimeMs + (eventTimeDeltaMs[row] as number);
      for (let i = first[slotOf(lo)] as number; i >= 0; i = this.#next[i] as number) {
        const tweet = this.#tweets[i] as TweetKey;
        if (tweet.tweetIdLo !== lo || tweet.tweetIdHi !== tweetIdHi[row]) continue;
        this.#note(i, timeMs, greatestMs, firstPlace + row, block.firstSequence + row);
      }
      if (timeMs > greatestMs) greatestMs = timeMs;
    }
    return greatestMs;
  }

  #note(i: number, timeMs: number, greatestBeforeMs: number, place: number, sequence: number): void {
    const hours = this.#hours[i] as TweetHours;
    const { hourMs } = this.#source;
    if (!(timeMs >= hours.hourStartMs && timeMs < hours.hourStartMs + hourMs)) {
      hours.hourStartMs = hourStartOf(timeMs, hourMs);
      const known = hours.keys.get(hours.hourStartMs);
      hours.impressions = known ?? new KeyImpressions();
      if (known === undefined) hours.keys.set(hours.hourStartMs, hours.impressions);
    }
    const { drop } = this.#options;
    if (drop !== undefined) {
      const goneMs = hours.hourStartMs + hourMs + drop.allowedLatenessMs;
      if (goneMs <= greatestBeforeMs - drop.maxOutOfOrderMs) return;
    }
    const { partition } = this.#tweets[i] as TweetKey;
    hours.impressions.add(place, fingerprintOf(fingerprintKey(partition, sequence), sequence));
  }
}

function slotOf(tweetIdLo: number): number {
  return imul(tweetIdLo, 0x9e3779b1) >>> 16;
}

function startPlaces(spans: readonly ArrivalSpan[]): number[] {
  let place = 0;
  return spans.map(({ count }) => {
    const start = place;
    place += count;
    return start;
  });
}
