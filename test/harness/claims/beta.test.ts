import { describe, expect, test } from '@jest/globals';
import { type Declaration, declarationSchema } from '../../../substrates/declaration.ts';
import { changed, faultsAt, judge, judgeResult, steadyOf, verdictOf } from './judge.ts';

const noErrors = { doubleCounted: 0, lost: 0, misplaced: 0, lateDropped: 0 };

/** Shared by beta and omega: the same load, the same sentence. */
describe.each([
  ['beta-load', 'beta'],
  ['omega-load', 'omega'],
])('%s', (id, name) => {
  const load = (commandsPerEvent: number, distinctPerEvent: number) => {
    const serving = steadyOf('beta').store.serving;
    const store = { serving: serving && { ...serving, commandsPerEvent, expectedCommandsPerEvent: undefined } };
    return { [name]: { steady: { store, distinctPerEvent } } };
  };

  test('is confirmed by one write per distinct tweet and hour', () => {
    const { verdict, evidence, figure } = judge(id, load(0.025, 0.025));
    expect([verdict, figure]).toEqual(['confirmed', 0.025]);
    expect(evidence).toContain('25 K/s at 1 M/s; 40× fewer than one increment an event');
  });

  test('is confirmed up to 1 % from the number of keys, and refuted beyond', () => {
    expect(verdictOf(id, load(0.02524, 0.025))).toBe('confirmed');
    expect(verdictOf(id, load(0.02526, 0.025))).toBe('refuted');
  });

  test('is refuted where keys are nearly as many as events', () => {
    expect(verdictOf(id, load(0.5, 0.5))).toBe('refuted');
  });

  test('is not proven where nothing was written', () => {
    expect(verdictOf(id, load(0, 0.025))).toBe('not-proven');
  });
});

/** Shared by all that promise exact counts. */
describe.each([
  ['beta-correct', 'beta'],
  ['omega-correct', 'omega'],
  ['prime-correct', 'omega-prime'],
])('%s', (id, name) => {
  test('is confirmed by an audit without an error after faults that bit', () => {
    const { verdict, evidence, figure } = judge(id);
    expect([verdict, figure]).toEqual(['confirmed', 0]);
    expect(evidence).toMatch(/^47,222 keys audited after 2 faults, .*: no error in 1.7 M events\.$/);
  });

  test.each(['doubleCounted', 'lost', 'misplaced', 'phantom', 'compensated', 'unexplained'] as const)(
    'is refuted by one event %s',
    (error) => {
      const failure = { [error]: 1, verdict: 'VIOLATION' as const, verdictReason: 'one key differs' };
      expect(judge(id, { [name]: { failure } })).toMatchObject({ verdict: 'refuted', figure: 1 });
    },
  );

  test('is refuted by a violation that is in no single figure', () => {
    const failure = { verdict: 'VIOLATION' as const, verdictReason: 'lateDropped is 3, predicted 4', lateDropped: 3 };
    const { verdict, evidence } = judge(id, { [name]: { failure } });
    expect(verdict).toBe('refuted');
    expect(evidence).toContain('lateDropped is 3, predicted 4');
  });

  test('is not proven where the verdict is INVALID, or no key was audited', () => {
    expect(verdictOf(id, { [name]: { failure: { verdict: 'INVALID' } } })).toBe('not-proven');
    expect(verdictOf(id, { [name]: { failure: { keysAudited: 0 } } })).toBe('not-proven');
  });

  test('is not decided without faults', () => {
    expect(verdictOf(id, { [name]: { failure: { faults: [] } } })).toBe('not-decided-here');
  });
});

describe('beta-boundary', () => {
  test('is confirmed where late events beyond the bound are dropped in the predicted number', () => {
    const failure = { lateDropped: 12, predicted: { ...noErrors, lateDropped: 12 } };
    const { verdict, evidence } = judge('beta-boundary', { beta: { failure } }, { lateShare: 0.02 });
    expect(verdict).toBe('confirmed');
    expect(evidence).toContain('out of order by up to 100 ms and 2 % of it later than 100 ms');
    expect(evidence).toContain('12 dropped as late');
  });

  test('is refuted by an impression in the wrong hour, or by more drops than predicted', () => {
    expect(verdictOf('beta-boundary', { beta: { failure: { misplaced: 1 } } })).toBe('refuted');
    expect(verdictOf('beta-boundary', { beta: { failure: { lateDropped: 1 } } })).toBe('refuted');
  });

  test('is not proven where a fault may have lost it', () => {
    expect(verdictOf('beta-boundary', { beta: { failure: { lost: 1 } } })).toBe('not-proven');
  });
});

describe('beta-late', () => {
  const ages = (p50: number, max: number) => ({ beta: { steady: { freshnessMs: { p50, p99: max, max } } } });

  test('is confirmed by a sawtooth of one window', () => {
    const { verdict, evidence } = judge('beta-late', ages(2600, 5200));
    expect(verdict).toBe('confirmed');
    expect(evidence).toBe('Answers were 2.6 s old in the median and 5.2 s at most, with a window of 5 s.');
  });

  test('is refuted by instant answers', () => {
    expect(verdictOf('beta-late', ages(40, 90))).toBe('refuted');
  });
});

describe('beta-idempotent', () => {
  const additive: Declaration = declarationSchema.parse({
    name: 'beta',
    summary: 'Beta that adds on close.',
    stages: [
      { kind: 'window-state', keep: 'open', queryable: false, onClose: { kind: 'increment', store: 'serving' } },
    ],
    answer: { from: 'store', store: 'serving' },
  });
  const counted = (doubleCounted: number, foreseen: number, failpoint = 'mid-flush') => {
    const predicted = { ...noErrors, doubleCounted: foreseen };
    const failure = { doubleCounted, predicted, faults: faultsAt('beta', failpoint) };
    return { beta: { declaration: additive, failure } };
  };

  test('is confirmed by the predicted double counts of a flush that adds', () => {
    const { verdict, evidence, figure } = judge('beta-idempotent', counted(600, 600));
    expect([verdict, figure]).toEqual(['confirmed', 600]);
    expect(evidence).toContain('beta counted 600 twice');
  });

  test('is confirmed on a form of beta under a name of its own', () => {
    const { beta, ...others } = changed(counted(600, 600)).architectures;
    if (beta === undefined) throw new Error('the fixture has no beta');
    const result = { ...changed({}), architectures: { ...others, 'beta-additive': { ...beta, variantOf: 'beta' } } };
    expect(judgeResult('beta-idempotent', result).verdict).toBe('confirmed');
  });

  test('is refuted where a kill in a flush that adds leaves no error', () => {
    expect(verdictOf('beta-idempotent', counted(0, 600))).toBe('refuted');
  });

  test('is not proven where no kill struck in a flush, or the number is not the predicted one', () => {
    expect(verdictOf('beta-idempotent', counted(0, 0, 'mid-snapshot'))).toBe('not-proven');
    expect(verdictOf('beta-idempotent', counted(601, 600))).toBe('not-proven');
  });

  test('is not decided by writes that are idempotent', () => {
    expect(verdictOf('beta-idempotent')).toBe('not-decided-here');
  });

  test('keeps an additive beta from deciding what the talk says of beta', () => {
    expect(verdictOf('beta-correct', counted(600, 600))).toBe('not-decided-here');
  });
});
