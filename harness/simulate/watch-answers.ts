/**
 * Asks for some keys again and again while a simulation runs: the canaries' and those of a few tweets, whose answers
 * must each be a prefix of what came.
 */
import type { ImpressionSource } from '../../generators/impression-source.ts';
import { sampleTweets, type WatchedTweet } from '../../generators/tweet-sample.ts';
import type { QueryService } from '../../substrates/query-service.ts';
import type { SampledAnswer } from '../measure/explain-sampler.ts';
import { Draws } from './draws.ts';
import type { SimulatedWorld } from './simulated-world.ts';

const TWEETS_PER_PARTITION = 3;
const KEYS_PER_QUESTION = 6;
const LONGEST_PAUSE_MS = 24;

/** Each partition's canary, with all of its hours, and some of its tweets. */
export function watchedTweets(source: ImpressionSource, seed: number): WatchedTweet[] {
  const hours = Math.round((source.endMs - source.startMs) / source.hourMs);
  const canaries = source.canaries.map(({ partition, tweetIdLo, tweetIdHi }): WatchedTweet => {
    const starts = Array.from({ length: hours }, (_, hour) => source.startMs + hour * source.hourMs);
    const known = starts.map((hourStartMs) => ({ hourStartMs, fromMs: hourStartMs }));
    return { partition, tweetIdLo, tweetIdHi, popularity: 'canary', hours: known };
  });
  return [...canaries, ...sampleTweets(source, { seed, perPartition: TWEETS_PER_PARTITION })];
}

/** The answers in the order of their replies; keys that were unavailable leave none. */
export async function watchAnswers(
  world: SimulatedWorld,
  tweets: readonly WatchedTweet[],
  seed: number,
  query: QueryService,
  drained: () => boolean,
): Promise<SampledAnswer[]> {
  const draws = new Draws(seed, 'questions');
  const answers: SampledAnswer[] = [];
  while (!drained()) {
    await world.delay(draws.unit() * LONGEST_PAUSE_MS);
    const asked = drawKeys(tweets, world.nowMs(), draws);
    if (asked.length === 0) continue;
    const reply = await query.read({
      count: asked.length,
      tweetIdLo: Uint32Array.from(asked, ({ tweet }) => (tweets[tweet] as WatchedTweet).tweetIdLo),
      tweetIdHi: Uint32Array.from(asked, ({ tweet }) => (tweets[tweet] as WatchedTweet).tweetIdHi),
      hourStartMs: Float64Array.from(asked, ({ hourStartMs }) => hourStartMs),
    });
    const atMs = world.nowMs();
    asked.forEach((key, row) => {
      if (reply.unavailable[row] === 1) return;
      const counter = reply.counter[row] as number;
      answers.push({ ...key, atMs, counter, fingerprint: reply.fingerprint[row] as number });
    });
  }
  return answers;
}

/** The newest hour that has begun as often as all others together: there it changes. */
function drawKeys(
  tweets: readonly WatchedTweet[],
  nowMs: number,
  draws: Draws,
): { tweet: number; hourStartMs: number }[] {
  const keys: { tweet: number; hourStartMs: number }[] = [];
  for (let i = 0; i < KEYS_PER_QUESTION; i++) {
    const tweet = draws.whole(0, tweets.length - 1);
    const newestFirst = draws.chance(0.5);
    const due = (tweets[tweet] as WatchedTweet).hours.filter(({ fromMs }) => fromMs <= nowMs);
    if (due.length === 0) continue;
    const hour = newestFirst ? due.at(-1) : draws.pick(due);
    if (hour !== undefined) keys.push({ tweet, hourStartMs: hour.hourStartMs });
  }
  return keys;
}
