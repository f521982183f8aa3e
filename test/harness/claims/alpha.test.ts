import { describe, expect, test } from '@jest/globals';
import type { Declaration } from '../../../substrates/declaration.ts';
import { resultFixture } from '../../support/result-fixture.ts';
import { onRedis } from '../../support/result-on-servers.ts';
import {
  type Changes,
  controlAt,
  failureOf,
  faultsAt,
  judge,
  judgeResult,
  steadyOf,
  verdictOf,
  without,
} from './judge.ts';

const noErrors = { doubleCounted: 0, lost: 0, misplaced: 0, lateDropped: 0 };

describe('alpha-instant', () => {
  const at = (p99: number): Changes => ({ alpha: { failure: controlAt('alpha', p99) } });

  test('is confirmed by the control phase, with what happens at the offered rate', () => {
    const { verdict, evidence, figure } = judge('alpha-instant', at(250));
    expect([verdict, figure]).toEqual(['confirmed', 250]);
    expect(evidence).toContain('250 ms old at 85 K/s (control phase)');
    expect(evidence).toContain('At 1 M/s it fell behind by 790 K/s.');
  });

  test('is refuted by older answers below capacity', () => {
    expect(verdictOf('alpha-instant', at(251))).toBe('refuted');
  });

  test('is refuted by older answers at an offered rate that it sustains', () => {
    const freshnessMs = { p50: 300, p99: 400, max: 500 };
    const { verdict, figure } = judge('alpha-instant', { alpha: { steady: { sustained: true, freshnessMs } } });
    expect([verdict, figure]).toEqual(['refuted', 400]);
  });

  test('is not proven where the control phase ran above the capacity', () => {
    expect(verdictOf('alpha-instant', { alpha: { capacity: { eventsPerSecond: 84_000 } } })).toBe('not-proven');
  });

  test('is not proven where the control phase was too short for a probe', () => {
    const control = { ...failureOf('alpha').control, freshnessMs: undefined };
    expect(verdictOf('alpha-instant', { alpha: { failure: { control } } })).toBe('not-proven');
  });

  test('is not proven where the failure act proves nothing', () => {
    expect(verdictOf('alpha-instant', { alpha: { failure: { verdict: 'INVALID' } } })).toBe('not-proven');
  });
});

describe('alpha-simple', () => {
  const declared = (name: string) => resultFixture().architectures[name]?.declaration as Declaration;

  test('is confirmed by one stage and one store', () => {
    const { verdict, evidence, figure } = judge('alpha-simple');
    expect([verdict, figure]).toEqual(['confirmed', 3]);
    expect(evidence).toBe('Its declaration has 1 stage, 1 store, 1 place that a query reads.');
  });

  test('is refuted by a second stage, or by a second store', () => {
    const found = declared('alpha');
    const [stage] = found.stages;
    if (stage === undefined) throw new Error('alpha has no stage');
    const twoStages: Declaration = { ...found, stages: [stage, stage] };
    const twoStores: Declaration = { ...found, answer: { from: 'batch-over-speed', batch: 'serving', speed: 'speed' } };
    expect(verdictOf('alpha-simple', { alpha: { declaration: twoStages } })).toBe('refuted');
    expect(verdictOf('alpha-simple', { alpha: { declaration: twoStores } })).toBe('refuted');
  });

  test('is not decided without alpha', () => {
    expect(judgeResult('alpha-simple', without('alpha')).verdict).toBe('not-decided-here');
  });
});

describe('alpha-order', () => {
  test('is confirmed where only the crash left errors', () => {
    const { verdict, evidence } = judge('alpha-order');
    expect(verdict).toBe('confirmed');
    expect(evidence).toContain('0 impressions went into a wrong hour, 0 were lost and 0 dropped as late');
    expect(evidence).toContain('counted 1,412 twice, as predicted');
  });

  test('is refuted by an impression in a wrong hour, or dropped as late', () => {
    expect(verdictOf('alpha-order', { alpha: { failure: { misplaced: 1 } } })).toBe('refuted');
    const failure = { lateDropped: 1, predicted: { ...noErrors, lateDropped: 1 } };
    expect(verdictOf('alpha-order', { alpha: { failure } })).toBe('refuted');
  });

  test('is not proven where a fault may have lost it, and refuted where there was none', () => {
    expect(verdictOf('alpha-order', { alpha: { failure: { lost: 1 } } })).toBe('not-proven');
    expect(verdictOf('alpha-order', { alpha: { failure: { lost: 1, faults: [] } } })).toBe('refuted');
  });

  test('is not proven where more is counted twice than a crash explains', () => {
    expect(verdictOf('alpha-order', { alpha: { failure: { doubleCounted: 1413 } } })).toBe('not-proven');
  });

  test('is not decided by a stream in order', () => {
    expect(verdictOf('alpha-order', {}, { outOfOrderShare: 0, lateShare: 0 })).toBe('not-decided-here');
  });
});

