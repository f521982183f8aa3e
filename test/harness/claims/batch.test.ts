import { describe, expect, test } from '@jest/globals';
import { capacityOf, failureOf, judge, judgeResult, onForeignServers, steadyOf, verdictOf, without } from './judge.ts';

describe('batch-load', () => {
  const load = (commandsPerEvent: number) => {
    const serving = { commandsPerSecond: 1, roundTripsPerSecond: 1, readsPerSecond: 0, writesPerSecond: 27_800 };
    return { batch: { steady: { store: { serving: { ...serving, commandsPerEvent } }, distinctPerEvent: 0.025 } } };
  };

  test('is confirmed where each distinct tweet and hour is written once', () => {
    const { verdict, evidence, figure } = judge('batch-load', load(0.026));
    expect(verdict).toBe('confirmed');
    expect(figure).toBe(26_000);
    expect(evidence).toContain('1.04 for each distinct tweet and hour: 26 K/s at 1 M/s');
    expect(evidence).toContain('wrote 27.8 K/s');
  });

  test('is refuted where keys are written more than once', () => {
    expect(verdictOf('batch-load', load(0.05))).toBe('refuted');
  });

  test('is not proven where nothing was loaded', () => {
    expect(verdictOf('batch-load', load(0))).toBe('not-proven');
  });
});

describe('batch-efficient', () => {
  const perCpuSecond = (batch: number, alpha: number) => ({
    batch: { capacity: { eventsPerCpuSecond: batch } },
    alpha: { capacity: { eventsPerCpuSecond: alpha } },
  });

  test('is confirmed by an order of magnitude of CPU', () => {
    const { verdict, evidence, figure } = judge('batch-efficient', perCpuSecond(2_000_000, 100_000));
    expect(verdict).toBe('confirmed');
    expect(figure).toBe(20);
    expect(evidence).toContain('2 M/s with a bulk load and 100 K/s with an increment for each event: 20×');
  });

  test('is refuted where increments are as cheap', () => {
    expect(verdictOf('batch-efficient', perCpuSecond(100_000, 100_000))).toBe('refuted');
  });

  test('is not proven in between, where reading and counting may be what costs', () => {
    expect(verdictOf('batch-efficient', perCpuSecond(500_000, 100_000))).toBe('not-proven');
  });

  test('is not decided without alpha beside it', () => {
    const { verdict, evidence } = judgeResult('batch-efficient', without('alpha'));
    expect([verdict, evidence]).toEqual(['not-decided-here', 'alpha was not part of this run.']);
  });

  test('is not decided where the CPU time of a server is in no figure', () => {
    const result = onForeignServers(perCpuSecond(2_000_000, 100_000));
    expect(judgeResult('batch-efficient', result).verdict).toBe('not-decided-here');
  });

  test('is not decided where batch counted nothing', () => {
    const capacity = { ...capacityOf('batch'), reflectedEvents: 0, eventsPerSecond: 0, eventsPerCpuSecond: 0 };
    expect(verdictOf('batch-efficient', { batch: { capacity } })).toBe('not-decided-here');
  });
});

describe('batch-robust', () => {
  test('is confirmed where a kill leaves only the boundary errors', () => {
    const { verdict, evidence } = judge('batch-robust');
    expect(verdict).toBe('confirmed');
    expect(evidence).toContain('kill-at-failpoint (mid-publish)');
    expect(evidence).toContain('put 3,204 into the wrong hour, as predicted; caught up within 940 ms');
  });

  test('is refuted where a restart counts twice', () => {
    expect(verdictOf('batch-robust', { batch: { failure: { doubleCounted: 1, verdict: 'VIOLATION' } } })).toBe(
      'refuted',
    );
  });

  test('is refuted where a restart loses', () => {
    expect(verdictOf('batch-robust', { batch: { failure: { lost: 1, verdict: 'VIOLATION' } } })).toBe('refuted');
  });

  test('is refuted where a key differs from the predicted table', () => {
    expect(verdictOf('batch-robust', { batch: { failure: { unexplained: 1 } } })).toBe('refuted');
  });

  test('is not proven by a fault that did not bite', () => {
    const faults = failureOf('batch').faults.map((fault) => ({ ...fault, bit: false }));
    expect(verdictOf('batch-robust', { batch: { failure: { faults } } })).toBe('not-proven');
  });

  test('is not decided without faults', () => {
    expect(verdictOf('batch-robust', { batch: { failure: { faults: [] } } })).toBe('not-decided-here');
  });
});

