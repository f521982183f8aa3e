/**
 * A few tweets of each partition whose answers are watched while a run goes on: some of the hottest, some of the
 * middle, some of the tail, chosen by a seed.
 *
 * Nothing is counted exactly for the choice: a few short looks at each hour of the stream tell a hot tweet, which is in
 * every look, from one that was seen twice and one that was seen once. Canaries are left out; they are watched anyway.
 */
import { createBlock, hourStartOf, type ImpressionBlock } from './impression.ts';
import type { ImpressionSource } from './impression-source.ts';
import { mix32, streamKey } from './random.ts';

/** Purpose number of the choice's random key ("samp"). */
const SAMPLE_PURPOSE = 0x73616d70;
const ROWS_PER_LOOK = 1024;
const LOOKS_PER_HOUR = 4;
const MAX_LOOKS = 64;
/** Shares of the hottest and of the middle; the rest is tail. */
const HOT_SHARE = 3 / 8;
const MIDDLE_SHARE = 5 / 16;

export interface WatchedHour {
  hourStartMs: number;
  /** Scheduled arrival of the earliest impression of this hour that is known: before it there is little to be seen. */
  fromMs: number;
}

export interface WatchedTweet {
  partition: number;
  tweetIdLo: number;
  tweetIdHi: number;
  popularity: 'canary' | 'hot' | 'middle' | 'tail';
  /** Hours in which it is known to have an impression, by the time from which they are worth asking for. */
  hours: readonly WatchedHour[];
}

export interface TweetSampleOptions {
  seed: number;
  /** Tweets of each partition; fewer where a partition has fewer. */
  perPartition: number;
}

/** The same tweets for the same stream and seed, partition by partition. */
export function sampleTweets(source: ImpressionSource, options: TweetSampleOptions): WatchedTweet[] {
  return Array.from({ length: source.partitions }, (_, partition) => {
    const key = streamKey(options.seed, partition, SAMPLE_PURPOSE);
    return choose(lookAround(source, partition, key), options.perPartition, key);
  }).flat();
}

interface SeenTweet {
  partition: number;
  tweetIdLo: number;
  tweetIdHi: number;
  impressions: number;
  /** First sight of each hour. */
  hours: Map<number, number>;
}

/** What the looks at one partition show: each look lies somewhere in a stretch of its own. */
function lookAround(source: ImpressionSource, partition: number, key: number): SeenTweet[] {
  const length = source.length(partition);
  const hours = Math.ceil((source.endMs - source.startMs) / source.hourMs);
  const looks = Math.max(1, Math.min(MAX_LOOKS, LOOKS_PER_HOUR * hours, Math.ceil(length / ROWS_PER_LOOK)));
  const block = createBlock(partition, ROWS_PER_LOOK);
  const seen = new Map<bigint, SeenTweet>();
  for (let look = 0; look < looks; look++) {
    const from = Math.floor((look * length) / looks);
    const to = Math.floor(((look + 1) * length) / looks);
    const count = Math.min(ROWS_PER_LOOK, to - from);
    if (count === 0) continue;
    const first = from + Math.floor(((mix32(key ^ look) >>> 0) / 4294967296) * (to - from - count + 1));
    source.fill(block, partition, first, count);
    noteBlock(source, block, seen);
  }
  for (const canary of source.canaries) seen.delete(idOf(canary.tweetIdLo, canary.tweetIdHi));
  return [...seen.values()];
}

function noteBlock(source: ImpressionSource, block: ImpressionBlock, seen: Map<bigint, SeenTweet>): void {
  const { partition, firstSequence, count, minEventTimeMs, eventTimeDeltaMs } = block;
  for (let row = 0; row < count; row++) {
    const tweetIdLo = block.tweetIdLo[row] as number;
    const tweetIdHi = block.tweetIdHi[row] as number;
    const id = idOf(tweetIdLo, tweetIdHi);
    let tweet = seen.get(id);
    if (tweet === undefined) {
      tweet = { partition, tweetIdLo, tweetIdHi, impressions: 0, hours: new Map() };
      seen.set(id, tweet);
    }
    tweet.impressions++;
    const hourStartMs = hourStartOf(minEventTimeMs + (eventTimeDeltaMs[row] as number), source.hourMs);
    if (!tweet.hours.has(hourStartMs)) {
      tweet.hours.set(hourStartMs, source.scheduledArrivalMs(partition, firstSequence + row));
    }
  }
}

function choose(seen: readonly SeenTweet[], wanted: number, key: number): WatchedTweet[] {
  const lot = ({ tweetIdLo, tweetIdHi }: SeenTweet): number => mix32(mix32(tweetIdLo ^ key) ^ tweetIdHi) >>> 0;
  const drawn = [...seen].sort((a, b) => lot(a) - lot(b));
  const byHeat = [...drawn].sort((a, b) => b.impressions - a.impressions);
  const hot = byHeat.slice(0, Math.ceil(wanted * HOT_SHARE));
  const rest = drawn.filter((tweet) => !hot.includes(tweet));
  const middle = rest.filter(({ impressions }) => impressions > 1).slice(0, Math.floor(wanted * MIDDLE_SHARE));
  const tail = rest.filter(({ impressions }) => impressions === 1).slice(0, wanted - hot.length - middle.length);
  return [
    ...hot.map((tweet) => watched(tweet, 'hot')),
    ...middle.map((tweet) => watched(tweet, 'middle')),
    ...tail.map((tweet) => watched(tweet, 'tail')),
  ];
}

function watched(tweet: SeenTweet, popularity: WatchedTweet['popularity']): WatchedTweet {
  const { partition, tweetIdLo, tweetIdHi } = tweet;
  const hours = [...tweet.hours].map(([hourStartMs, fromMs]) => ({ hourStartMs, fromMs }));
  hours.sort((a, b) => a.fromMs - b.fromMs);
  return { partition, tweetIdLo, tweetIdHi, popularity, hours };
}

function idOf(tweetIdLo: number, tweetIdHi: number): bigint {
  return (BigInt(tweetIdHi) << 32n) | BigInt(tweetIdLo);
}
