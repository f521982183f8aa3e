import { describe, expect, test } from '@jest/globals';
import { architectures } from '../../../architectures/registry.ts';
import { fingerprintKey, fingerprintOf } from '../../../generators/impression.ts';
import { tally } from '../../../generators/oracle.ts';
import type { WatchedTweet } from '../../../generators/tweet-sample.ts';
import { AnswerSampler, type SampledAnswer } from '../../../harness/measure/explain-sampler.ts';
import { answeringStages, explainableAnswers } from '../../../harness/measure/explain-truth.ts';
import { describeBadAnswer, explainAnswers, inexcusable } from '../../../harness/measure/explainer.ts';
import type { Declaration } from '../../../substrates/declaration.ts';
import type { KeyColumns } from '../../../substrates/key-value-store/key-value-store.ts';
import type { Answers } from '../../../substrates/query-service.ts';
import { ListSource } from '../../generators/list-source.ts';

const HOUR = 10;
const LATENESS = { maxOutOfOrderMs: 2, allowedLatenessMs: 4 };
const named = (name: string) => architectures.find((declaration) => declaration.name === name) as Declaration;

/** Tweet 7 five times: hours 0, 0, 10, 0, 10; the log took them one each 10 ms from 5 on, the fourth in hour 30. */
const times = [1, 5, 12, 9, 15];
const source = new ListSource(HOUR, [times.map((eventTimeMs) => ({ tweetId: 7n, eventTimeMs }))]);
const spans = [times.map((_, i) => ({ firstSequence: i, count: 1, arrivalMs: 5 + 10 * i }))];
const tweets = [{ partition: 0, tweetIdLo: 7, tweetIdHi: 0 }];
const sum = (...sequences: number[]) =>
  sequences.reduce((total, sequence) => (total + fingerprintOf(fingerprintKey(0, sequence), sequence)) | 0, 0);

/** An answer that holds these impressions, at a time. */
const holding = (hourStartMs: number, atMs: number, ...sequences: number[]): SampledAnswer => ({
  tweet: 0,
  hourStartMs,
  atMs,
  counter: sequences.length,
  fingerprint: sum(...sequences),
});

const truthOf = (name: string) => {
  const truth = explainableAnswers(source, tweets, named(name), LATENESS, spans);
  if (truth === undefined) throw new Error('nothing to judge by');
  return truth;
};
const kinds = (name: string, ...answers: SampledAnswer[]) =>
  answers.map((answer) => {
    const { explained, empty, unexplained, ahead } = explainAnswers([answer], truthOf(name));
    return { explained, empty, unexplained, ahead };
  });
const only = (kind: string) => ({ explained: 0, empty: 0, unexplained: 0, ahead: 0, [kind]: 1 });

describe('a sampled answer', () => {
  test('is explained by any prefix that the log had, however old, and by nothing else than empty', () => {
    expect(kinds('alpha', holding(0, 40, 0), holding(0, 40, 0, 1), holding(0, 40, 0, 1, 3), holding(0, 40))).toEqual(
      ['explained', 'explained', 'explained', 'empty'].map(only),
    );
  });

  test('is unexplained where it is doubled, lost, torn, or of other impressions', () => {
    const doubled = holding(0, 60, 0, 1, 1);
    const lost = holding(0, 60, 0, 3);
    const torn = { ...holding(0, 60, 0, 1, 3), fingerprint: sum(0, 1) };
    const misplaced = holding(10, 60, 2, 3);
    const halfZero = { ...holding(0, 60, 0), counter: 0 };
    const unknownHour = holding(20, 60, 0);
    expect(kinds('alpha', doubled, lost, torn, misplaced, halfZero, unknownHour)).toEqual(
      new Array(6).fill(only('unexplained')),
    );
  });

  test('is ahead where it holds what the log took only after the reply', () => {
    expect(kinds('alpha', holding(0, 14, 0, 1), holding(0, 15, 0, 1))).toEqual([only('ahead'), only('explained')]);
  });

  test('leaves out what windows drop as too late, where windows answer', () => {
    // Before the fourth the watermark is 12 - 2: with a lateness of 0 hour 0 is gone.
    const answers = [holding(0, 60, 0, 1, 3), holding(0, 60, 0, 1)];
    const strict = { maxOutOfOrderMs: 2, allowedLatenessMs: 0 };
    for (const name of ['beta', 'omega', 'omega-prime']) {
      const truth = explainableAnswers(source, tweets, named(name), strict, spans);
      expect(explainAnswers(answers, truth ?? {})).toMatchObject({ explained: 1, unexplained: 1 });
    }
    expect(explainAnswers(answers, explainableAnswers(source, tweets, named('alpha'), strict) ?? {})).toMatchObject({
      unexplained: 0,
    });
  });

  test('of a batch job is explained by the whole of an hour as the arrival times have it, and by no part', () => {
    // By arrival: 0 in hour 0, 1 in hour 10, 2 in hour 20 and so on.
    expect(
      kinds(
        'batch',
        holding(10, 60, 1),
        holding(20, 60, 2),
        holding(0, 60, 0, 1, 3),
        holding(20, 24, 2),
        holding(0, 60),
      ),
    ).toEqual(['explained', 'explained', 'unexplained', 'ahead', 'empty'].map(only));
  });

  test('of lambda is explained by the speed view’s prefix or by the batch view’s hour', () => {
    expect(kinds('lambda', holding(0, 60, 0, 1, 3), holding(10, 60, 1), holding(10, 60, 1, 2))).toEqual(
      ['explained', 'explained', 'unexplained'].map(only),
    );
  });

  test('of a batch job is not judged where nothing tells when what came', () => {
    expect(explainableAnswers(source, tweets, named('batch'), LATENESS)).toBeUndefined();
    expect(explainableAnswers(source, tweets, named('omega'), LATENESS)).toBeDefined();
  });
});

