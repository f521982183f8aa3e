/** The verdict on a failure act: the final answers against their prediction, and a speed store by itself. */
import type { Declaration } from '../../substrates/declaration.ts';
import { judge, type UnexplainedEvidence, type Verdict } from '../audit/verdict.ts';
import { describeCrash, type PlannedCrash } from '../faults/crash-plan.ts';
import type { FaultRecord } from '../results/acts.ts';
import type { FinalAudit } from './failure-audit.ts';
import { promisesExactness } from './promises.ts';

/** What the audit found, or why there is none; `seconds` is how long it took. */
export type Audited = { audit: FinalAudit; seconds: number } | { failure: string; seconds: number };

export function verdictOf(
  declaration: Declaration,
  audited: Audited,
  crashes: readonly PlannedCrash[],
  records: readonly FaultRecord[],
  invalidBecause: readonly string[],
  unexplainedAnswers?: UnexplainedEvidence,
): { verdict: Verdict; reason: string } {
  const faults = crashes.map((crash, i) => ({
    name: describeCrash(crash),
    evidence: records[i]?.bit === true ? [records[i]] : [],
  }));
  const promises = { exact: promisesExactness(declaration) };
  if ('failure' in audited) {
    const predicted = { doubleCounted: 0, lost: 0, misplaced: 0, lateDropped: 0 };
    const { failure } = audited;
    return judge({ report: undefined, failure, lateDropped: 0, predicted, promises, faults, invalidBecause });
  }
  const { report, lateDropped, prediction: predicted, speed } = audited.audit;
  const verdict = judge({ report, lateDropped, predicted, unexplainedAnswers, promises, faults, invalidBecause });
  if (speed === undefined || (verdict.verdict !== 'EXACT' && verdict.verdict !== 'EXPECTED-ERROR')) return verdict;
  const ofSpeed = judge({
    report: speed.report,
    lateDropped: 0,
    predicted: { doubleCounted: speed.predictedDoubleCounted, lost: 0, misplaced: 0, lateDropped: 0 },
    promises: { exact: false },
    faults,
    invalidBecause,
  });
  const reason = `${verdict.reason}; speed store ${ofSpeed.reason}`;
  if (ofSpeed.verdict === 'EXACT') return { ...verdict, reason };
  return { verdict: ofSpeed.verdict, reason };
}
