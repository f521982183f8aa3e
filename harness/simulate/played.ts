/** What a simulation leaves for its judges. */
import type { WatchedTweet } from '../../generators/tweet-sample.ts';
import type { SampledAnswer } from '../measure/explain-sampler.ts';
import type { MemoryOutcome } from './memory-run.ts';
import type { StrikeRecord } from './strikes.ts';

export interface Played {
  outcome: MemoryOutcome;
  strikes: readonly StrikeRecord[];
  /** By fault of the plan: whether it left evidence. */
  evidence: readonly boolean[];
  tweets: readonly WatchedTweet[];
  answers: readonly SampledAnswer[];
}