describe('published hours', () => {
  const list = [1, 8, 3, 22, 9, 18].map((eventTimeMs, i) => ({ tweetId: BigInt(1 + (i % 2)), eventTimeMs }));
  const log = new ListSource(HOUR, [list]);
  const arrivals = [[4, 9, 12, 25, 31, 24].map((arrivalMs, i) => ({ firstSequence: i, count: 1, arrivalMs }))];
  const pair = [1, 2].map((tweetIdLo) => ({ partition: 0, tweetIdLo, tweetIdHi: 0 }));

  test.each(['arrival-time', 'event-time'] as const)('by %s hold what the oracle counts', (bucketBy) => {
    const cutOffMs = 3;
    const stages = [{ ...named('batch').stages[0], bucketBy, cutOffMs }];
    const declaration = { ...named('batch'), stages } as Declaration;
    const published = explainableAnswers(log, pair, declaration, LATENESS, arrivals)?.published ?? [];
    const { rows } = tally(log, {
      labelling:
        bucketBy === 'arrival-time'
          ? { by: 'arrival-time', spans: arrivals }
          : { by: 'event-time-before-cut-off', cutOffMs, spans: arrivals },
    });
    const counted = Array.from({ length: rows.count }, (_, row) => [
      rows.tweetIdLo[row],
      rows.hourStartMs[row],
      rows.counter[row],
      rows.fingerprint[row],
    ]);
    const found = published.flatMap((hours, i) =>
      [...hours].map(([hour, { counter, fingerprint }]) => [i + 1, hour, counter, fingerprint]),
    );
    expect(found.map(String).sort()).toEqual(counted.map(String).sort());
    expect(found.length).toBeGreaterThan(2);
  });
});

test('stages answer where their state or their store is read', () => {
  const kindsOf = (name: string) => answeringStages(named(name)).map(({ kind }) => kind);
  expect(architectures.map(({ name }) => [name, ...kindsOf(name)])).toEqual([
    ['batch', 'batch-job'],
    ['alpha', 'increment-store'],
    ['lambda', 'increment-store', 'batch-job'],
    ['beta', 'window-state'],
    ['omega', 'window-state'],
    ['omega-prime', 'window-state'],
  ]);
  expect(answeringStages({ ...named('omega'), answer: { from: 'store', store: 'speed' } })).toEqual([]);
});

