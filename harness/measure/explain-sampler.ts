/**
 * Watches a few tweets while a run goes on: asks for some of their (tweet, hour) keys beside the canaries, and keeps
 * every answer, the canaries' included, with the time of its reply. Nothing is judged here: `explainAnswers` does that
 * when the run is over, so that the run is not held up.
 *
 * In every second question some keys of each partition are asked in turn, instead of a canary's older hour, so that the
 * probe traffic stays what it was. Every other turn asks for the tweet's newest hour, the rest for its older ones.
 */
import type { WatchedTweet } from '../../generators/tweet-sample.ts';
import type { KeyColumns } from '../../substrates/key-value-store/key-value-store.ts';
import type { Answers } from '../../substrates/query-service.ts';
import type { CanaryQuestion } from './canary-reader.ts';

/** What was answered for a key of a watched tweet. */
export interface SampledAnswer {
  /** Index among the watched tweets. */
  tweet: number;
  hourStartMs: number;
  /** When the reply came: whatever it holds was in the log by then. */
  atMs: number;
  counter: number;
  fingerprint: number;
}

/** A canary's question with more keys at its end, and whose keys they all are. */
export interface SampledQuestion extends CanaryQuestion {
  tweets: readonly number[];
}

interface PartitionTurns {
  /** Indices of the partition's tweets. */
  tweets: number[];
  turn: number;
}

export class AnswerSampler {
  /** Canaries first, in the order in which they are asked, then the sample. */
  readonly tweets: readonly WatchedTweet[];
  readonly #turns: PartitionTurns[] = [];
  readonly #keysPerPartition: number;
  readonly #answers: SampledAnswer[] = [];
  #questions = 0;

  /** `canaries` in the order of the canary reader's; `keysPerPartition` are asked in every second question. */
  constructor(
    canaries: readonly { partition: number; tweetIdLo: number; tweetIdHi: number }[],
    sample: readonly WatchedTweet[],
    keysPerPartition: number,
  ) {
    const canaryTweets = canaries.map(
      ({ partition, tweetIdLo, tweetIdHi }): WatchedTweet => ({
        partition,
        tweetIdLo,
        tweetIdHi,
        popularity: 'canary',
        hours: [],
      }),
    );
    this.tweets = [...canaryTweets, ...sample];
    this.#keysPerPartition = keysPerPartition;
    const byPartition = new Map<number, PartitionTurns>();
    this.tweets.forEach(({ partition, popularity }, i) => {
      if (popularity === 'canary') return;
      const turns = byPartition.get(partition) ?? { tweets: [], turn: 0 };
      turns.tweets.push(i);
      byPartition.set(partition, turns);
    });
    this.#turns.push(...byPartition.values());
  }

  get answers(): readonly SampledAnswer[] {
    return this.#answers;
  }

  /** Whether the next question has keys of the sample; it then leaves the canaries' older hours out. */
  get asksNext(): boolean {
    return this.#questions % 2 === 1 && this.#turns.length > 0;
  }

  /** The canaries' question with the keys whose turn it is. */
  extend(question: CanaryQuestion, nowMs: number): SampledQuestion {
    const asks = this.asksNext;
    this.#questions++;
    const tweets = question.rows.flatMap(({ from, to }, canary) => new Array<number>(to - from).fill(canary));
    if (!asks) return { ...question, tweets };
    const added = this.#turns.flatMap((turns) => this.#keysOf(turns, nowMs));
    return {
      rows: question.rows,
      keys: this.#appended(question.keys, added),
      tweets: [...tweets, ...added.map(({ tweet }) => tweet)],
    };
  }

  /** Keeps what was answered; keys that were unavailable leave nothing. */
  note(question: SampledQuestion, answers: Answers, atMs: number): void {
    question.tweets.forEach((tweet, row) => {
      if (answers.unavailable[row] === 1) return;
      this.#answers.push({
        tweet,
        hourStartMs: question.keys.hourStartMs[row] as number,
        atMs,
        counter: answers.counter[row] as number,
        fingerprint: answers.fingerprint[row] as number,
      });
    });
  }

  #keysOf(turns: PartitionTurns, nowMs: number): { tweet: number; hourStartMs: number }[] {
    const keys = new Map<string, { tweet: number; hourStartMs: number }>();
    // A tweet whose first impression is still to come has no turn.
    for (let tried = 0; tried < turns.tweets.length && keys.size < this.#keysPerPartition; tried++) {
      const turn = turns.turn++;
      const tweet = turns.tweets[turn % turns.tweets.length] as number;
      const round = Math.floor(turn / turns.tweets.length);
      const due = (this.tweets[tweet] as WatchedTweet).hours.filter(({ fromMs }) => fromMs <= nowMs);
      const hour = round % 2 === 0 ? due.at(-1) : due[(round >>> 1) % due.length];
      if (hour === undefined) continue;
      keys.set(`${tweet} ${hour.hourStartMs}`, { tweet, hourStartMs: hour.hourStartMs });
    }
    return [...keys.values()];
  }

  #appended(keys: KeyColumns, added: readonly { tweet: number; hourStartMs: number }[]): KeyColumns {
    const tweets = added.map(({ tweet }) => this.tweets[tweet] as WatchedTweet);
    return {
      count: keys.count + added.length,
      tweetIdLo: Uint32Array.of(...keys.tweetIdLo.subarray(0, keys.count), ...tweets.map((tweet) => tweet.tweetIdLo)),
      tweetIdHi: Uint32Array.of(...keys.tweetIdHi.subarray(0, keys.count), ...tweets.map((tweet) => tweet.tweetIdHi)),
      hourStartMs: Float64Array.of(
        ...keys.hourStartMs.subarray(0, keys.count),
        ...added.map(({ hourStartMs }) => hourStartMs),
      ),
    };
  }
}
