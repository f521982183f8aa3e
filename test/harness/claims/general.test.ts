import { describe, expect, test } from '@jest/globals';
import { type Changes, judge, judgeResult, steadyOf, verdictOf, without } from './judge.ts';

const names = ['batch', 'alpha', 'lambda', 'beta', 'omega', 'omega-prime'];
const everywhere = (steady: Changes[string]['steady']): Changes =>
  Object.fromEntries(names.map((name) => [name, { steady }]));
const late = everywhere({ generatorLatenessMs: { p50: 80, p99: 90, max: 100 } });

describe('scale-rate', () => {
  test('is confirmed where at least one reflects 1 M/s, and names those that do not', () => {
    const { verdict, evidence, figure } = judge('scale-rate');
    expect([verdict, figure]).toEqual(['confirmed', 1_000_000]);
    expect(evidence).toContain('batch, beta, omega and omega-prime reflected 1 M/s');
    expect(evidence).toContain('alpha and lambda fell behind at 210 K/s and 170 K/s');
  });

  test('is confirmed where more is offered, and 1 M/s of it reflected', () => {
    const changes = everywhere({ offeredPerSecond: 2_000_000, reflectedPerSecond: 1_100_000, sustained: false });
    expect(judge('scale-rate', changes)).toMatchObject({ verdict: 'confirmed', figure: 1_100_000 });
  });

  test('is confirmed where the ends of the act take a little off the rate', () => {
    const changes = everywhere({ offeredPerSecond: 998_000, reflectedPerSecond: 995_000, sustained: true });
    expect(verdictOf('scale-rate', changes)).toBe('confirmed');
  });

  test('is refuted where all fall behind', () => {
    const changes = everywhere({ reflectedPerSecond: 700_000, sustained: false });
    expect(judge('scale-rate', changes)).toMatchObject({ verdict: 'refuted', figure: 700_000 });
  });

  test('is not proven where the generator was late for all', () => {
    expect(verdictOf('scale-rate', late)).toBe('not-proven');
  });

  test('is not decided at a lower rate', () => {
    const { verdict, evidence } = judge('scale-rate', everywhere({ offeredPerSecond: 100_000 }));
    expect(verdict).toBe('not-decided-here');
    expect(evidence).toBe('The stream was offered at 100 K/s; --rate 1M would decide.');
  });
});

describe('scale-keys', () => {
  const realHour = { hourMs: 3_600_000 };

  test('is confirmed by 27.8 K distinct tweets a second for a whole hour', () => {
    const { verdict, evidence } = judge('scale-keys', {}, realHour);
    expect(verdict).toBe('confirmed');
    expect(evidence).toContain('27.8 K/s distinct tweets, 100 M an hour, for a whole hour');
  });

  test('is not proven by the same rate in a scaled hour', () => {
    const { verdict, evidence } = judge('scale-keys');
    expect(verdict).toBe('not-proven');
    expect(evidence).toContain('an hour lasted 5 s, so 138,889 tweets were there at once');
  });

  test('is refuted where no architecture holds them', () => {
    expect(verdictOf('scale-keys', everywhere({ reflectedPerSecond: 500_000, sustained: false }))).toBe('refuted');
  });

  test('is not decided by a stream of fewer tweets', () => {
    expect(verdictOf('scale-keys', everywhere({ distinctPerEvent: 0.01 }), realHour)).toBe('not-decided-here');
  });
});

describe('latency-inflight', () => {
  test('is confirmed by quick answers of what was just counted', () => {
    const queryLatencyMs = { p50: 1, p99: 7, max: 9 };
    const { verdict, evidence, figure } = judge('latency-inflight', { omega: { steady: { queryLatencyMs } } });
    expect([verdict, figure]).toEqual(['confirmed', 7]);
    expect(evidence).toContain('omega answered in 7 ms');
  });

  test('is refuted by slow, old or wrong answers', () => {
    const queryLatencyMs = { p50: 1, p99: 101, max: 120 };
    expect(verdictOf('latency-inflight', { omega: { steady: { queryLatencyMs } } })).toBe('refuted');
    const freshnessMs = { p50: 1, p99: 251, max: 260 };
    expect(verdictOf('latency-inflight', { 'omega-prime': { steady: { freshnessMs } } })).toBe('refuted');
    const probes = { ...steadyOf('omega').probes, wrong: 1 };
    expect(verdictOf('latency-inflight', { omega: { steady: { probes } } })).toBe('refuted');
  });

  test('is not proven by a late generator, or by a backlog', () => {
    expect(verdictOf('latency-inflight', late)).toBe('not-proven');
    const behind = everywhere({ sustained: false, reflectedPerSecond: 500_000 });
    expect(verdictOf('latency-inflight', behind)).toBe('not-proven');
  });

  test('is not decided where no state is queried', () => {
    expect(judgeResult('latency-inflight', without('omega', 'omega-prime')).verdict).toBe('not-decided-here');
  });
});