describe('batch-late', () => {
  const ages = (p50: number, max: number) => ({ batch: { steady: { freshnessMs: { p50, p99: max, max } } } });

  test('is confirmed by a sawtooth of one interval and the job', () => {
    const { verdict, evidence, figure } = judge('batch-late', ages(3400, 6000));
    expect(verdict).toBe('confirmed');
    expect(figure).toBe(3400);
    expect(evidence).toBe('Answers were 3.4 s old in the median and 6 s at most, with a batch interval of 5 s.');
  });

  test('is refuted where answers are younger than the interval', () => {
    expect(verdictOf('batch-late', ages(200, 900))).toBe('refuted');
  });

  test('is refuted where the job is so late that two intervals are no measure', () => {
    expect(verdictOf('batch-late', ages(12_000, 20_000))).toBe('refuted');
  });

  test('is not proven where the generator was late', () => {
    const generatorLatenessMs = { p50: 1, p99: 51, max: 60 };
    const { verdict, evidence } = judge('batch-late', { batch: { steady: { generatorLatenessMs } } });
    expect(verdict).toBe('not-proven');
    expect(evidence).toContain('51 ms behind its schedule');
  });

  test('is not proven where nobody asked', () => {
    const probes = { ...steadyOf('batch').probes, count: 0 };
    expect(verdictOf('batch-late', { batch: { steady: { probes } } })).toBe('not-proven');
  });
});

describe('batch-order', () => {
  const errors = (misplaced: number, lost: number, foreseen: number, unexplained = 0) => {
    const predicted = { doubleCounted: 0, lost: 0, misplaced: foreseen, lateDropped: 0 };
    return { batch: { failure: { misplaced, lost, unexplained, predicted } } };
  };

  test('is confirmed by misplaced events, as many as predicted', () => {
    const { verdict, evidence, figure } = judge('batch-order', errors(77, 0, 77));
    expect([verdict, figure]).toEqual(['confirmed', 77]);
    expect(evidence).toContain('With 1 % of the stream out of order by up to 100 ms, 77 impressions of 1.7 M');
    expect(evidence).toContain('predict 77.');
  });

  test('is refuted where disorder leaves no error', () => {
    expect(verdictOf('batch-order', errors(0, 0, 0))).toBe('refuted');
  });

  test('is not proven where errors are not the predicted ones', () => {
    expect(verdictOf('batch-order', errors(77, 0, 76))).toBe('not-proven');
    expect(verdictOf('batch-order', errors(77, 0, 77, 2))).toBe('not-proven');
  });

  test('is not decided by a stream in order, or by a trace that does not say, if no error shows', () => {
    const inOrder = { outOfOrderShare: 0, lateShare: 0 };
    expect(verdictOf('batch-order', errors(0, 0, 0), inOrder)).toBe('not-decided-here');
    expect(verdictOf('batch-order', errors(0, 0, 0), { trace: { path: 'a.csv' } })).toBe('not-decided-here');
    expect(verdictOf('batch-order', errors(5, 0, 5), { trace: { path: 'a.csv' } })).toBe('confirmed');
  });

  test('is not proven where the checker failed', () => {
    const failure = { verdict: 'UNKNOWN' as const, verdictReason: 'the checker failed: out of memory' };
    const { verdict, evidence } = judge('batch-order', { batch: { failure } });
    expect(verdict).toBe('not-proven');
    expect(evidence).toBe('The audit’s verdict is UNKNOWN: the checker failed: out of memory.');
  });
});

test('batch-idle names the CPU time that is known, and leaves it at that', () => {
  const { verdict, evidence } = judge('batch-idle', { batch: { steady: { cpuSeconds: 7 } } });
  expect(verdict).toBe('not-decided-here');
  expect(evidence).toContain('whole act (7 s)');
});
