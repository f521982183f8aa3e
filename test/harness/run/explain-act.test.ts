import { describe, expect, test } from '@jest/globals';
import { findArchitecture } from '../../../architectures/registry.ts';
import { tally } from '../../../generators/oracle.ts';
import { sampleTweets } from '../../../generators/tweet-sample.ts';
import { fillLog } from '../../../harness/load/fill-log.ts';
import { AnswerSampler } from '../../../harness/measure/explain-sampler.ts';
import type { BadAnswer, Explanation } from '../../../harness/measure/explainer.ts';
import type { FaultRecord } from '../../../harness/results/acts.ts';
import {
  explainAct,
  explanationFigures,
  unexplainedEvidence,
  unexplainedReasons,
} from '../../../harness/run/explain-act.ts';
import type { Declaration } from '../../../substrates/declaration.ts';
import { readArrivalSpans } from '../../../substrates/event-log/files/arrival-spans.ts';
import { openFileLog } from '../../../substrates/event-log/open-log.ts';
import { SETTINGS, SOURCE } from '../../support/architecture-run.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';

const find = (name: string) => findArchitecture(name) as Declaration;
const sampler = new AnswerSampler(SOURCE.canaries, sampleTweets(SOURCE, { seed: 1, perPartition: 4 }), 1);
const tweetOf = (partition: number) => sampler.tweets.findIndex((tweet) => tweet.partition === partition);
const act = { source: SOURCE, log: { kind: 'memory', name: 'log', partitions: 4 }, sampler } as const;

const bad = (afterMs: number, kind: BadAnswer['kind'] = 'unexplained'): BadAnswer => ({
  tweet: tweetOf(2),
  hourStartMs: SOURCE.startMs,
  atMs: SOURCE.startMs + afterMs,
  counter: 7,
  fingerprint: -9,
  kind,
  inLog: 5,
});
const explanationOf = (...answers: BadAnswer[]): Explanation => ({
  explained: 100,
  empty: 10,
  unexplained: answers.filter(({ kind }) => kind === 'unexplained').length,
  ahead: answers.filter(({ kind }) => kind === 'ahead').length,
  keys: 20,
  keysUnexplainedAtEnd: 1,
  regressions: 2,
  bad: answers,
});
const fault = (atMs: number): FaultRecord => ({ kind: 'crash', trigger: 'x', atMs, bit: true, evidence: {} });

describe('answers that nothing explains', () => {
  const counts = (name: string, explanation: Explanation, ...faults: FaultRecord[]) =>
    unexplainedEvidence(act, find(name), explanation, faults)?.count;

  test('are excused after the first fault where writes are repeated, and there alone', () => {
    const explanation = explanationOf(bad(90), bad(100), bad(101), bad(150, 'ahead'));
    expect(counts('alpha', explanation, fault(120), fault(100))).toBe(2);
    expect(counts('lambda', explanation, fault(100))).toBe(2);
    for (const name of ['batch', 'beta', 'omega', 'omega-prime']) expect(counts(name, explanation, fault(100))).toBe(4);
  });

  test('are excused by a crash that replayed nothing, as the supervisor knew it, if it bit', () => {
    const crash = { ...fault(100), evidence: { replayedEvents: 0 } };
    expect(counts('alpha', explanationOf(bad(150)), crash)).toBe(0);
    expect(counts('alpha', explanationOf(bad(150)), { ...crash, bit: false })).toBe(1);
    expect(counts('alpha', explanationOf(bad(150)))).toBe(1);
  });

  test('make an act without faults invalid, and a right one not', () => {
    const reasons = (explanation?: Explanation) => unexplainedReasons(act, find('alpha'), explanation);
    expect(reasons(explanationOf(bad(90), bad(100)))[0]).toContain('2 answers are unexplained without any fault');
    expect([...reasons(explanationOf()), ...reasons()]).toEqual([]);
  });

  test('are described, the first of them', () => {
    const evidence = unexplainedEvidence(act, find('omega'), explanationOf(bad(90), bad(100)), []);
    const { tweetIdLo, tweetIdHi } = sampler.tweets[tweetOf(2)] as { tweetIdLo: number; tweetIdHi: number };
    expect(evidence?.first).toContain(`0.09 s after the start 7 impressions`);
    expect(evidence?.first).toContain(SOURCE.spell(tweetIdLo, tweetIdHi));
  });

  test('are no evidence where nothing was judged', () => {
    expect(unexplainedEvidence(act, find('omega'), undefined, [])).toBeUndefined();
    expect(explanationFigures(act, undefined)).toEqual({});
  });

  test('stand in the figures with the first of them', () => {
    expect(explanationFigures(act, explanationOf(bad(90), bad(100, 'ahead')))).toMatchObject({
      explainedAnswers: 100,
      emptyAnswers: 10,
      unexplainedAnswers: 1,
      aheadAnswers: 1,
      sampledKeys: 20,
      keysUnexplainedAtEnd: 1,
      countRegressions: 2,
      firstUnexplained: { atMs: 90, counter: 7, fingerprint: -9, inLog: 5, hourStartMs: SOURCE.startMs },
    });
    expect(explanationFigures(act, explanationOf()).firstUnexplained).toBeUndefined();
  });
});

describe('an act’s samples', () => {
  test('are judged by what its log holds and when that came', async () => {
    await withTemporaryDirectory(async (directory) => {
      const log = { kind: 'files', directory, partitions: SOURCE.partitions } as const;
      const opened = await openFileLog(log);
      await fillLog(SOURCE, opened);
      await opened.close();
      const spans = await Promise.all(
        SOURCE.canaries.map(async ({ partition }) => (await readArrivalSpans(log, partition)).spans),
      );
      const { rows, find: rowOf } = tally(SOURCE, { labelling: { by: 'arrival-time', spans } });
      const { tweetIdLo, tweetIdHi } = sampler.tweets[2] as { tweetIdLo: number; tweetIdHi: number };
      const row = rowOf(tweetIdLo, tweetIdHi, SOURCE.startMs);
      const whole = { counter: rows.counter[row] as number, fingerprint: rows.fingerprint[row] as number };
      expect(whole.counter).toBeGreaterThan(3);
      const answer = { tweet: 2, hourStartMs: SOURCE.startMs, atMs: SOURCE.endMs };
      const answers = [
        { ...answer, counter: 0, fingerprint: 0 },
        { ...answer, ...whole, atMs: SOURCE.startMs + 1 },
        { ...answer, ...whole },
        { ...answer, ...whole, counter: whole.counter - 1 },
      ];
      const samples = { tweets: sampler.tweets, answers };
      const explained = await explainAct({ source: SOURCE, log, sampler: samples }, find('batch'), SETTINGS);
      expect(explained).toMatchObject({ empty: 1, ahead: 1, explained: 1, unexplained: 1 });
    });
  });

  test('of a batch job are not judged where the log does not tell arrival times', async () => {
    expect(await explainAct(act, find('batch'), SETTINGS)).toBeUndefined();
    expect(await explainAct(act, find('omega'), SETTINGS)).toMatchObject({ explained: 0, unexplained: 0 });
  });
});