describe('alpha-bottleneck', () => {
  test('is confirmed where the same log is read ten times as fast without the store', () => {
    const { verdict, evidence, figure } = judge('alpha-bottleneck');
    expect([verdict, figure]).toEqual(['confirmed', 210_000]);
    expect(evidence).toContain('80.8 % of what the store takes alone');
    expect(evidence).toContain('omega-prime read the same log at 13.7 M/s, 65.2× as fast');
  });

  test('sets alpha on a server against the ceiling of its own client there, not against LMDB’s', () => {
    // 210 K of 650 K.
    const { evidence } = judgeResult('alpha-bottleneck', onRedis());
    expect(evidence).toContain('32.3 % of what one client of the server reaches alone');
    const { environment } = onRedis();
    const without = { ...onRedis(), environment: { ...environment, serverCeilings: undefined } };
    expect(judgeResult('alpha-bottleneck', without).evidence).not.toContain('alone');
  });

  test('is refuted where alpha takes the talk’s rate', () => {
    expect(verdictOf('alpha-bottleneck', { alpha: { capacity: { eventsPerSecond: 1_000_000 } } })).toBe('refuted');
  });

  test('is not proven where nothing else is much faster, or was measured', () => {
    const slow = { capacity: { eventsPerSecond: 400_000 } };
    const changes = { batch: slow, beta: slow, omega: slow, 'omega-prime': slow };
    expect(verdictOf('alpha-bottleneck', changes)).toBe('not-proven');
    const alone = without('batch', 'beta', 'omega', 'omega-prime');
    expect(judgeResult('alpha-bottleneck', alone).verdict).toBe('not-proven');
  });
});

describe('alpha-load', () => {
  const perEvent = (commandsPerEvent: number): Changes => {
    const serving = steadyOf('alpha').store.serving;
    return { alpha: { steady: { store: { serving: serving && { ...serving, commandsPerEvent } } } } };
  };

  test('is confirmed by as many commands an event at two rates', () => {
    const { verdict, evidence, figure } = judge('alpha-load');
    expect([verdict, figure]).toEqual(['confirmed', 1]);
    expect(evidence).toContain('1 at 85 K/s, 1 at 210 K/s and 1 at 210 K/s');
  });

  test('is refuted where commands do not grow with the rate', () => {
    expect(verdictOf('alpha-load', perEvent(0.5))).toBe('refuted');
    expect(verdictOf('alpha-load', perEvent(2))).toBe('refuted');
  });

  test('is refuted by fewer than one command an event, at whatever rate', () => {
    const serving = steadyOf('alpha').store.serving;
    const store = { serving: serving && { ...serving, commandsPerEvent: 0.5 } };
    const control = { ...failureOf('alpha').control, store };
    const totals = { commands: 1, commandsPerEvent: 0.5, roundTrips: 1, reads: 0, writes: 1 };
    const changes = { capacity: { store: { serving: totals } }, steady: { store }, failure: { control } };
    expect(verdictOf('alpha-load', { alpha: changes })).toBe('refuted');
  });

  test('is not proven by one rate', () => {
    const failure = { commonRatePerSecond: 200_000 };
    expect(verdictOf('alpha-load', { alpha: { failure } })).toBe('not-proven');
  });

  test('is not decided without alpha', () => {
    expect(judgeResult('alpha-load', without('alpha')).verdict).toBe('not-decided-here');
  });
});

describe('alpha-failure', () => {
  const counted = (doubleCounted: number, foreseen: number, atMost?: number): Changes => {
    const predicted = { ...noErrors, doubleCounted: foreseen, doubleCountedAtMost: atMost };
    return { alpha: { failure: { doubleCounted, predicted } } };
  };

  test('is confirmed by the predicted number of double counts', () => {
    const { verdict, evidence, figure } = judge('alpha-failure', counted(1000, 1000));
    expect([verdict, figure]).toEqual(['confirmed', 1000]);
    expect(evidence).toContain('1,000 of 1,700,000 impressions were counted twice');
    expect(evidence).toContain('1,000 were predicted');
  });

  test('is confirmed within a predicted interval, both ends included', () => {
    expect(verdictOf('alpha-failure', counted(1000, 0, 1000))).toBe('confirmed');
    expect(verdictOf('alpha-failure', counted(1001, 0, 1000))).toBe('not-proven');
  });

  test('is refuted where a kill between write and commit leaves none', () => {
    expect(verdictOf('alpha-failure', counted(0, 1000))).toBe('refuted');
  });

  test('is not proven where no kill struck there', () => {
    const failure = { doubleCounted: 0, predicted: noErrors, faults: faultsAt('alpha', 'before-store') };
    expect(verdictOf('alpha-failure', { alpha: { failure } })).toBe('not-proven');
  });

  test('is not proven where the log was not verified', () => {
    expect(verdictOf('alpha-failure', { alpha: { failure: { logVerified: false } } })).toBe('not-proven');
  });

  test('is not decided by an alpha that commits with the write', () => {
    const found = resultFixture().architectures.alpha?.declaration as Declaration;
    const stages = found.stages.map((stage) => ({ ...stage, commit: 'with-write' as const })) as Declaration['stages'];
    const { verdict, evidence } = judge('alpha-failure', { alpha: { declaration: { ...found, stages } } });
    expect(verdict).toBe('not-decided-here');
    expect(evidence).toContain('own transaction');
  });
});
