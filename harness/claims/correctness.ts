/**
 * What the audit of the failure act says: whether counts are exact after the faults, and whether disorder or a boundary
 * leaves errors. A verdict of INVALID or UNKNOWN decides nothing, and neither do faults that did not bite.
 */
import { formatCount, formatMs, formatQuantity, formatShare, listing } from '../report/format.ts';
import { errorsInWords } from '../report/story.ts';
import type { FailureFigures } from '../results/acts.ts';
import type { Result } from '../results/schema.ts';
import { given } from './acts.ts';
import { decide, type Evaluate, type Judgement, notDecidedHere, notProven } from './claim.ts';
import { plural } from './words.ts';

type JudgeFailure = (failure: FailureFigures, result: Result) => Judgement;

/** Judges on an audit that was made and can be trusted, with faults or without. */
function givenAudit(name: string, judge: JudgeFailure): Evaluate {
  return given(name, 'failure', (failure, result) => noAudit(failure) ?? judge(failure, result));
}

/** Judges on an audit after faults of which each left its evidence. */
export function givenFaults(name: string, judge: JudgeFailure): Evaluate {
  return givenAudit(name, (failure, result) => {
    if (failure.faults.length === 0)
      return notDecidedHere(`${name} ran without faults; a run with faults would decide.`);
    return judge(failure, result);
  });
}

/** Why an audit decides nothing; undefined if it may. */
export function noAudit(failure: FailureFigures): Judgement | undefined {
  if (failure.verdict === 'INVALID' || failure.verdict === 'UNKNOWN') {
    return notProven(`The audit’s verdict is ${failure.verdict}: ${failure.verdictReason}.`);
  }
  if (!failure.logVerified) return notProven('The log was not shown to equal the generator’s stream.');
  if (failure.keysAudited === 0) return notProven('The audit examined no key.');
  // A store that forgets, or a source that sends twice, says nothing of how an architecture survives a crash.
  const beyond = failure.faults.find(({ expected }) => /^(loses|rises)/.test(expected ?? ''));
  if (beyond !== undefined)
    return notDecidedHere(
      `The fault ${beyond.kind} takes exact counts from everybody; a run with crashes would decide.`,
    );
  const idle = failure.faults.find((fault) => !fault.bit);
  return idle === undefined ? undefined : notProven(`The fault ${idle.kind} left no evidence that it bit.`);
}

/** Nothing lost, doubled, misplaced, made up or compensated, whatever broke. The figure is the number of errors. */
export function exactAfterFaults(name: string): Evaluate {
  return givenFaults(name, (failure) => decide(isExact(failure), `${auditInWords(failure)}.`, errorsOf(failure)));
}

/** Events dropped as late, by a rule that the oracle shares, are no error of a crash. */
export function isExact(failure: FailureFigures): boolean {
  return errorsOf(failure) === 0 && failure.verdict !== 'VIOLATION';
}

function errorsOf(failure: FailureFigures): number {
  const { doubleCounted, lost, misplaced, phantom, compensated, unexplained } = failure;
  return doubleCounted + lost + misplaced + phantom + compensated + unexplained;
}

/**
 * Out-of-order events are counted in the hour in which they happened. `drops`: whether events later than the bound may
 * be dropped, in the predicted number. The figure is the number of misplaced events.
 */
export function disorderHandled(name: string, { drops }: { drops: boolean }): Evaluate {
  return givenAudit(name, (failure, result) => {
    const disorder = disorderOf(result);
    if (disorder === undefined) return noDisorder;
    const { misplaced, lateDropped, lost, phantom, compensated, doubleCounted, predicted } = failure;
    const evidence =
      `With ${disorder}, ${plural(misplaced, 'impression')} went into a wrong hour, ` +
      `${formatCount(lost)} were lost and ${formatCount(lateDropped)} dropped as late. ${auditInWords(failure)}.`;
    const dropsMayBe = drops ? predicted.lateDropped : 0;
    if (misplaced > 0 || lateDropped > dropsMayBe) return decide(false, evidence, misplaced);
    const unforeseen = Math.max(0, doubleCounted - (predicted.doubleCountedAtMost ?? predicted.doubleCounted));
    if (lost + phantom + compensated + unforeseen === 0) return decide(true, evidence, misplaced);
    return failure.faults.length === 0
      ? decide(false, evidence, misplaced)
      : notProven(`${evidence} A fault may have done it, so disorder is not shown to.`, misplaced);
  });
}

/** Events in the wrong hour or lost at its end, as the arrival times predict. The figure is their number. */
export function boundaryErrors(name: string, { beside = '' } = {}): Evaluate {
  return givenAudit(name, (failure, result) => {
    const { predicted } = failure;
    const found = failure.misplaced + failure.lost;
    const disorder = disorderOf(result);
    if (disorder === undefined && found === 0) return noDisorder;
    const foreseen = predicted.misplaced + predicted.lost;
    const where = disorder === undefined ? '' : `With ${disorder}, `;
    const evidence =
      `${where}${plural(found, 'impression')} of ${formatQuantity(failure.eventsAudited)} ` +
      `went into the wrong hour or were lost at its end; the arrival times predict ${formatCount(foreseen)}`;
    if (found !== foreseen || failure.unexplained > 0) {
      const unexplained = `${plural(failure.unexplained, 'key')} not as predicted`;
      return notProven(`${evidence}, and ${unexplained}, so the boundary does not explain them all.`, found);
    }
    return decide(found > 0, `${evidence}.${beside}`, found);
  });
}

const noDisorder = notDecidedHere(
  'The run does not say that its stream was out of order; one with --out-of-order or --late would decide.',
);

/** The disorder of the stream in words; undefined if there was none, or if a trace does not say. */
function disorderOf(result: Result): string | undefined {
  const { outOfOrderShare, lateShare, maxOutOfOrderMs, trace } = result.config;
  if (trace !== undefined || outOfOrderShare + lateShare === 0) return undefined;
  const parts = [
    ...(outOfOrderShare > 0
      ? [`${formatShare(outOfOrderShare)} of the stream out of order by up to ${formatMs(maxOutOfOrderMs)}`]
      : []),
    ...(lateShare > 0 ? [`${formatShare(lateShare)} of it later than ${formatMs(maxOutOfOrderMs)}`] : []),
  ];
  return listing(parts);
}

/** `47,222 keys audited after 2 faults, crash and crash (mid-flush): no error in 1.7 M events`. */
export function auditInWords(failure: FailureFigures): string {
  const after = failure.faults.length === 0 ? 'without a fault' : `after ${faultsInWords(failure)}`;
  return `${plural(failure.keysAudited, 'key')} audited ${after}: ${errorsInWords(failure)}`;
}

export function faultsInWords(failure: FailureFigures): string {
  const kinds = failure.faults.map(({ kind, evidence: { failpoint } }) => kind + (failpoint ? ` (${failpoint})` : ''));
  return `${plural(failure.faults.length, 'fault')}, ${listing(kinds)}`;
}

/** Whether a kill struck after the store had taken a write and before the log position was committed. */
export function struckBetweenWriteAndCommit(failure: FailureFigures): boolean {
  return failure.faults.some(({ evidence: { failpoint } }) =>
    ['after-store-ack', 'before-commit'].includes(failpoint ?? ''),
  );
}
