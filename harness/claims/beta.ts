/** The talk's claims about beta: the stream processor holds the open window and upserts it when it closes. */
import { formatCount } from '../report/format.ts';
import type { Result } from '../results/schema.ts';
import { addsOnClose } from './acts.ts';
import { type ClaimDefinition, decide, type Judgement, notDecidedHere, notProven, undecided } from './claim.ts';
import { disorderHandled, exactAfterFaults, faultsInWords, noAudit } from './correctness.ts';
import { oneWindowOld } from './freshness.ts';
import { dramaticallyLessLoad } from './load.ts';

const architecture = 'beta';

export const betaClaims: ClaimDefinition[] = [
  {
    id: 'beta-load',
    architecture,
    statement: 'dramatically reduced load; relative to key cardinality, not input rate',
    evaluate: dramaticallyLessLoad('beta'),
  },
  {
    id: 'beta-correct',
    architecture,
    statement: 'correct counts even in failure',
    evaluate: exactAfterFaults('beta'),
  },
  {
    id: 'beta-boundary',
    architecture,
    statement: 'no correctness issues at batch boundaries',
    evaluate: disorderHandled('beta', { drops: true }),
  },
  {
    id: 'beta-frequency',
    architecture,
    statement: 'the aggregate’s frequency can be tightened against batch',
    evaluate: undecided('This run has one window length; freshness and load over several would decide.'),
  },
  {
    id: 'beta-late',
    architecture,
    statement: 'time until data is available = window size',
    evaluate: oneWindowOld('beta', 'a window'),
  },
  {
    id: 'beta-idempotent',
    architecture,
    statement: 'writes must be idempotent; not always possible',
    evaluate: additiveFlush,
  },
];

/** The same faults with a hand-over that adds: what a replay flushes again counts twice. The figure is their number. */
function additiveFlush(result: Result): Judgement {
  const found = Object.entries(result.architectures).find(([, { declaration }]) => addsOnClose(declaration));
  if (found === undefined) {
    return notDecidedHere('Beta’s writes were idempotent here; a run with --beta-flush increment would decide.');
  }
  const [name, { failure }] = found;
  if (failure.state !== 'measured') return notDecidedHere(`The failure act of ${name} was not measured to its end.`);
  if (failure.faults.length === 0) return notDecidedHere(`${name} ran without faults; a run with faults would decide.`);
  const noVerdict = noAudit(failure);
  if (noVerdict !== undefined) return noVerdict;
  const { doubleCounted, predicted } = failure;
  const evidence =
    `With increments on close, ${name} counted ${formatCount(doubleCounted)} twice after ${faultsInWords(failure)}; ` +
    `${formatCount(predicted.doubleCounted)} were predicted.`;
  const most = predicted.doubleCountedAtMost ?? predicted.doubleCounted;
  const asPredicted = doubleCounted >= predicted.doubleCounted && doubleCounted <= most;
  if (doubleCounted > 0 && !asPredicted) return notProven(evidence, doubleCounted);
  const flushed = failure.faults.some(({ evidence: { failpoint } }) => failpoint?.includes('flush'));
  if (doubleCounted === 0 && !flushed) return notProven(`${evidence} No kill struck in a flush.`, doubleCounted);
  return decide(doubleCounted > 0, evidence, doubleCounted);
}
