import { describe, expect, test } from '@jest/globals';
import type { FailureFigures, Rung } from '../../../harness/results/acts.ts';
import { onRedis } from '../../support/result-on-servers.ts';
import {
  type Changes,
  capacityOf,
  failureOf,
  faultsAt,
  judge,
  judgeResult,
  onForeignServers,
  verdictOf,
  without,
} from './judge.ts';

const stateful = ['beta', 'omega', 'omega-prime'];

function inFailure(names: string[], failure: Partial<FailureFigures>): Changes {
  return Object.fromEntries(names.map((name) => [name, { failure }]));
}

describe('speedup', () => {
  const rates = (wall: number, perCpuSecond: number): Changes => ({
    'omega-prime': { capacity: { eventsPerSecond: wall, eventsPerCpuSecond: perCpuSecond } },
    alpha: { capacity: { eventsPerSecond: 100_000, eventsPerCpuSecond: 50_000 } },
  });

  test('is confirmed by 100 times alpha’s default in events a second, or per CPU-second', () => {
    expect(judge('speedup', rates(10_000_000, 4_000_000))).toMatchObject({ verdict: 'confirmed', figure: 100 });
    expect(judge('speedup', rates(9_000_000, 6_000_000))).toMatchObject({ verdict: 'confirmed', figure: 120 });
  });

  test('goes by events a second alone where the CPU time of a server is in no figure', () => {
    const { verdict, evidence, figure } = judgeResult('speedup', onForeignServers(rates(9_000_000, 6_000_000)));
    expect([verdict, figure]).toEqual(['refuted', 90]);
    expect(evidence).toContain('CPU-seconds do not decide: The flink server (engine) was not started by omegabench');
  });

  test('is refuted below, with both ratios, how far it is, and every other rung', () => {
    const { verdict, evidence, figure } = judge('speedup', rates(5_000_000, 2_000_000));
    expect([verdict, figure]).toEqual(['refuted', 50]);
    expect(evidence).toContain('Omega-prime counted 5 M/s, alpha on lmdb 100 K/s: 50×, and 40× per CPU-second');
    expect(evidence).toContain('100× is 2× as much');
    expect(evidence).toContain('100 a transaction 82× and 52.6× per CPU-second');
    expect(evidence).toContain('10,000 a transaction 14.7× and 11.2× per CPU-second');
    expect(evidence).toContain('no sync');
    expect(evidence).not.toContain('1,000 a transaction');
  });

  test('names the client of alpha’s default on Redis, and the fastest of its rungs', () => {
    const { evidence } = judgeResult('speedup', onRedis());
    expect(evidence).toContain('alpha on redis by its raw client 210 K/s');
    expect(evidence).toContain('script 32.6× and 30× per CPU-second. The fastest of them is script.');
  });

  test('is not proven where alpha has no rate', () => {
    expect(verdictOf('speedup', { alpha: { capacity: { eventsPerCpuSecond: 0 } } })).toBe('not-proven');
  });

  test('is not decided without either', () => {
    expect(judgeResult('speedup', without('alpha')).verdict).toBe('not-decided-here');
    expect(judgeResult('speedup', without('omega-prime')).verdict).toBe('not-decided-here');
  });
});

describe('exactly-once', () => {
  const duplicated = failureOf('beta').faults.map((fault) => ({ ...fault, kind: 'duplicate-delivery' }));

  test('is confirmed by exact audits after crashes and duplicate delivery', () => {
    const { verdict, evidence } = judge('exactly-once', inFailure(stateful, { faults: duplicated }));
    expect(verdict).toBe('confirmed');
    expect(evidence).toContain('omega-prime after 2 faults');
  });

  test('is not proven by crashes alone', () => {
    const { verdict, evidence } = judge('exactly-once');
    expect(verdict).toBe('not-proven');
    expect(evidence).toContain('Nothing was delivered twice by the log');
  });

  test('is refuted by an error in one of them', () => {
    const changes = inFailure(['omega'], { doubleCounted: 1, verdict: 'VIOLATION' });
    expect(judge('exactly-once', changes)).toMatchObject({ verdict: 'refuted', figure: 1 });
  });

  test('is not proven where an audit came to no verdict', () => {
    expect(verdictOf('exactly-once', inFailure(['beta'], { verdict: 'UNKNOWN' }))).toBe('not-proven');
  });

  test('is not decided without faults, or without the three', () => {
    expect(verdictOf('exactly-once', inFailure(stateful, { faults: [] }))).toBe('not-decided-here');
    expect(judgeResult('exactly-once', without(...stateful)).verdict).toBe('not-decided-here');
  });
});

