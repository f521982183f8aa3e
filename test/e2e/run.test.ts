/** Whole runs of the compiled command: every architecture, the forms of them that flags make, several at a time. */
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Result } from '../../harness/results/schema.ts';
import {
  allGone,
  type Finished,
  failureOf,
  invalidReasons,
  isTheMachines,
  LEFT,
  run,
  runInPeace,
  tiny,
  verdictOr,
} from './omegabench.ts';

const directory = mkdtempSync(join(tmpdir(), 'omegabench-e2e-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const MINE = `export default {
  name: 'mine',
  summary: 'Omega with an export of its own making.',
  stages: [{ kind: 'window-state', keep: 'open', queryable: true, onClose: { kind: 'upsert', store: 'serving' } }],
  answer: { from: 'state-then-store', store: 'serving' },
};`;

/** Every architecture as it is, and as flags make it. */
const COMMANDS = {
  all: tiny({ workers: '2', 'rung-limit': '500ms' }),
  forms: [
    '--no-rungs',
    ...tiny({
      architectures: 'batch,alpha,beta',
      architecture: join(directory, 'mine.mjs'),
      'beta-flush': 'increment',
      'alpha-commit': 'with-write',
      increment: 'read-modify-write',
      'batch-bucket': 'event-time',
      'batch-cut-off': '100ms',
      late: '2%',
      'max-late': '400ms',
      'allowed-lateness': '500ms',
    }),
  ],
  late: [
    '--no-rungs',
    ...tiny({
      architectures: 'omega,omega-prime',
      partitions: '1',
      skew: 'uniform',
      'checkpoint-interval': '0',
      late: '5%',
      'allowed-lateness': '300ms',
    }),
  ],
};

let runs: Record<keyof typeof COMMANDS, Finished>;

beforeAll(async () => {
  writeFileSync(join(directory, 'mine.mjs'), MINE);
  // Two at a time, into one folder: neither may disturb the other.
  const out = join(directory, 'out');
  const [all, [forms, late]] = await Promise.all([
    runInPeace(COMMANDS.all, out),
    run(COMMANDS.forms, out).then(async (first) => [first, await run(COMMANDS.late, out)] as const),
  ]);
  runs = { all, forms, late };
}, 400_000);

const none = { doubleCounted: 0, lost: 0, misplaced: 0, phantom: 0, compensated: 0, unexplained: 0 };

describe('a run of all six', () => {
  test('ends with 0 and names its report', () => {
    const { code, stdout, result } = runs.all;
    expect(invalidReasons(result).filter((reason) => !isTheMachines(reason))).toEqual([]);
    expect(result.status === 'completed' ? code : 4).toBe(code);
    expect(stdout).toContain('omega-prime');
    expect(Object.keys(result.architectures)).toEqual(['batch', 'alpha', 'lambda', 'beta', 'omega', 'omega-prime']);
  });

  test('leaves a result, a page, a summary and four charts, and no work', () => {
    for (const { folder } of Object.values(runs)) {
      const names = readdirSync(folder).sort();
      expect(names).toEqual(expect.arrayContaining(LEFT));
      expect(names.filter((name) => name.startsWith('.'))).toEqual([]);
      expect(names.filter((name) => name.endsWith('.png'))).toHaveLength(4);
      for (const name of LEFT) expect(statSync(join(folder, name)).size).toBeGreaterThan(1000);
    }
  });

  test('leaves no process', async () => {
    for (const { children } of Object.values(runs)) {
      expect(children.length).toBeGreaterThan(0);
      await allGone(children);
    }
  });

  test.each(['beta', 'omega', 'omega-prime'])('%s is exact after its crashes', (name) => {
    expect(failureOf(runs.all, name)).toMatchObject({ ...none, verdict: verdictOr('EXACT'), logVerified: true });
  });

  test('alpha counts twice, exactly what its ledger predicts', () => {
    const { verdict, doubleCounted, predicted, lost } = failureOf(runs.all, 'alpha');
    expect(verdict).toEqual(verdictOr('EXPECTED-ERROR'));
    expect(doubleCounted).toBeGreaterThan(0);
    expect([doubleCounted, lost]).toEqual([predicted?.doubleCounted, 0]);
  });

  test.each(['batch', 'lambda'])('%s is wrong where the arrival times say so, and nowhere else', (name) => {
    const failure = failureOf(runs.all, name);
    expect(failure).toMatchObject({ verdict: verdictOr('EXPECTED-ERROR'), doubleCounted: 0, unexplained: 0 });
    expect(failure.misplaced).toBeGreaterThan(0);
    expect(failure.misplaced).toBe(failure.predicted?.misplaced);
  });

  test('the speed store of lambda counts twice what its ledger predicts', () => {
    const { speed } = failureOf(runs.all, 'lambda');
    expect(speed?.doubleCounted).toBeGreaterThan(0);
    expect(speed).toMatchObject({ doubleCounted: speed?.predicted.doubleCounted, lost: 0 });
  });

  test('every crash left its evidence', () => {
    const crashes = Object.keys(runs.all.result.architectures).map((name) => {
      const faults = failureOf(runs.all, name).faults ?? [];
      expect(faults.every(({ bit, evidence }) => bit && evidence.signal === 'SIGKILL')).toBe(true);
      return faults.length;
    });
    expect(crashes).toEqual([2, 2, 3, 2, 2, 3]);
  });

  test('measures what each store is asked', () => {
    const perEvent = (name: string, store: 'serving' | 'speed') => {
      const { steady } = runs.all.result.architectures[name] as Result['architectures'][string];
      return 'store' in steady ? steady.store?.[store]?.commandsPerEvent : undefined;
    };
    expect(perEvent('alpha', 'serving')).toBe(1);
    expect(perEvent('lambda', 'speed')).toBeGreaterThanOrEqual(1);
    expect(perEvent('omega', 'serving')).toBeLessThan(0.1);
    expect(perEvent('omega-prime', 'serving')).toBeUndefined();
  });

  test('measures the other rungs of alpha and omega-prime', () => {
    const { architectures } = runs.all.result;
    expect(Object.values(architectures).map(({ rungs }) => rungs.length)).toEqual([0, 4, 0, 0, 0, 1]);
  });
});

describe('forms of an architecture', () => {
  test('beta that increments counts twice, exactly what its ledger predicts', () => {
    const { verdict, doubleCounted, predicted, lost } = failureOf(runs.forms, 'beta');
    expect(verdict).toEqual(verdictOr('EXPECTED-ERROR'));
    expect(doubleCounted).toBeGreaterThan(0);
    expect([doubleCounted, lost]).toEqual([predicted?.doubleCounted, 0]);
  });

  test('alpha that commits with its write is exact, and needs two commands an event where it reads before it writes', () => {
    expect(failureOf(runs.forms, 'alpha')).toMatchObject({ ...none, verdict: verdictOr('EXACT') });
    const { steady } = runs.forms.result.architectures.alpha as Result['architectures'][string];
    // The position is read from the store too, once for each partition.
    expect('store' in steady && steady.store?.serving?.commandsPerEvent).toBeCloseTo(2, 2);
  });

  test('batch by event time loses what comes after the cut-off, to the event', () => {
    const failure = failureOf(runs.forms, 'batch');
    expect(failure).toMatchObject({ verdict: verdictOr('EXPECTED-ERROR'), doubleCounted: 0, misplaced: 0 });
    expect(failure.lost).toBeGreaterThan(0);
    expect([failure.lost, failure.unexplained]).toEqual([failure.predicted?.lost, 0]);
  });

  test('an architecture of the user’s own is run, broken and audited like the others', () => {
    const failure = failureOf(runs.forms, 'mine');
    expect(failure).toMatchObject({ ...none, lateDropped: 0, verdict: verdictOr('EXACT') });
    expect(failure.faults?.map(({ evidence }) => evidence.failpoint)).toEqual(['position', 'mid-flush']);
  });

  test.each(['omega', 'omega-prime'])(
    '%s drops what is later than allowed, as predicted, on one partition and with one checkpoint',
    (name) => {
      const failure = failureOf(runs.late, name);
      expect(failure).toMatchObject({ ...none, verdict: verdictOr('EXPECTED-ERROR') });
      expect(failure.lateDropped).toBeGreaterThan(0);
      expect(failure.lateDropped).toBe(failure.predicted?.lateDropped);
    },
  );
});
