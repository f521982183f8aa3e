import { describe, expect, test } from '@jest/globals';
import type { Declaration } from '../../../substrates/declaration.ts';
import { resultFixture } from '../../support/result-fixture.ts';
import { controlAt, judge, judgeResult, steadyOf, verdictOf, without } from './judge.ts';

const declarationOf = (name: string) => resultFixture().architectures[name]?.declaration as Declaration;

describe('omega-instant', () => {
  const fresh = { p50: 20, p99: 90, max: 120 };

  test('is confirmed at both rates, with no answer that the stream does not explain', () => {
    const changes = { omega: { steady: { freshnessMs: fresh }, failure: controlAt('omega', 60) } };
    const { verdict, evidence, figure } = judge('omega-instant', changes);
    expect([verdict, figure]).toEqual(['confirmed', 90]);
    expect(evidence).toContain('60 ms old at 85 K/s (control phase) and 90 ms old at 1 M/s (steady act)');
    expect(evidence).toContain('0 answers that the stream does not explain');
  });

  test('is refuted by old answers at either rate', () => {
    expect(verdictOf('omega-instant', { omega: { failure: controlAt('omega', 300) } })).toBe('refuted');
    const freshnessMs = { ...fresh, p99: 300 };
    expect(verdictOf('omega-instant', { omega: { steady: { freshnessMs } } })).toBe('refuted');
  });

  test('is refuted by a wrong answer, however fresh', () => {
    expect(judge('omega-instant', { omega: { failure: { wrongAnswers: 2 } } })).toMatchObject({
      verdict: 'refuted',
      figure: 2,
    });
    const probes = { ...steadyOf('omega').probes, wrong: 1 };
    expect(verdictOf('omega-instant', { omega: { steady: { probes } } })).toBe('refuted');
  });

  test('is judged by the control phase alone where the generator was late', () => {
    const generatorLatenessMs = { p50: 60, p99: 90, max: 100 };
    const { verdict, evidence } = judge('omega-instant', { omega: { steady: { generatorLatenessMs } } });
    expect(verdict).toBe('confirmed');
    expect(evidence).not.toContain('steady act');
  });

  test('is not proven where neither rate was held', () => {
    const changes = { omega: { steady: { sustained: false }, capacity: { eventsPerSecond: 10_000 } } };
    expect(verdictOf('omega-instant', changes)).toBe('not-proven');
  });
});

describe('omega-simple', () => {
  test('is confirmed by one stage and one store, and tells that a query reads two places', () => {
    const { verdict, evidence } = judge('omega-simple');
    expect(verdict).toBe('confirmed');
    expect(evidence).toContain('2 places that a query reads');
  });

  test('is refuted by more', () => {
    expect(verdictOf('omega-simple', { omega: { declaration: declarationOf('lambda') } })).toBe('refuted');
  });
});

describe('omega-open-only', () => {
  const state = (omega: number, prime: number) => ({
    omega: { steady: { stateBytes: omega } },
    'omega-prime': { steady: { stateBytes: prime } },
  });

  test('is confirmed by at most two of four hours of omega-prime’s state', () => {
    const { verdict, evidence, figure } = judge('omega-open-only', state(2 ** 20, 4 * 2 ** 20));
    expect([verdict, figure]).toEqual(['confirmed', 0.25]);
    expect(evidence).toContain('1 MiB after 4 hours');
    expect(evidence).toContain('4 MiB: 25 %');
  });

  test('is refuted by as much state as all hours take', () => {
    expect(verdictOf('omega-open-only', state(95, 100))).toBe('refuted');
  });

  test('is not proven in between, in a short act, or without omega-prime', () => {
    expect(verdictOf('omega-open-only', state(70, 100))).toBe('not-proven');
    expect(verdictOf('omega-open-only', state(50, 100), { hours: { steady: 2, failure: 4 } })).toBe('not-proven');
    expect(judgeResult('omega-open-only', without('omega-prime')).verdict).toBe('not-proven');
  });
});

describe('omega-merge', () => {
  test('is confirmed by the store it writes and the two places it reads', () => {
    const queryLatencyMs = { p50: 1, p99: 6.2, max: 9 };
    const { verdict, evidence } = judge('omega-merge', { omega: { steady: { queryLatencyMs } } });
    expect(verdict).toBe('confirmed');
    expect(evidence).toContain('A merged query took 6.2 ms (p99), 2× omega-prime’s');
    expect(evidence).toContain('0 answers of 4,000 probes');
  });

  test('is refuted where nothing is written, or nothing merged', () => {
    expect(verdictOf('omega-merge', { omega: { steady: { store: {} } } })).toBe('refuted');
    expect(verdictOf('omega-merge', { omega: { declaration: declarationOf('beta') } })).toBe('refuted');
  });

  test('is not decided without omega', () => {
    expect(judgeResult('omega-merge', without('omega')).verdict).toBe('not-decided-here');
  });
});

describe('omega-older', () => {
  test('is confirmed by an older answer than one before, and a right count in the end', () => {
    const { verdict, evidence, figure } = judge('omega-older', { omega: { failure: { readRegressions: 5 } } });
    expect([verdict, figure]).toEqual(['confirmed', 5]);
    expect(evidence).toContain('5 answers older than one given before');
    expect(evidence).toContain('no error in 1.7 M events');
  });

  test('is not proven where none was seen, since other faults may show it', () => {
    expect(verdictOf('omega-older', { omega: { failure: { readRegressions: 0 } } })).toBe('not-proven');
  });

  test('is not proven where counts are wrong in the end', () => {
    const failure = { readRegressions: 5, lost: 1, verdict: 'VIOLATION' as const };
    expect(verdictOf('omega-older', { omega: { failure } })).toBe('not-proven');
  });

  test('is not decided without faults', () => {
    expect(verdictOf('omega-older', { omega: { failure: { faults: [] } } })).toBe('not-decided-here');
  });
});
