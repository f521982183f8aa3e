/** The verdict on a failure act: the final answers against their prediction, and a speed store by itself. */
import type { Declaration } from '../../substrates/declaration.ts';
import { judge, type UnexplainedEvidence, type Verdict } from '../audit/verdict.ts';
import { describeCrash, type PlannedCrash } from '../faults/crash-plan.ts';
import type { Outcome } from '../faults/fault.ts';
import type { FaultRecord } from '../results/acts.ts';
import type { FinalAudit } from './failure-audit.ts';
import { promisesExactness } from './promises.ts';

/** A job that cannot know what it has counted must refuse to go on; one that goes on all the same is a violation. */
export function verdictOnFailStop(
  failStop: string | undefined,
  planned: readonly { name: string; bit: boolean }[],
  invalidBecause: readonly string[],
): { verdict: Verdict; reason: string } {
  const silent = planned.filter(({ bit }) => !bit).map(({ name }) => `${name} left no evidence that it bit`);
  const invalid = [...silent, ...invalidBecause];
  if (invalid.length > 0) return { verdict: 'INVALID', reason: invalid.join('; ') };
  if (failStop !== undefined)
    return { verdict: 'EXPECTED-ERROR', reason: `as predicted: the job stopped: ${failStop}` };
  return { verdict: 'VIOLATION', reason: 'the job went on although nothing was left that it could be restored from' };
}

/** What the audit found, or why there is none; `seconds` is how long it took. */
export type Audited = { audit: FinalAudit; seconds: number } | { failure: string; seconds: number };

/** The verdict on an act whose faults are crashes. */
export function verdictOf(
  declaration: Declaration,
  audited: Audited,
  crashes: readonly PlannedCrash[],
  records: readonly FaultRecord[],
  invalidBecause: readonly string[],
  unexplainedAnswers?: UnexplainedEvidence,
): { verdict: Verdict; reason: string } {
  const faults = crashes.map((crash, i) => ({ name: describeCrash(crash), bit: records[i]?.bit === true }));
  return verdictOnFaults(declaration, audited, faults, invalidBecause, unexplainedAnswers);
}

/**
 * `outcomes` are what the faults' kinds make of the final counts: a promise of exact counts holds for crashes of
 * workers, and not for a store that forgets or a source that sends twice.
 */
export function verdictOnFaults(
  declaration: Declaration,
  audited: Audited,
  planned: readonly { name: string; bit: boolean }[],
  invalidBecause: readonly string[],
  unexplainedAnswers?: UnexplainedEvidence,
  outcomes: readonly Outcome[] = [],
): { verdict: Verdict; reason: string } {
  const faults = planned.map(({ name, bit }) => ({ name, evidence: bit ? [true] : [] }));
  const isExcused = outcomes.some((outcome) => outcome === 'loses' || outcome === 'rises' || outcome === 'repeats');
  const promises = { exact: promisesExactness(declaration) && !isExcused };
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
    predicted: {
      doubleCounted: speed.predictedDoubleCounted,
      lost: speed.predictedLost ?? 0,
      misplaced: 0,
      lateDropped: 0,
    },
    promises: { exact: false },
    faults,
    invalidBecause,
  });
  const reason = `${verdict.reason}; speed store ${ofSpeed.reason}`;
  if (ofSpeed.verdict === 'EXACT') return { ...verdict, reason };
  return { verdict: ofSpeed.verdict, reason };
}
