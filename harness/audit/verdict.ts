/**
 * The verdict on a run: audit against prediction. Pure, and fail-closed: what was not shown is never taken for right.
 *
 * INVALID: the run proves nothing (a planned fault left no evidence, the load was not offered). UNKNOWN: the checker
 * failed or had nothing to examine. EXACT: no error, and the prediction allows none. EXPECTED-ERROR: an error, of the
 * predicted size. VIOLATION: everything else, an error that was predicted and not found included.
 */
import type { AuditReport } from './audit.ts';

export type Verdict = 'EXACT' | 'EXPECTED-ERROR' | 'VIOLATION' | 'INVALID' | 'UNKNOWN';

/** A predicted number of impressions: to the event, or within bounds (both included). */
export type Predicted = number | { atLeast: number; atMost: number };

export interface Prediction {
  doubleCounted: Predicted;
  lost: Predicted;
  misplaced: Predicted;
  lateDropped: Predicted;
  /**
   * The prediction is a whole table, and the report's `unexplained` was counted against it; only such a table excuses
   * phantom and compensated.
   */
  table?: boolean;
  /**
   * Most events that the faults can have left in doubt, 0 where nothing was in flight when they struck; a prediction
   * with wider bounds is none. Unbounded, if absent.
   */
  inDoubt?: number;
}

export interface Evidence {
  /** Undefined if the checker failed; `failure` then says why. */
  report: AuditReport | undefined;
  failure?: string;
  /** Events that the pipeline itself reports as dropped because they came later than allowed. */
  lateDropped: number;
  predicted: Prediction;
  /**
   * `exact`: the architecture promises exact counts after a failure, so that no prediction excuses an error (but late
   * drops).
   */
  promises: { exact: boolean };
  /** Answers given while the run went on that no fault excuses; absent if none could be judged. */
  unexplainedAnswers?: UnexplainedEvidence | undefined;
  /** Every planned fault with what shows that it bit. */
  faults: readonly { name: string; evidence: readonly unknown[] }[];
  /** Why the run is not valid for other reasons; empty if it is. */
  invalidBecause: readonly string[];
}

/** How many answers equalled no prefix of the stream, or were ahead of it, and the first of them in words. */
export interface UnexplainedEvidence {
  count: number;
  first?: string;
}

export interface Judgement {
  verdict: Verdict;
  /** One sentence for a person. */
  reason: string;
}

export function judge(evidence: Evidence): Judgement {
  const invalid = [
    ...evidence.faults
      .filter((fault) => fault.evidence.length === 0)
      .map((fault) => `${fault.name} left no evidence that it bit`),
    ...evidence.invalidBecause,
  ];
  if (invalid.length > 0) return { verdict: 'INVALID', reason: invalid.join('; ') };
  const { report, predicted, lateDropped } = evidence;
  if (report === undefined)
    return { verdict: 'UNKNOWN', reason: `the checker failed: ${evidence.failure ?? 'no reason given'}` };
  if (!(report.keysAudited > 0)) return { verdict: 'UNKNOWN', reason: 'the checker examined no key' };
  const found = { doubleCounted: report.doubleCounted, lost: report.lost, misplaced: report.misplaced, lateDropped };
  const malformed = malformedInput(report, found, predicted, evidence.unexplainedAnswers);
  if (malformed !== undefined) return { verdict: 'UNKNOWN', reason: malformed };
  const violations = violationsOf(report, found, evidence);
  if (violations.length > 0) return { verdict: 'VIOLATION', reason: violations.join('; ') };
  const errors = describeErrors(report, lateDropped);
  if (errors === '') return { verdict: 'EXACT', reason: `all ${report.keysAudited} keys are right` };
  return { verdict: 'EXPECTED-ERROR', reason: `as predicted: ${errors}` };
}

type Found = Record<'doubleCounted' | 'lost' | 'misplaced' | 'lateDropped', number>;

const FIGURES = ['doubleCounted', 'lost', 'misplaced', 'lateDropped'] as const;

/** A figure that is no whole number would compare as right or wrong by accident. */
function malformedInput(
  report: AuditReport,
  found: Found,
  predicted: Prediction,
  unexplained: UnexplainedEvidence | undefined,
): string | undefined {
  for (const figure of FIGURES) {
    if (!isCount(found[figure])) return `${figure} was found as ${found[figure]}, which is not a number of events`;
    const { atLeast, atMost } = boundsOf(predicted[figure]);
    if (!isCount(atLeast) || !isCount(atMost) || atLeast > atMost) {
      return `${figure} is predicted as ${spell(predicted[figure])}, which is not a number of events`;
    }
    if (atMost - atLeast > (predicted.inDoubt ?? Number.POSITIVE_INFINITY)) {
      return `${figure} is predicted as ${spell(predicted[figure])}, though no more than ${predicted.inDoubt} can be in doubt`;
    }
  }
  if (unexplained !== undefined && !isCount(unexplained.count)) {
    return `${unexplained.count} answers are unexplained, which is not a number of answers`;
  }
  if (predicted.table === true && report.unexplained === undefined)
    return 'the answers were not compared with the predicted table';
  return undefined;
}

function violationsOf(report: AuditReport, found: Found, evidence: Evidence): string[] {
  const violations: string[] = [];
  for (const figure of FIGURES) {
    const { atLeast, atMost } = boundsOf(evidence.predicted[figure]);
    if (found[figure] < atLeast || found[figure] > atMost) {
      violations.push(`${figure} is ${found[figure]}, predicted ${spell(evidence.predicted[figure])}`);
    }
  }
  const isTableMet = evidence.predicted.table === true && report.unexplained === 0;
  if (report.unexplained !== undefined && report.unexplained > 0) {
    violations.push(`${report.unexplained} keys differ from the predicted table`);
  }
  if (!isTableMet && report.phantom > 0)
    violations.push(`${report.phantom} impressions of tweets that the stream never had`);
  if (!isTableMet && report.compensated > 0)
    violations.push(`${report.compensated} keys have the right count of the wrong impressions`);
  if (evidence.promises.exact && report.keysWrong > 0 && violations.length === 0) {
    violations.push(`exact counts are promised, and ${report.keysWrong} keys are wrong`);
  }
  const { unexplainedAnswers } = evidence;
  if (unexplainedAnswers !== undefined && unexplainedAnswers.count > 0) {
    violations.push(
      `${unexplainedAnswers.count} answers on the way are unexplained, the first ${unexplainedAnswers.first}`,
    );
  }
  return violations;
}

function describeErrors(report: AuditReport, lateDropped: number): string {
  const parts: [number, string][] = [
    [report.doubleCounted, 'counted twice'],
    [report.lost, 'lost'],
    [report.misplaced, 'in the wrong hour'],
    [report.phantom, 'of unknown tweets'],
    [report.compensated, 'keys with compensating errors'],
    [lateDropped, 'dropped as late'],
  ];
  return parts
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}`)
    .join(', ');
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function boundsOf(predicted: Predicted): { atLeast: number; atMost: number } {
  return typeof predicted === 'number' ? { atLeast: predicted, atMost: predicted } : predicted;
}

function spell(predicted: Predicted): string {
  return typeof predicted === 'number' ? String(predicted) : `${predicted.atLeast} to ${predicted.atMost}`;
}
