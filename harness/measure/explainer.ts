/**
 * Judges the answers that were sampled while a run went on: each must be explained, that is, equal the first so many
 * impressions of its (tweet, hour) in the order of the log, and none that the log had not taken by the time of the
 * reply. (There is no lower bound: how old an answer may be is freshness, not rightness.)
 *
 * An answer that equals no prefix was doubled, lost or torn at that moment, whatever the final counts say. It is a
 * passing error if a later answer for the same key is explained again, and a lasting one if the last is not.
 */
import type { SampledAnswer } from './explain-sampler.ts';
import type { ExplainableAnswers } from './explain-truth.ts';

/** `empty`: the prefix of no impression; right, but it shows nothing. `ahead`: a prefix that the log did not have. */
export type AnswerKind = 'explained' | 'empty' | 'unexplained' | 'ahead';

/** An answer that is not explained, with what it should have been. */
export interface BadAnswer extends SampledAnswer {
  kind: 'unexplained' | 'ahead';
  /** Impressions of the key that the log had by the time of the reply; absent where only a batch job answers. */
  inLog?: number;
}

export interface Explanation {
  explained: number;
  empty: number;
  unexplained: number;
  ahead: number;
  /** Keys that were answered, and of them those whose last answer was unexplained. */
  keys: number;
  keysUnexplainedAtEnd: number;
  /** Answers with a lower count than the answer before for the same key. */
  regressions: number;
  /** Unexplained answers and those ahead, in the order of their replies. */
  bad: readonly BadAnswer[];
}

/** Judges `answers`, given in the order of their replies. */
export function explainAnswers(answers: readonly SampledAnswer[], truth: ExplainableAnswers): Explanation {
  const counts: Record<AnswerKind, number> = { explained: 0, empty: 0, unexplained: 0, ahead: 0 };
  const last = new Map<string, { counter: number; kind: AnswerKind }>();
  const bad: BadAnswer[] = [];
  let regressions = 0;
  for (const answer of answers) {
    const kind = kindOf(answer, truth);
    counts[kind]++;
    const key = `${answer.tweet} ${answer.hourStartMs}`;
    const before = last.get(key);
    if (before !== undefined && answer.counter < before.counter) regressions++;
    last.set(key, { counter: answer.counter, kind });
    if (kind === 'unexplained' || kind === 'ahead') bad.push({ ...answer, kind, ...inLogOf(answer, truth) });
  }
  const keysUnexplainedAtEnd = [...last.values()].filter(({ kind }) => kind === 'unexplained').length;
  return { ...counts, keys: last.size, keysUnexplainedAtEnd, regressions, bad };
}

/** How many of the answers are neither explained nor excused: those that came no later than `excusedAfterMs`. */
export function inexcusable(explanation: Explanation, excusedAfterMs: number): BadAnswer[] {
  return explanation.bad.filter(({ atMs }) => atMs <= excusedAfterMs);
}

/** An answer in words: `7 (fingerprint -3) of 5 in the log`. */
export function describeBadAnswer(answer: BadAnswer, spell: (tweet: number) => string, startMs: number): string {
  const { tweet, hourStartMs, atMs, counter, fingerprint, kind, inLog } = answer;
  const what = kind === 'ahead' ? 'is ahead of the log' : 'equals no prefix';
  const known = inLog === undefined ? '' : `, of which the log had ${inLog}`;
  return (
    `${((atMs - startMs) / 1000).toFixed(2)} s after the start ${counter} impressions (fingerprint ${fingerprint}) ` +
    `of tweet ${spell(tweet)} in the hour ${hourStartMs}${known}: ${what}`
  );
}

function kindOf(
  { tweet, hourStartMs, atMs, counter, fingerprint }: SampledAnswer,
  truth: ExplainableAnswers,
): AnswerKind {
  if (counter === 0 && fingerprint === 0) return 'empty';
  const prefix = truth.prefixes?.match(tweet, hourStartMs, counter, fingerprint);
  const published = truth.published?.[tweet]?.get(hourStartMs);
  const isPublished = published?.counter === counter && published.fingerprint === fingerprint;
  if (prefix === undefined && !isPublished) return 'unexplained';
  const cameMs = Math.min(prefix?.arrivalMs ?? Infinity, isPublished ? published.arrivalMs : Infinity);
  return cameMs <= atMs ? 'explained' : 'ahead';
}

function inLogOf({ tweet, hourStartMs, atMs }: SampledAnswer, { prefixes }: ExplainableAnswers): { inLog?: number } {
  return prefixes === undefined ? {} : { inLog: prefixes.arrivedBy(tweet, hourStartMs, atMs) };
}
