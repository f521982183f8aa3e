/** The talk's claims about omega: beta, and queries also read the open window from the processor's state. */
import { formatBytes, formatMs, formatPerEvent, formatRatio, formatShare } from '../report/format.ts';
import type { SteadyFigures } from '../results/acts.ts';
import type { Result } from '../results/schema.ts';
import { given, measured, notMeasured } from './acts.ts';
import { type ClaimDefinition, decide, type Judgement, notProven, ratio } from './claim.ts';
import { auditInWords, exactAfterFaults, givenFaults, isExact } from './correctness.ts';
import { instant } from './freshness.ts';
import { dramaticallyLessLoad } from './load.ts';
import { partsOf, simple } from './simplicity.ts';
import { nearlyAll, openWindows } from './thresholds.ts';
import { plural } from './words.ts';

const architecture = 'omega';

export const omegaClaims: ClaimDefinition[] = [
  {
    id: 'omega-load',
    architecture,
    statement: 'dramatically less load; proportional to the unique key rate',
    evaluate: dramaticallyLessLoad('omega'),
  },
  {
    id: 'omega-instant',
    architecture,
    statement: 'correct data is available instantly',
    evaluate: instantAndExplainable,
  },
  {
    id: 'omega-simple',
    architecture,
    statement: 'still very simple',
    evaluate: simple('omega'),
  },
  {
    id: 'omega-correct',
    architecture,
    statement: 'correct in failure cases',
    evaluate: exactAfterFaults('omega'),
  },
  {
    id: 'omega-open-only',
    architecture,
    statement: 'only the current window’s state in the stream processor',
    evaluate: given('omega', 'steady', openStateOnly),
  },
  {
    id: 'omega-merge',
    architecture,
    statement: 'needs a separate KV store and a query service that merges',
    evaluate: given('omega', 'steady', needsMerge),
  },
  {
    id: 'omega-older',
    architecture,
    statement: 'older data can be served in some failure scenarios',
    evaluate: givenFaults('omega', (failure) => {
      const { readRegressions, unavailable } = failure;
      const evidence =
        `${plural(readRegressions, 'answer')} older than one given before, and ` +
        `${formatShare(unavailable.share)} of the probes unavailable. ${auditInWords(failure)}`;
      if (readRegressions === 0) return notProven(`${evidence}; other faults may still show it.`, 0);
      if (!isExact(failure)) return notProven(`${evidence}, so the answers were not only older.`, readRegressions);
      return decide(true, `${evidence}.`, readRegressions);
    }),
  },
];

/** Instant, and every answer explained by the stream. The figure is freshness p99 in ms, or the wrong answers. */
function instantAndExplainable(result: Result): Judgement {
  const fresh = instant('omega')(result);
  const inSteady = measured(result, 'omega', 'steady')?.probes.wrong ?? 0;
  const inFailure = measured(result, 'omega', 'failure')?.wrongAnswers ?? 0;
  const wrong = inSteady + inFailure;
  if (fresh.verdict !== 'confirmed') return fresh;
  const evidence = `${fresh.evidence} ${plural(wrong, 'answer')} that the stream does not explain.`;
  return wrong === 0 ? { ...fresh, evidence } : decide(false, evidence, wrong);
}

/** State against omega-prime's, which keeps every hour of the same act. The figure is omega's share of it. */
function openStateOnly({ stateBytes }: { stateBytes: number }, result: Result): Judgement {
  const all = measured(result, 'omega-prime', 'steady');
  const hours = result.config.hours.steady;
  const own = `Omega’s state took ${formatBytes(stateBytes)} after ${plural(hours, 'hour')}`;
  if (all === undefined) {
    return notProven(
      `${own}; one size is neither flat nor growing, and omega-prime’s is not there to compare.`,
      stateBytes,
    );
  }
  const share = ratio(stateBytes, all.stateBytes);
  const openShare = ratio(openWindows, hours);
  if (share === undefined || stateBytes === 0)
    return notProven(`${own}, and omega-prime’s ${formatBytes(all.stateBytes)}.`);
  const evidence =
    `${own}, omega-prime’s, which keeps every hour, ${formatBytes(all.stateBytes)}: ${formatShare(share)}. ` +
    `The open window and the one before it would be ${formatShare(openShare)}.`;
  if (openShare === undefined || openShare >= nearlyAll)
    return notProven(`${evidence} A longer act would decide.`, share);
  if (share > openShare && share < nearlyAll) return notProven(evidence, share);
  return decide(share <= openShare, evidence, share);
}

/** By its declaration, and the store is really written; with the cost of a merge. The figure is commands an event. */
function needsMerge(steady: SteadyFigures, result: Result): Judgement {
  const found = result.architectures.omega;
  if (found === undefined) return notMeasured(result, 'omega', 'steady');
  const parts = partsOf(found.declaration);
  const commandsPerEvent = steady.store.serving?.commandsPerEvent ?? 0;
  const unmerged = measured(result, 'omega-prime', 'steady')?.queryLatencyMs.p99;
  const dearer = unmerged === undefined ? undefined : ratio(steady.queryLatencyMs.p99, unmerged);
  const beside = dearer === undefined ? '' : `, ${formatRatio(dearer)} omega-prime’s`;
  const evidence =
    `Its declaration has ${parts.words}; the store took ${formatPerEvent(commandsPerEvent)} commands an event. ` +
    `A merged query took ${formatMs(steady.queryLatencyMs.p99)} (p99)${beside}, and ` +
    `${plural(steady.probes.wrong, 'answer')} of ${plural(steady.probes.count, 'probe')} doubled or missed a window.`;
  return decide(parts.stores > 0 && parts.sources > 1 && commandsPerEvent > 0, evidence, commandsPerEvent);
}
