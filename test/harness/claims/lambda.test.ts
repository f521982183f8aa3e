import { describe, expect, test } from '@jest/globals';
import type { Declaration } from '../../../substrates/declaration.ts';
import { resultFixture } from '../../support/result-fixture.ts';
import { onRedis } from '../../support/result-on-servers.ts';
import {
  capacityOf,
  controlAt,
  faultsAt,
  judge,
  judgeResult,
  onForeignServers,
  steadyOf,
  verdictOf,
  without,
} from './judge.ts';

describe('lambda-load', () => {
  test('is confirmed where the serving store takes one write per key, whatever the speed store takes', () => {
    const { verdict, figure } = judge('lambda-load', { lambda: { steady: { reflectedPerSecond: 170_000 } } });
    expect(verdict).toBe('confirmed');
    expect(figure).toBeCloseTo(1_000_000 / 36, 6);
  });

  test('is refuted where the serving store is incremented by every event', () => {
    const serving = steadyOf('alpha').store.serving;
    const store = { serving: serving && { ...serving, expectedCommandsPerEvent: undefined } };
    expect(verdictOf('lambda-load', { lambda: { steady: { store } } })).toBe('refuted');
  });

  test('is not proven without a figure of the serving store', () => {
    expect(verdictOf('lambda-load', { lambda: { steady: { store: {} } } })).toBe('not-proven');
  });
});

describe('lambda-instant', () => {
  test('is confirmed and refuted by the merged answer’s age below capacity', () => {
    expect(verdictOf('lambda-instant', { lambda: { failure: controlAt('lambda', 40) } })).toBe('confirmed');
    expect(verdictOf('lambda-instant', { lambda: { failure: controlAt('lambda', 4000) } })).toBe('refuted');
  });
});

describe('lambda-cobble', () => {
  test('is not decided, and says on what lambda ran', () => {
    expect(judge('lambda-cobble').evidence).toContain('Lambda ran on files and lmdb,');
    const { verdict, evidence } = judgeResult('lambda-cobble', onRedis());
    expect(verdict).toBe('not-decided-here');
    expect(evidence).toContain('Lambda ran on kafka and redis, but its batch job and its stream engine');
  });
});

describe('lambda-cache', () => {
  const load = (eventsPerSecond: number, commandsPerEvent: number) => {
    const speed = { commands: 1, commandsPerEvent, roundTrips: 1, reads: 0, writes: 1 };
    return { lambda: { capacity: { eventsPerSecond, store: { speed } } } };
  };

  test('is confirmed by alpha’s load and a capacity below the talk’s rate', () => {
    const { verdict, evidence, figure } = judge('lambda-cache', load(150_000, 1));
    expect([verdict, figure]).toEqual(['confirmed', 150_000]);
    expect(evidence).toBe(
      'The speed store took 1 commands an event, and lambda counted 150 K/s at most, of the talk’s 1 M/s.',
    );
  });

  test('is refuted where it keeps up, or where the load is low', () => {
    expect(verdictOf('lambda-cache', load(1_200_000, 1))).toBe('refuted');
    expect(verdictOf('lambda-cache', load(150_000, 0.03))).toBe('refuted');
  });

  test('is not proven without a figure of the speed store', () => {
    expect(verdictOf('lambda-cache', { lambda: { capacity: { store: {} } } })).toBe('not-proven');
  });
});

describe('lambda-speed-wrong', () => {
  const speed = (doubleCounted: number, lost: number) => ({
    doubleCounted,
    lost,
    predicted: { doubleCounted: 9, lost: 0 },
  });

  test('is confirmed by errors in the speed store after a crash', () => {
    const { verdict, evidence, figure } = judge('lambda-speed-wrong', { lambda: { failure: { speed: speed(9, 2) } } });
    expect([verdict, figure]).toEqual(['confirmed', 11]);
    expect(evidence).toContain('counted 9 twice and lost 2; 9 and 0 predicted');
  });

  test('is refuted where a kill between write and commit leaves none', () => {
    expect(verdictOf('lambda-speed-wrong', { lambda: { failure: { speed: speed(0, 0) } } })).toBe('refuted');
  });

  test('is not proven where no kill struck there, or where the store was not audited', () => {
    const failure = { speed: speed(0, 0), faults: faultsAt('lambda') };
    expect(verdictOf('lambda-speed-wrong', { lambda: { failure } })).toBe('not-proven');
    expect(verdictOf('lambda-speed-wrong', { lambda: { failure: { speed: undefined } } })).toBe('not-proven');
  });
});

describe('lambda-boundary', () => {
  test('is confirmed by the predicted boundary errors, and says what it leaves out', () => {
    const { verdict, evidence, figure } = judge('lambda-boundary');
    expect([verdict, figure]).toEqual(['confirmed', 3204]);
    expect(evidence).toMatch(/Sessions were not computed\.$/);
  });

  test('is refuted where the hand-over leaves none', () => {
    const predicted = { doubleCounted: 0, lost: 0, misplaced: 0, lateDropped: 0 };
    expect(verdictOf('lambda-boundary', { lambda: { failure: { misplaced: 0, predicted } } })).toBe('refuted');
  });
});

describe('lambda-complex', () => {
  const declarationOf = (name: string) => resultFixture().architectures[name]?.declaration as Declaration;

  test('is confirmed by the most parts and the most CPU', () => {
    const { verdict, evidence, figure } = judge('lambda-complex', {
      lambda: { capacity: { eventsPerCpuSecond: 80_000 } },
    });
    expect([verdict, figure]).toEqual(['confirmed', 12.5]);
    expect(evidence).toContain('2 stages, 2 stores, 2 places that a query reads; 6 in all, others 4 at most');
    expect(evidence).toContain('80 K/s; of the others, alpha counts least, 112 K/s');
  });

  test('is refuted where another is as complex and dearer', () => {
    const changes = {
      lambda: { capacity: { eventsPerCpuSecond: 200_000 } },
      beta: { declaration: declarationOf('lambda') },
    };
    expect(verdictOf('lambda-complex', changes)).toBe('refuted');
  });

  test('is not proven where it is complex, and not dearer', () => {
    expect(verdictOf('lambda-complex', { lambda: { capacity: { eventsPerCpuSecond: 200_000 } } })).toBe('not-proven');
  });

  test('is not decided where the CPU time of a server is in no figure', () => {
    const result = onForeignServers({ lambda: { capacity: { eventsPerCpuSecond: 80_000 } } });
    expect(judgeResult('lambda-complex', result).verdict).toBe('not-decided-here');
  });

  test('is not decided alone, or where it counted nothing', () => {
    const alone = without('batch', 'alpha', 'beta', 'omega', 'omega-prime');
    expect(judgeResult('lambda-complex', alone).verdict).toBe('not-decided-here');
    const capacity = { ...capacityOf('lambda'), reflectedEvents: 0 };
    expect(verdictOf('lambda-complex', { lambda: { capacity } })).toBe('not-decided-here');
  });
});
