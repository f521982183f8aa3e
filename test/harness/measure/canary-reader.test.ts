import { describe, expect, test } from '@jest/globals';
import { CanaryReader } from '../../../harness/measure/canary-reader.ts';
import { answersAt, canaryOf, fingerprints, HOUR, hourValue, matcherOf, START, sourceOf } from './fake-canaries.ts';

/** One canary an hour has 100 impressions; four hours. */
function readerOf(partitions = 1) {
  const canaries = Array.from({ length: partitions }, (_, partition) => canaryOf(partition, 400));
  return new CanaryReader(sourceOf(canaries), canaries.map(matcherOf));
}

/** Asks at `nowMs` and answers with `prefixOf`. */
function ask(reader: CanaryReader, nowMs: number, prefixOf: (partition: number) => number) {
  const question = reader.question(nowMs);
  return {
    hours: [...question.keys.hourStartMs],
    readings: reader.interpret(question, answersAt(question.keys, prefixOf)),
  };
}

const at = (hours: number) => START + hours * HOUR;

describe('a canary reader', () => {
  test('reads when the last canary impression was due that the answer holds', () => {
    const { hours, readings } = ask(readerOf(), at(0.5), () => 42);
    expect(hours).toEqual([at(0)]);
    expect(readings).toEqual([{ kind: 'reached', reachMs: START + 410 }]);
  });

  test('takes an answer of nothing as one that reaches the start of the stream', () => {
    expect(ask(readerOf(), at(0.5), () => 0).readings).toEqual([{ kind: 'reached', reachMs: START }]);
  });

  test('reads each partition for itself', () => {
    const { readings } = ask(readerOf(3), at(0.5), (partition) => [10, -1, 20][partition] as number);
    expect(readings).toEqual([
      { kind: 'reached', reachMs: START + 90 },
      { kind: 'unavailable' },
      { kind: 'reached', reachMs: START + 190 },
    ]);
  });

  test('asks from the oldest open hour to the current one, whatever the answers lag behind', () => {
    const reader = readerOf();
    expect(ask(reader, at(2.5), () => 0).hours).toEqual([at(0), at(1), at(2)]);
  });

  test('leaves out complete hours but for one in turn, and still counts them', () => {
    const reader = readerOf();
    ask(reader, at(2.5), () => 240);
    const rounds = [241, 242, 243].map((prefix) => ask(reader, at(2.5), () => prefix));
    expect(rounds.map(({ hours }) => hours)).toEqual([
      [at(2), at(0)],
      [at(2), at(1)],
      [at(2), at(0)],
    ]);
    expect(rounds[2]?.readings).toEqual([{ kind: 'reached', reachMs: START + 2420 }]);
  });

  test('leaves the older hour out where it is told to, and takes its turn up again', () => {
    const reader = readerOf();
    ask(reader, at(2.5), () => 240);
    expect([...reader.question(at(2.5), false).keys.hourStartMs]).toEqual([at(2)]);
    expect(ask(reader, at(2.5), () => 241).hours).toEqual([at(2), at(0)]);
  });

  test('asks an hour until its last canary was counted', () => {
    const reader = readerOf();
    ask(reader, at(1), () => 99);
    expect(ask(reader, at(1), () => 100).hours).toEqual([at(0), at(1)]);
    expect(ask(reader, at(1), () => 100).hours).toEqual([at(1), at(0)]);
  });

  test('asks one hour past the last, where what arrives late may be counted, and none after', () => {
    expect(ask(readerOf(), at(9), () => 0).hours).toEqual([at(0), at(1), at(2), at(3), at(4)]);
  });

  test('calls an answer wrong that is doubled, short of one in the middle, or of other impressions', () => {
    const tamper = (change: (value: { counter: number; fingerprint: number }) => void) => {
      const reader = readerOf();
      const question = reader.question(at(0.5));
      const value = hourValue(at(0), 50);
      change(value);
      const answers = answersAt(question.keys, () => 0);
      answers.counter[0] = value.counter;
      answers.fingerprint[0] = value.fingerprint;
      return reader.interpret(question, answers)[0]?.kind;
    };
    expect(tamper(() => undefined)).toBe('reached');
    expect(tamper((value) => Object.assign(value, { counter: 51 }))).toBe('wrong');
    expect(tamper((value) => Object.assign(value, { counter: 49 }))).toBe('wrong');
    expect(tamper((value) => Object.assign(value, { fingerprint: value.fingerprint + 1 }))).toBe('wrong');
    expect(tamper((value) => Object.assign(value, { counter: 0 }))).toBe('wrong');
  });

  test('sees that an old hour vanished when its turn comes, and that it is back at the next reading', () => {
    const reader = readerOf();
    ask(reader, at(2.5), () => 240);
    const vanished = reader.question(at(2.5));
    expect([...vanished.keys.hourStartMs]).toEqual([at(2), at(0)]);
    const answers = answersAt(vanished.keys, () => 240);
    answers.counter[1] = 0;
    answers.fingerprint[1] = 0;
    expect(reader.interpret(vanished, answers)).toEqual([{ kind: 'wrong' }]);
    const next = ask(reader, at(2.5), () => 241);
    expect(next.hours).toEqual([at(0), at(1), at(2)]);
    expect(next.readings).toEqual([{ kind: 'reached', reachMs: START + 2400 }]);
  });

  test('believes an answer that goes back, and asks every hour after it', () => {
    const reader = readerOf();
    ask(reader, at(2.5), () => 240);
    expect(ask(reader, at(2.5), () => 230).readings).toEqual([{ kind: 'reached', reachMs: START + 2290 }]);
    expect(ask(reader, at(2.5), () => 230).hours).toEqual([at(0), at(1), at(2)]);
  });

  test('keeps nothing of an answer that is unavailable in part', () => {
    const reader = readerOf();
    const question = reader.question(at(1.5));
    const answers = answersAt(question.keys, () => 120);
    answers.unavailable[1] = 1;
    expect(reader.interpret(question, answers)).toEqual([{ kind: 'unavailable' }]);
    expect(ask(reader, at(1.5), () => 60).readings).toEqual([{ kind: 'reached', reachMs: START + 590 }]);
  });

  test('takes ages and hours from where they belong when a trace is replayed on a clock of its own', () => {
    // Ten impressions, one a day, replayed one each 10 ms; the fourth was written down two days late.
    const day = (k: number) => START + (k === 3 ? 1 : k) * 24 * HOUR;
    const canary = { ...canaryOf(0, 10), eventTimeMsOf: day };
    const reader = new CanaryReader(sourceOf([canary]), [matcherOf(canary)]);
    const question = reader.question(START + 45);
    // Those of the five that are due, and the hour of the clock, where one who goes by arrival counts them.
    expect([...question.keys.hourStartMs]).toEqual([0, 1, 2, 4].map((k) => START + k * 24 * HOUR));
    const answers = answersAt(question.keys, () => 0);
    // Of the first four: 1, 2 (the late one among them) and 1.
    const held = [[0], [1, 3], [2], []];
    held.forEach((impressions, row) => {
      answers.counter[row] = impressions.length;
      answers.fingerprint[row] = impressions.reduce((sum, k) => sum + fingerprints(k, k + 1), 0);
    });
    expect(reader.interpret(question, answers)).toEqual([{ kind: 'reached', reachMs: START + 30 }]);
    // The fifth is open, and the late one's hour is an older one whose turn comes.
    expect([...reader.question(START + 45).keys.hourStartMs]).toEqual([0, 4, 1].map((k) => START + k * 24 * HOUR));
  });

  test('refuses a stream in which a partition has no canary', () => {
    const canaries = [canaryOf(0, 0)];
    expect(() => new CanaryReader(sourceOf(canaries), canaries.map(matcherOf))).toThrow('no canary impression');
    expect(() => new CanaryReader(sourceOf([]), [])).toThrow('no canary impression');
  });
});
