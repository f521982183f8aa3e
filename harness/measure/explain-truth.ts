/**
 * What the answers of an architecture may equal while it runs, read off its declaration:
 * - a prefix of the impressions of (tweet, hour), in the order of the log, where the answer comes from stages that
 *   count as events come; without those that came too late, where windows drop them;
 * - nothing or the whole of a published hour, where it comes from a batch job: what the arrival times that the log has
 *   recorded put into that hour. Where they are not known, a job's answers are not judged.
 */
import { hourStartOf } from '../../generators/impression.ts';
import type { ImpressionSource } from '../../generators/impression-source.ts';
import type { ArrivalSpan } from '../../generators/oracle.ts';
import { type TweetKey, TweetPrefixes } from '../../generators/tweet-prefixes.ts';
import type { BatchJobStage, Declaration, Stage, StoreName } from '../../substrates/declaration.ts';

/** A counter of a published hour, and when the last of its impressions came. */
export interface PublishedValue {
  counter: number;
  fingerprint: number;
  arrivalMs: number;
}

export interface ExplainableAnswers {
  /** Absent if no answer comes from stages that count as events come. */
  prefixes?: TweetPrefixes;
  /** By tweet (index), and hour: absent if no answer comes from a batch job. */
  published?: readonly ReadonlyMap<number, PublishedValue>[];
}

export interface Lateness {
  maxOutOfOrderMs: number;
  allowedLatenessMs: number;
}

/** The stages whose counts a reader may be given, at any time of the run. */
export function answeringStages(declaration: Declaration): Stage[] {
  const { answer, stages } = declaration;
  const stores: StoreName[] =
    'batch' in answer ? [answer.batch, answer.speed] : 'store' in answer ? [answer.store] : [];
  const readsState = answer.from === 'state' || answer.from === 'state-then-store';
  return stages.filter((stage) => {
    if (stage.kind !== 'window-state') return stores.includes(stage.store);
    return (
      (readsState && stage.queryable) || (stage.onClose.kind !== 'nothing' && stores.includes(stage.onClose.store))
    );
  });
}

/**
 * What answers for `tweets` may equal; undefined if a batch job answers and no `spans` tell when what came.
 * Passes over the stream once, or twice where both windows and a batch job answer.
 */
export function explainableAnswers(
  source: ImpressionSource,
  tweets: readonly TweetKey[],
  declaration: Declaration,
  lateness: Lateness,
  spans?: readonly (readonly ArrivalSpan[])[],
): ExplainableAnswers | undefined {
  const stages = answeringStages(declaration);
  const job = stages.find((stage) => stage.kind === 'batch-job');
  if (job !== undefined && spans === undefined) return undefined;
  const log = spans === undefined ? {} : { spans };
  const drops = stages.some((stage) => stage.kind === 'window-state');
  const counts = stages.some((stage) => stage.kind !== 'batch-job');
  const all = job === undefined && drops ? undefined : new TweetPrefixes(source, tweets, log);
  const running = drops ? new TweetPrefixes(source, tweets, { ...log, drop: lateness }) : all;
  return {
    ...(counts && running !== undefined ? { prefixes: running } : {}),
    ...(job === undefined || all === undefined
      ? {}
      : { published: publishedValues(all, tweets.length, job, source.hourMs) }),
  };
}

/** What the batch job counts where; the rule is that of the oracle's labellings by arrival. */
export function publishedValues(
  prefixes: TweetPrefixes,
  tweets: number,
  job: Pick<BatchJobStage, 'bucketBy' | 'cutOffMs'>,
  hourMs: number,
): ReadonlyMap<number, PublishedValue>[] {
  return Array.from({ length: tweets }, (_, tweet) => {
    const hours = new Map<number, PublishedValue>();
    prefixes.forEachImpression(tweet, (eventHourMs, arrivalMs, fingerprint) => {
      if (job.bucketBy === 'event-time' && eventHourMs + hourMs + job.cutOffMs <= arrivalMs) return;
      const hourStartMs = job.bucketBy === 'event-time' ? eventHourMs : hourStartOf(arrivalMs, hourMs);
      const value = hours.get(hourStartMs) ?? { counter: 0, fingerprint: 0, arrivalMs: -Infinity };
      value.counter++;
      value.fingerprint = (value.fingerprint + fingerprint) | 0;
      value.arrivalMs = Math.max(value.arrivalMs, arrivalMs);
      hours.set(hourStartMs, value);
    });
    return hours;
  });
}
