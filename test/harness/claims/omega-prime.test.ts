import { describe, expect, test } from '@jest/globals';
import type { Declaration } from '../../../substrates/declaration.ts';
import { resultFixture } from '../../support/result-fixture.ts';
import { capacityOf, controlAt, failureOf, judge, judgeResult, steadyOf, verdictOf, without } from './judge.ts';

describe('prime-no-store', () => {
  test('is confirmed by exactly no command in any act', () => {
    const { verdict, evidence, figure } = judge('prime-no-store');
    expect([verdict, figure]).toEqual(['confirmed', 0]);
    expect(evidence).toBe(
      'Store commands: 0 for 40,000,000 impressions in the capacity act, 0 a second in the steady act, ' +
        '0 for its queries and 0 a second in the control phase.',
    );
  });

  test('is refuted by one command in any act', () => {
    const serving = { commands: 1, commandsPerEvent: 0, roundTrips: 1, reads: 0, writes: 1 };
    expect(judge('prime-no-store', { 'omega-prime': { capacity: { store: { serving } } } })).toMatchObject({
      verdict: 'refuted',
      figure: 1,
    });
    const { speed } = steadyOf('lambda').store;
    expect(verdictOf('prime-no-store', { 'omega-prime': { steady: { store: { speed } } } })).toBe('refuted');
    const control = failureOf('alpha').control;
    expect(verdictOf('prime-no-store', { 'omega-prime': { failure: { control } } })).toBe('refuted');
  });

  test('is refuted by a query that asks a store', () => {
    const probes = { ...steadyOf('omega-prime').probes, commands: 1 };
    expect(verdictOf('prime-no-store', { 'omega-prime': { steady: { probes } } })).toBe('refuted');
  });

  test('is not decided where it counted nothing', () => {
    const capacity = { ...capacityOf('omega-prime'), reflectedEvents: 0 };
    const changes = { 'omega-prime': { capacity, steady: { reflectedPerSecond: 0 } } };
    expect(judge('prime-no-store', changes)).toEqual({
      verdict: 'not-decided-here',
      evidence: 'omega-prime counted nothing in the capacity act.',
    });
  });
});

describe('prime-instant', () => {
  test('is confirmed and refuted by the age of answers that it keeps up with', () => {
    expect(verdictOf('prime-instant', { 'omega-prime': { failure: controlAt('omega-prime', 30) } })).toBe('confirmed');
    expect(verdictOf('prime-instant', { 'omega-prime': { failure: controlAt('omega-prime', 900) } })).toBe('refuted');
  });

  test('is not decided without omega-prime', () => {
    expect(judgeResult('prime-instant', without('omega-prime')).verdict).toBe('not-decided-here');
  });
});

describe('prime-simple', () => {
  test('is confirmed by one stage and no store, and refuted by lambda’s parts', () => {
    expect(judge('prime-simple')).toMatchObject({ verdict: 'confirmed', figure: 2 });
    const declaration = resultFixture().architectures.lambda?.declaration as Declaration;
    expect(verdictOf('prime-simple', { 'omega-prime': { declaration } })).toBe('refuted');
  });
});

describe('prime-fits', () => {
  test('is not proven by a run that did not come to the limit', () => {
    const { verdict, evidence, figure } = judge('prime-fits', { 'omega-prime': { steady: { stateBytes: 2 ** 22 } } });
    expect([verdict, figure]).toEqual(['not-proven', 2 ** 20]);
    expect(evidence).toContain('4 MiB after 4 hours, of the machine’s 24 GiB');
  });

  test('is refuted by more state than the machine has memory', () => {
    expect(verdictOf('prime-fits', { 'omega-prime': { steady: { stateBytes: 25 * 2 ** 30 } } })).toBe('refuted');
  });
});
