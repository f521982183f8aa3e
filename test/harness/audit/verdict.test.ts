import { describe, expect, test } from '@jest/globals';
import type { AuditReport } from '../../../harness/audit/audit.ts';
import { type Evidence, judge } from '../../../harness/audit/verdict.ts';

function report(figures: Partial<AuditReport> = {}): AuditReport {
  const none = { doubleCounted: 0, lost: 0, misplaced: 0, phantom: 0, compensated: 0, keysWrong: 0, worst: [] };
  return { keysAudited: 20_000, eventsAudited: 720_000, ...none, ...figures };
}

function evidence(changes: Partial<Evidence> = {}): Evidence {
  return {
    report: report(),
    lateDropped: 0,
    predicted: { doubleCounted: 0, lost: 0, misplaced: 0, lateDropped: 0 },
    promises: { exact: false },
    faults: [{ name: 'crash 1', evidence: ['SIGKILL'] }],
    invalidBecause: [],
    ...changes,
  };
}

const none = evidence().predicted;
const verdictOf = (changes: Partial<Evidence>) => judge(evidence(changes)).verdict;

describe('the verdict is', () => {
  test('EXACT where nothing is wrong and nothing was predicted', () => {
    expect(judge(evidence())).toEqual({ verdict: 'EXACT', reason: 'all 20000 keys are right' });
  });

  test('EXACT where nothing is wrong and the predicted interval holds 0', () => {
    expect(verdictOf({ predicted: { ...none, doubleCounted: { atLeast: 0, atMost: 9 } } })).toBe('EXACT');
  });

  test('EXPECTED-ERROR where the error has the predicted size', () => {
    const changes = {
      report: report({ doubleCounted: 731, keysWrong: 700 }),
      predicted: { ...none, doubleCounted: 731 },
    };
    expect(judge(evidence(changes))).toEqual({ verdict: 'EXPECTED-ERROR', reason: 'as predicted: 731 counted twice' });
  });

  test.each([
    [4, 'VIOLATION'],
    [5, 'EXPECTED-ERROR'],
    [9, 'EXPECTED-ERROR'],
    [10, 'VIOLATION'],
  ])('for %d doubled with 5 to 9 predicted %s', (doubleCounted, verdict) => {
    const predicted = { ...none, doubleCounted: { atLeast: 5, atMost: 9 } };
    expect(verdictOf({ report: report({ doubleCounted, keysWrong: 4 }), predicted })).toBe(verdict);
  });

  test('EXPECTED-ERROR where as many events as predicted were dropped as late, even with exactness promised', () => {
    const changes = { lateDropped: 12, predicted: { ...none, lateDropped: 12 }, promises: { exact: true } };
    expect(verdictOf(changes)).toBe('EXPECTED-ERROR');
  });

  test('VIOLATION where an answer on the way is unexplained that no fault excuses, right as the end may be', () => {
    const unexplainedAnswers = { count: 3, first: '1.20 s after the start' };
    expect(judge(evidence({ unexplainedAnswers }))).toEqual({
      verdict: 'VIOLATION',
      reason: '3 answers on the way are unexplained, the first 1.20 s after the start',
    });
    expect(verdictOf({ unexplainedAnswers: { count: 0 } })).toBe('EXACT');
    expect(verdictOf({ unexplainedAnswers: { count: Number.NaN } })).toBe('UNKNOWN');
  });

  test.each(['doubleCounted', 'lost', 'misplaced'] as const)(
    'VIOLATION where %s is off by one either way',
    (figure) => {
      const predicted = { ...none, [figure]: 100 };
      for (const found of [99, 101]) {
        expect(verdictOf({ report: report({ [figure]: found, keysWrong: 9 }), predicted })).toBe('VIOLATION');
      }
    },
  );

  test('VIOLATION where a predicted error is not there at all', () => {
    const judgement = judge(evidence({ predicted: { ...none, doubleCounted: 100 } }));
    expect(judgement).toEqual({ verdict: 'VIOLATION', reason: 'doubleCounted is 0, predicted 100' });
  });

  test('VIOLATION where events were dropped that the truth does not call late', () => {
    expect(verdictOf({ lateDropped: 1 })).toBe('VIOLATION');
  });

  test.each(['phantom', 'compensated'] as const)('VIOLATION for %s, even beside a predicted error', (figure) => {
    const changes = {
      report: report({ doubleCounted: 5, [figure]: 1, keysWrong: 6 }),
      predicted: { ...none, doubleCounted: 5 },
    };
    expect(verdictOf(changes)).toBe('VIOLATION');
  });

  test.each(['phantom', 'compensated'] as const)(
    'EXPECTED-ERROR for %s that the predicted table has, key by key',
    (figure) => {
      const changes = {
        report: report({ misplaced: 5, [figure]: 1, keysWrong: 6, unexplained: 0 }),
        predicted: { ...none, misplaced: 5, table: true },
      };
      expect(verdictOf(changes)).toBe('EXPECTED-ERROR');
    },
  );

  test('VIOLATION where the sums are as predicted but one key is not', () => {
    const changes = {
      report: report({ misplaced: 5, keysWrong: 6, unexplained: 1 }),
      predicted: { ...none, misplaced: 5, table: true },
    };
    expect(judge(evidence(changes))).toEqual({
      verdict: 'VIOLATION',
      reason: '1 keys differ from the predicted table',
    });
  });

  test('VIOLATION where exact counts are promised, whatever was predicted', () => {
    const changes = {
      report: report({ doubleCounted: 5, keysWrong: 5 }),
      predicted: { ...none, doubleCounted: 5 },
      promises: { exact: true },
    };
    expect(verdictOf(changes)).toBe('VIOLATION');
  });

  test('INVALID where a planned fault left no evidence, right counts or wrong', () => {
    const faults = [
      { name: 'crash 1', evidence: ['SIGKILL'] },
      { name: 'crash 2', evidence: [] },
    ];
    expect(judge(evidence({ faults }))).toEqual({ verdict: 'INVALID', reason: 'crash 2 left no evidence that it bit' });
    expect(verdictOf({ faults, report: report({ lost: 1, keysWrong: 1 }) })).toBe('INVALID');
  });

  test('INVALID where the run is not valid for another reason', () => {
    expect(judge(evidence({ invalidBecause: ['the generator fell behind'] })).reason).toBe('the generator fell behind');
  });

  test('UNKNOWN where the checker failed', () => {
    const judgement = judge(evidence({ report: undefined, failure: 'the truth has no rows' }));
    expect(judgement).toEqual({ verdict: 'UNKNOWN', reason: 'the checker failed: the truth has no rows' });
  });

  test('UNKNOWN where no key was examined', () => {
    expect(verdictOf({ report: report({ keysAudited: 0 }) })).toBe('UNKNOWN');
  });

  test('UNKNOWN where a predicted table was not compared', () => {
    expect(verdictOf({ predicted: { ...none, table: true } })).toBe('UNKNOWN');
  });

  test.each([Number.NaN, -1, 0.5])('UNKNOWN where %d events are predicted', (doubleCounted) => {
    expect(verdictOf({ predicted: { ...none, doubleCounted } })).toBe('UNKNOWN');
  });

  test('UNKNOWN where the pipeline reports no number of late drops', () => {
    expect(verdictOf({ lateDropped: Number.NaN })).toBe('UNKNOWN');
  });
});
