/**
 * The answers that were sampled in a live act, judged when it is over: figures for the result, and what of them no
 * fault excuses.
 */
import type { ImpressionSource } from '../../generators/impression-source.ts';
import type { WatchedTweet } from '../../generators/tweet-sample.ts';
import type { Declaration } from '../../substrates/declaration.ts';
import type { EventLogBinding } from '../../substrates/event-log/event-log.ts';
import { spansOfBinding } from '../../substrates/event-log/whole-log.ts';
import type { UnexplainedEvidence } from '../audit/verdict.ts';
import type { Outcome } from '../faults/fault.ts';
import type { AnswerSampler } from '../measure/explain-sampler.ts';
import { answeringStages, explainableAnswers, type Lateness } from '../measure/explain-truth.ts';
import { describeBadAnswer, type Explanation, explainAnswers, inexcusable } from '../measure/explainer.ts';
import type { FaultRecord, SampledAnswerFigures } from '../results/acts.ts';
import { repeatsWrites } from './promises.ts';

/** What is left of a live act when it is over. */
export interface SampledAct {
  source: ImpressionSource;
  log: EventLogBinding;
  sampler: Pick<AnswerSampler, 'tweets' | 'answers'>;
}

/** Judges the samples against what the log holds; undefined if nothing tells what was to be answered. */
export async function explainAct(
  act: SampledAct,
  declaration: Declaration,
  lateness: Lateness,
): Promise<Explanation | undefined> {
  const { source, log, sampler } = act;
  const spans = log.kind === 'memory' ? undefined : await spansOfBinding(log);
  const truth = explainableAnswers(source, sampler.tweets, declaration, lateness, spans);
  return truth === undefined ? undefined : explainAnswers(sampler.answers, truth);
}

/** The figures of a result; none where nothing was judged. */
export function explanationFigures(act: SampledAct, explanation: Explanation | undefined): SampledAnswerFigures {
  if (explanation === undefined) return {};
  const { explained, empty, unexplained, ahead, keys, keysUnexplainedAtEnd, regressions, bad } = explanation;
  const first = bad[0];
  return {
    explainedAnswers: explained,
    emptyAnswers: empty,
    unexplainedAnswers: unexplained,
    aheadAnswers: ahead,
    sampledKeys: keys,
    keysUnexplainedAtEnd,
    countRegressions: regressions,
    ...(first === undefined
      ? {}
      : {
          firstUnexplained: {
            tweetId: spell(act, first.tweet),
            hourStartMs: first.hourStartMs,
            atMs: Math.max(0, first.atMs - act.source.startMs),
            counter: first.counter,
            fingerprint: first.fingerprint,
            ...(first.inLog === undefined ? {} : { inLog: first.inLog }),
          },
        }),
  };
}

/**
 * The answers that the declaration's promise does not excuse. Where a stage that answers repeats writes after a
 * crash, what it answers after the first fault that made it do so is an error of known size at the end, and may be
 * anything until then; nobody else may ever give an answer that equals no prefix.
 */
export function unexplainedEvidence(
  act: SampledAct,
  declaration: Declaration,
  explanation: Explanation | undefined,
  faults: readonly FaultRecord[],
  outcomes: readonly Outcome[] = [],
): UnexplainedEvidence | undefined {
  if (explanation === undefined) return undefined;
  // A store that has forgotten, or a source that sends twice, makes everybody's answers what no log explains.
  const errs = outcomes.some((outcome) => outcome === 'loses' || outcome === 'rises');
  const repeats = errs || answeringStages(declaration).some(repeatsWrites);
  // Not by the events that were replayed: they count from what the victim had reported, which may be 100 ms old.
  const struckMs = faults.flatMap(({ bit, atMs }) => (bit && atMs !== undefined ? [act.source.startMs + atMs] : []));
  const repeatedFromMs = repeats ? Math.min(...struckMs) : Infinity;
  const bad = inexcusable(explanation, repeatedFromMs);
  const first = bad[0];
  if (first === undefined) return { count: 0 };
  return { count: bad.length, first: describeBadAnswer(first, (tweet) => spell(act, tweet), act.source.startMs) };
}

/** Why an act without faults is not valid; empty if nothing was answered that cannot be explained. */
export function unexplainedReasons(
  act: SampledAct,
  declaration: Declaration,
  explanation: Explanation | undefined,
): string[] {
  const { count, first } = unexplainedEvidence(act, declaration, explanation, []) ?? { count: 0 };
  return count === 0 ? [] : [`${count} answers are unexplained without any fault, the first ${first}`];
}

function spell({ source, sampler }: SampledAct, tweet: number): string {
  const { tweetIdLo, tweetIdHi } = sampler.tweets[tweet] as WatchedTweet;
  return source.spell(tweetIdLo, tweetIdHi);
}
