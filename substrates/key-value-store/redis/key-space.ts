/**
 * The keys of one store (or, in a cluster, of one of its shards).
 *
 *     <space>h<hour, base 36>:<bucket, base 36>   a hash of counters: field tweet id, value as in `counter-value.ts`
 *     <space>control                              a hash: fences by partition, versions by hour (`control.ts`)
 *     <space>edition                              a number that every change of `control` raises; what batches WATCH
 *     <space>marker:<name>                        a hash: markers by partition
 *     <space>transaction                          the number of the last transaction
 *
 * `<space>` is `<prefix>:`, in a cluster `{<prefix>:<shard>}:`, whose braces keep a shard on one node. A tweet's shard
 * and bucket are a hash of its id: a key says nothing of the partition.
 *
 * An hour has 2,048 buckets. Redis packs a hash of at most 128 fields (its default `hash-max-listpack-entries`) into
 * one string: 24 bytes a counter were measured at 100,000 tweets an hour, 10 for the id, 10 for the value and the rest
 * for the keys. Buckets stay that small up to about 190,000 tweets an hour; beyond, Redis makes hash tables of them,
 * which take about 80 bytes. With fewer than some 20,000 tweets the keys (about 100 bytes each) weigh most.
 */
import { mix32 } from '../../../generators/random.ts';
import type { Marker } from '../key-value-store.ts';

/** Of one hour, in all shards. */
export const BUCKETS_PER_HOUR = 2048;
/** Shards of a store in a cluster: more than a cluster has nodes as a rule, so that each has some. */
export const CLUSTER_SHARDS = 16;

/** Hours whose keys are remembered: the open one and its neighbours. */
const REMEMBERED_HOURS = 8;

/** A hash of counters, and its key as the head of an HINCRBY in Redis's protocol. */
export interface CounterKey {
  readonly text: string;
  readonly incrementHead: Uint8Array;
}

/** The shard of a tweet in a store of `shards`, a power of two. */
export function shardOf(tweetIdLo: number, tweetIdHi: number, shards: number): number {
  return (hashOf(tweetIdLo, tweetIdHi) >>> 16) & (shards - 1);
}

export class KeySpace {
  readonly control: string;
  readonly edition: string;
  readonly transaction: string;
  readonly #space: string;
  readonly #buckets: number;
  readonly #hours = new Map<number, (CounterKey | undefined)[]>();
  #newestHourMs = Number.NaN;
  #newest: (CounterKey | undefined)[] = [];

  /** `shard` of `shards`; a single server has one. */
  constructor(prefix: string, shard = 0, shards = 1) {
    this.#space = shards === 1 ? `${prefix}:` : `{${prefix}:${shard}}:`;
    this.#buckets = BUCKETS_PER_HOUR / shards;
    this.control = `${this.#space}control`;
    this.edition = `${this.#space}edition`;
    this.transaction = `${this.#space}transaction`;
  }

  marker(name: Marker['name']): string {
    return `${this.#space}marker:${name}`;
  }

  /** The hash that holds a tweet's counter of an hour. */
  counter(hourStartMs: number, tweetIdLo: number, tweetIdHi: number): CounterKey {
    const hour = hourStartMs === this.#newestHourMs ? this.#newest : this.#hour(hourStartMs);
    const bucket = hashOf(tweetIdLo, tweetIdHi) & (this.#buckets - 1);
    let key = hour[bucket];
    if (key === undefined) {
      key = counterKey(this.#counterText(hourStartMs, bucket));
      hour[bucket] = key;
    }
    return key;
  }

  /** Every hash that an hour may have. */
  countersOf(hourStartMs: number): string[] {
    return Array.from({ length: this.#buckets }, (_, bucket) => this.#counterText(hourStartMs, bucket));
  }

  #counterText(hourStartMs: number, bucket: number): string {
    return `${this.#space}h${hourStartMs.toString(36)}:${bucket.toString(36)}`;
  }

  #hour(hourStartMs: number): (CounterKey | undefined)[] {
    let hour = this.#hours.get(hourStartMs);
    if (hour === undefined) {
      const [oldest] = this.#hours.keys();
      if (this.#hours.size >= REMEMBERED_HOURS) this.#hours.delete(oldest as number);
      hour = new Array<CounterKey | undefined>(this.#buckets).fill(undefined);
      this.#hours.set(hourStartMs, hour);
    }
    this.#newestHourMs = hourStartMs;
    this.#newest = hour;
    return hour;
  }
}

/** A glob that matches every key of the prefix and no other: SCAN takes it. */
export function ownKeysPattern(prefix: string, cluster: boolean): string {
  const literal = prefix.replaceAll(/[\\*?[\]^]/g, '\\$&');
  return cluster ? `{${literal}:*` : `${literal}:*`;
}

function hashOf(tweetIdLo: number, tweetIdHi: number): number {
  return mix32(tweetIdLo ^ mix32(tweetIdHi));
}

function counterKey(text: string): CounterKey {
  const head = `*4\r\n$7\r\nHINCRBY\r\n$${Buffer.byteLength(text)}\r\n${text}\r\n`;
  return { text, incrementHead: new TextEncoder().encode(head) };
}