describe('duplicates-db', () => {
  const speed = { doubleCounted: 0, lost: 0, predicted: { doubleCounted: 0, lost: 0 } };
  const none = { alpha: { failure: { doubleCounted: 0 } }, lambda: { failure: { speed } } };

  test('is confirmed by increments that a store took twice', () => {
    const { verdict, evidence, figure } = judge('duplicates-db');
    expect([verdict, figure]).toEqual(['confirmed', 1412 + 1630]);
    expect(evidence).toContain('alpha’s store took 1,412 increments twice');
  });

  test('is refuted where kills between write and commit leave none', () => {
    expect(verdictOf('duplicates-db', none)).toBe('refuted');
  });

  test('is not proven where no kill struck there', () => {
    const changes = {
      alpha: { failure: { doubleCounted: 0, faults: faultsAt('alpha') } },
      lambda: { failure: { speed, faults: faultsAt('lambda') } },
    };
    expect(verdictOf('duplicates-db', changes)).toBe('not-proven');
  });

  test('is not decided without faults, or without both', () => {
    expect(verdictOf('duplicates-db', inFailure(['alpha', 'lambda'], { faults: [] }))).toBe('not-decided-here');
    expect(judgeResult('duplicates-db', without('alpha', 'lambda')).verdict).toBe('not-decided-here');
  });
});

describe('snapshots-cheap', () => {
  const rung = (eventsPerSecond: number): Rung => ({
    name: 'no checkpoints',
    options: 'checkpointIntervalMs 0',
    eventsPerSecond,
    eventsPerCpuSecond: 1,
    isDefault: false,
  });
  const against = (eventsPerSecond: number): Changes => ({
    'omega-prime': { capacity: { eventsPerSecond: 9_500_000 }, rungs: [rung(eventsPerSecond)] },
  });

  test('is confirmed by a tenth of the capacity at most', () => {
    const { verdict, evidence, figure } = judge('snapshots-cheap', against(10_000_000));
    expect(verdict).toBe('confirmed');
    expect(figure).toBeCloseTo(0.05, 9);
    expect(evidence).toContain('9.5 M/s with and 10 M/s without, a cost of 5 %');
  });

  test('is refuted by more, or by a long pause', () => {
    expect(verdictOf('snapshots-cheap', against(10_700_000))).toBe('refuted');
    const checkpoints = { ...capacityOf('omega-prime').checkpoints, longestPauseMs: 251 };
    expect(verdictOf('snapshots-cheap', { 'omega-prime': { capacity: { checkpoints } } })).toBe('refuted');
  });

  test('is not proven by short pauses alone', () => {
    expect(verdictOf('snapshots-cheap')).toBe('not-proven');
  });

  test('is not decided where none was made', () => {
    const checkpoints = { count: 0, bytes: 0, longestPauseMs: 0 };
    expect(verdictOf('snapshots-cheap', { 'omega-prime': { capacity: { checkpoints } } })).toBe('not-decided-here');
  });
});

describe('replay', () => {
  const replaying = (replayedEvents: number) =>
    failureOf('beta').faults.map((fault) => ({ ...fault, evidence: { ...fault.evidence, replayedEvents } }));

  test('is confirmed by replayed events and none lost', () => {
    const { verdict, evidence, figure } = judge('replay', inFailure(stateful, { faults: replaying(1000) }));
    expect([verdict, figure]).toEqual(['confirmed', 6000]);
    expect(evidence).toContain('With a checkpoint every 1 s, beta replayed 2,000 and caught up within 940 ms');
  });

  test('is refuted by a loss', () => {
    expect(verdictOf('replay', inFailure(['omega'], { lost: 1, verdict: 'VIOLATION' }))).toBe('refuted');
  });

  test('is not proven where a kill left nothing to replay', () => {
    expect(verdictOf('replay', inFailure(['omega'], { faults: replaying(0) }))).toBe('not-proven');
  });
});