describe('the explanation of a run', () => {
  const answers = [
    holding(0, 20, 0, 1),
    holding(0, 25, 0, 1, 1),
    holding(0, 30, 0),
    holding(10, 32, 2, 2),
    holding(0, 36, 0, 1, 3),
    holding(10, 50, 2, 2),
  ];
  const explanation = explainAnswers(answers, truthOf('alpha'));

  test('tells errors that passed from those that last, and counts that went back', () => {
    expect(explanation).toMatchObject({
      explained: 3,
      unexplained: 3,
      ahead: 0,
      empty: 0,
      keys: 2,
      keysUnexplainedAtEnd: 1,
      regressions: 1,
    });
  });

  test('names what was answered and what the log had', () => {
    expect(explanation.bad[0]).toMatchObject({ atMs: 25, counter: 3, kind: 'unexplained', inLog: 2 });
    const words = describeBadAnswer(explanation.bad[0] as never, () => 'seven', 5);
    expect(words).toContain('0.02 s after the start 3 impressions');
    expect(words).toContain('of tweet seven in the hour 0, of which the log had 2: equals no prefix');
  });

  test('excuses what came after a time, and nothing at it or before', () => {
    expect(inexcusable(explanation, 24)).toEqual([]);
    expect(inexcusable(explanation, 25)).toHaveLength(1);
    expect(inexcusable(explanation, Infinity)).toHaveLength(3);
  });
});

describe('a sampler of answers', () => {
  const watch = (partition: number, tweetIdLo: number, ...fromMs: number[]): WatchedTweet => ({
    partition,
    tweetIdLo,
    tweetIdHi: 0,
    popularity: 'hot',
    hours: fromMs.map((from) => ({ hourStartMs: from - (from % 100), fromMs: from })),
  });
  const canaries = [0, 1].map((partition) => ({ partition, tweetIdLo: partition, tweetIdHi: 9 }));
  const question = () => {
    const keys: KeyColumns = {
      count: 2,
      tweetIdLo: Uint32Array.of(0, 1),
      tweetIdHi: Uint32Array.of(9, 9),
      hourStartMs: Float64Array.of(100, 100),
    };
    return {
      keys,
      rows: [
        { from: 0, to: 1 },
        { from: 1, to: 2 },
      ],
    };
  };
  const samplerOf = (keys = 1) =>
    new AnswerSampler(canaries, [watch(0, 20, 110, 210), watch(0, 22, 130), watch(1, 31, 900)], keys);
  const asked = (sampler: AnswerSampler, nowMs: number) => {
    const { keys } = sampler.extend(question(), nowMs);
    return Array.from({ length: keys.count - 2 }, (_, i) => [keys.tweetIdLo[i + 2], keys.hourStartMs[i + 2]]);
  };

  test('asks in every second question, newest hours and older ones in turn, and only what may be there', () => {
    const sampler = samplerOf();
    const rounds = Array.from({ length: 12 }, () => asked(sampler, 250));
    expect(rounds.filter((_, i) => i % 2 === 0)).toEqual(new Array(6).fill([]));
    expect(rounds.filter((_, i) => i % 2 === 1)).toEqual([
      [[20, 200]],
      [[22, 100]],
      [[20, 100]],
      [[22, 100]],
      [[20, 200]],
      [[22, 100]],
    ]);
  });

  test('asks no more keys than told of each partition, and none twice', () => {
    const sampler = samplerOf(5);
    asked(sampler, 950);
    expect(asked(sampler, 950)).toEqual([
      [20, 200],
      [22, 100],
      [31, 900],
    ]);
  });

  test('asks nothing before a tweet was seen, and never where nothing is watched', () => {
    const sampler = samplerOf();
    asked(sampler, 105);
    expect(asked(sampler, 105)).toEqual([]);
    const bare = new AnswerSampler(canaries, [], 1);
    bare.extend(question(), 950);
    expect(bare.asksNext).toBe(false);
  });

  test('keeps what was answered, the canaries’ answers too, and leaves out what was unavailable', () => {
    const sampler = samplerOf();
    asked(sampler, 250);
    const extended = sampler.extend(question(), 250);
    const answers: Answers = {
      count: 3,
      unavailable: Uint8Array.of(0, 1, 0),
      counter: Uint32Array.of(4, 5, 6),
      fingerprint: Int32Array.of(-1, -2, -3),
    };
    sampler.note(extended, answers, 260);
    expect(sampler.answers).toEqual([
      { tweet: 0, hourStartMs: 100, atMs: 260, counter: 4, fingerprint: -1 },
      { tweet: 2, hourStartMs: 200, atMs: 260, counter: 6, fingerprint: -3 },
    ]);
    expect(sampler.tweets.map(({ tweetIdLo }) => tweetIdLo)).toEqual([0, 1, 20, 22, 31]);
  });
});
