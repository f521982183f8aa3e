/** How a reader watches a scene, as in a real run's acts. */
import { CanaryPrefixes } from '../../../generators/canary-prefixes.ts';
import { sampleTweets } from '../../../generators/tweet-sample.ts';
import type { QueryService } from '../../../substrates/query-service.ts';
import { CanaryReader } from '../../measure/canary-reader.ts';
import { AnswerSampler } from '../../measure/explain-sampler.ts';
import type { Explanation } from '../../measure/explainer.ts';
import { FreshnessTracker } from '../../measure/freshness.ts';
import { Prober } from '../../measure/prober.ts';
import { explainAct, type SampledAct, unexplainedReasons } from '../../run/explain-act.ts';
import { type Scene, SETTINGS } from './judged-run.ts';

export const MEAN_PERIOD_MS = 4;
const TWEETS_PER_PARTITION = 6;

export interface Watcher {
  prober: Prober;
  tracker: FreshnessTracker;
  reader: CanaryReader;
  sampler: AnswerSampler;
}

/** A prober on the scene's canaries and some of its tweets; `read` stands for the query path. */
export function watcherOf(
  { source, runtime, query }: Scene,
  read: QueryService['read'] = (keys) => query.read(keys),
): Watcher {
  const matchers = source.canaries.map(({ partition }) => new CanaryPrefixes(source, partition));
  const reader = new CanaryReader(source, matchers);
  const tracker = new FreshnessTracker(source.canaries.length, source.startMs);
  const sample = sampleTweets(source, { seed: 1, perPartition: TWEETS_PER_PARTITION });
  const sampler = new AnswerSampler(source.canaries, sample, 2);
  const options = { query: { read }, reader, tracker, sampler, runtime, seed: 1, meanPeriodMs: MEAN_PERIOD_MS };
  return { prober: new Prober(options), tracker, reader, sampler };
}

/** What of the sampled answers the log does not explain; to be asked when the log is whole. */
export async function explanationOf(
  { world, source, declaration }: Scene,
  sampler: AnswerSampler,
): Promise<{ explanation: Explanation | undefined; reasons: string[] }> {
  const log = { kind: 'files', directory: world.logFolder, partitions: source.partitions } as const;
  const act: SampledAct = { source, log, sampler };
  const explanation = await explainAct(act, declaration, SETTINGS);
  return { explanation, reasons: unexplainedReasons(act, declaration, explanation) };
}
