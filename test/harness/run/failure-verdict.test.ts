import { describe, expect, test } from '@jest/globals';
import { findArchitecture } from '../../../architectures/registry.ts';
import { type AuditReport, auditAnswers } from '../../../harness/audit/audit.ts';
import type { Prediction } from '../../../harness/audit/verdict.ts';
import type { PlannedCrash } from '../../../harness/faults/crash-plan.ts';
import type { FaultRecord } from '../../../harness/results/acts.ts';
import type { FinalAudit } from '../../../harness/run/failure-audit.ts';
import { auditFigures } from '../../../harness/run/failure-figures.ts';
import { verdictOf } from '../../../harness/run/failure-verdict.ts';
import type { Declaration } from '../../../substrates/declaration.ts';
import { runArchitecture, SOURCE } from '../../support/architecture-run.ts';
import { TestWorld } from '../../support/memory-world.ts';
import { type Row, table } from '../audit/tables.ts';

const find = (name: string) => findArchitecture(name) as Declaration;
const crash: PlannedCrash = { id: 'a', failpoint: 'after-store-ack', partition: 0, fromOffset: 1500, hit: 1 };
const bit: FaultRecord = { kind: 'crash', trigger: 'a', bit: true, evidence: { signal: 'SIGKILL' } };
const none: Prediction = { doubleCounted: 0, lost: 0, misplaced: 0, lateDropped: 0 };

/** Truth: tweet 1 five times in hour 0, tweet 2 twice in hour 60. */
const TRUTH: Row[] = [
  [1n, 0, 5, 50],
  [2n, 60, 2, 20],
];
const reportOf = (answers: Row[]) => auditAnswers(table(TRUTH), table(answers));
const RIGHT = reportOf(TRUTH);
const doubled = (events: number) => reportOf([[1n, 0, 5 + events, 50 + 7 * events], TRUTH[1] as Row]);

function audit(report: AuditReport, prediction: Prediction, changes: Partial<FinalAudit> = {}): FinalAudit {
  return {
    report,
    prediction,
    answers: table([]),
    lateDropped: 0,
    logVerified: true,
    logDifference: undefined,
    speed: undefined,
    ...changes,
  };
}

const judged = (name: string, found: FinalAudit, records = [bit], invalidBecause: string[] = []) =>
  verdictOf(find(name), { audit: found, seconds: 0 }, [crash], records, invalidBecause);

describe('the verdict on a failure act', () => {
  test('is exact where nothing is wrong', () => {
    expect(judged('omega', audit(RIGHT, none)).verdict).toBe('EXACT');
  });

  test('is an expected error where it is as large as predicted, and a violation one event beside it', () => {
    const predicted = (doubleCounted: Prediction['doubleCounted']) => audit(doubled(3), { ...none, doubleCounted });
    expect(judged('alpha', predicted(3)).verdict).toBe('EXPECTED-ERROR');
    expect(judged('alpha', predicted({ atLeast: 2, atMost: 3 })).verdict).toBe('EXPECTED-ERROR');
    for (const wrong of [2, 4, 0, { atLeast: 4, atMost: 9 }]) {
      expect(judged('alpha', predicted(wrong)).verdict).toBe('VIOLATION');
    }
    expect(judged('alpha', audit(RIGHT, { ...none, doubleCounted: 1 })).verdict).toBe('VIOLATION');
  });

  test('is a violation where exact counts are promised, whatever was predicted', () => {
    expect(judged('beta', audit(doubled(3), { ...none, doubleCounted: 3 })).verdict).toBe('VIOLATION');
  });

  test('is invalid where a crash left no evidence, or the load was not offered', () => {
    expect(judged('omega', audit(RIGHT, none), [{ ...bit, bit: false }]).verdict).toBe('INVALID');
    expect(judged('omega', audit(RIGHT, none), [bit], ['the generator was late'])).toEqual({
      verdict: 'INVALID',
      reason: 'the generator was late',
    });
  });

  test('is a violation where an answer on the way is unexplained, whatever the audit says', () => {
    const verdict = (count: number) =>
      verdictOf(find('omega'), { audit: audit(RIGHT, none), seconds: 0 }, [crash], [bit], [], { count, first: 'x' });
    expect([0, 1].map((count) => verdict(count).verdict)).toEqual(['EXACT', 'VIOLATION']);
  });

  test('is unknown where the audit failed', () => {
    expect(verdictOf(find('omega'), { failure: '3 keys are unavailable', seconds: 0 }, [], [], [])).toEqual({
      verdict: 'UNKNOWN',
      reason: 'the checker failed: 3 keys are unavailable',
    });
  });

  test('is that of the speed store where it is worse', () => {
    const lambda = (predictedDoubleCounted: number, report = doubled(3)) =>
      judged('lambda', audit(RIGHT, none, { speed: { report, predictedDoubleCounted } }));
    expect(lambda(3).verdict).toBe('EXPECTED-ERROR');
    expect(lambda(3).reason).toContain('speed store as predicted: 3 counted twice');
    expect(lambda(2).verdict).toBe('VIOLATION');
    expect(lambda(0, RIGHT).verdict).toBe('EXACT');
    const batchWrong = judged(
      'lambda',
      audit(doubled(1), none, { speed: { report: RIGHT, predictedDoubleCounted: 0 } }),
    );
    expect(batchWrong.verdict).toBe('VIOLATION');
  });
});

describe('the ledger’s prediction for a run of alpha that crashed between ack and commit', () => {
  test('is right to the event: one more or one less makes it a violation', async () => {
    const declaration = find('alpha');
    const outcome = await runArchitecture({ declaration, world: new TestWorld(5, SOURCE.startMs), crashes: [crash] });
    const { atLeast, atMost } = outcome.repeated[0] ?? { atLeast: Number.NaN, atMost: Number.NaN };
    expect(atLeast).toBeGreaterThan(0);
    expect(atMost).toBe(atLeast);
    const verdicts = [-1, 0, 1].map((by) =>
      judged('alpha', audit(outcome.report, { ...none, doubleCounted: atLeast + by })),
    );
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['VIOLATION', 'EXPECTED-ERROR', 'VIOLATION']);
  });
});

describe('the figures of an audit', () => {
  test('say how many keys the prediction does not explain', () => {
    const figures = (prediction: Prediction, report = doubled(3)) =>
      auditFigures({ audit: audit(report, prediction), seconds: 0 });
    expect(figures({ ...none, doubleCounted: 3 })).toMatchObject({ doubleCounted: 3, unexplained: 0 });
    expect(figures({ ...none, doubleCounted: 2 })).toMatchObject({ doubleCounted: 3, unexplained: 1 });
    expect(figures(none, { ...RIGHT, unexplained: 9 })).toMatchObject({ unexplained: 9 });
    expect(figures(none, RIGHT)).toMatchObject({ keysAudited: 2, eventsAudited: 7, unexplained: 0 });
  });

  test('give both ends of a predicted interval, and one number where they meet', () => {
    const predicted = (doubleCounted: Prediction['doubleCounted']) =>
      auditFigures({ audit: audit(doubled(3), { ...none, doubleCounted }), seconds: 0 }).predicted;
    expect(predicted({ atLeast: 2, atMost: 5 })).toMatchObject({ doubleCounted: 2, doubleCountedAtMost: 5 });
    expect(predicted(3)).toEqual({ doubleCounted: 3, lost: 0, misplaced: 0, lateDropped: 0 });
  });

  test('are zeros where nothing could be audited', () => {
    expect(auditFigures({ failure: 'a worker is down', seconds: 1 })).toMatchObject({ keysAudited: 0, lost: 0 });
  });
});
