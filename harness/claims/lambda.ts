/** The talk's claims about lambda: batch into the serving store, alpha into a speed store, and a query that merges. */
import { formatCount, formatPerEvent, formatRate, listing } from '../report/format.ts';
import type { Result } from '../results/schema.ts';
import { given, measured, notMeasured } from './acts.ts';
import { type ClaimDefinition, decide, type Judgement, notDecidedHere, notProven, undecided } from './claim.ts';
import { boundaryErrors, faultsInWords, givenFaults, struckBetweenWriteAndCommit } from './correctness.ts';
import { uncountedCpu } from './counted-cpu.ts';
import { instant } from './freshness.ts';
import { bulkLoad } from './load.ts';
import { partsOf } from './simplicity.ts';
import { reached, talkEventsPerSecond } from './thresholds.ts';

const architecture = 'lambda';

export const lambdaClaims: ClaimDefinition[] = [
  {
    id: 'lambda-load',
    architecture,
    statement: 'load on the KV store is low, effectively a bulk load',
    evaluate: bulkLoad('lambda'),
  },
  {
    id: 'lambda-instant',
    architecture,
    statement: 'instant access',
    evaluate: instant('lambda'),
  },
  {
    id: 'lambda-cobble',
    architecture,
    statement: 'can be built from existing systems',
    evaluate: fromExistingSystems,
  },
  {
    id: 'lambda-cache',
    architecture,
    statement: 'high load on the speed layer’s cache: a new bottleneck',
    evaluate: given('lambda', 'capacity', ({ eventsPerSecond, store }) => {
      if (store.speed === undefined) return notProven('The load on the speed store was not measured.');
      const { commandsPerEvent } = store.speed;
      const evidence =
        `The speed store took ${formatPerEvent(commandsPerEvent)} commands an event, and lambda counted ` +
        `${formatRate(eventsPerSecond)} at most, of the talk’s ${formatRate(talkEventsPerSecond)}.`;
      return decide(commandsPerEvent >= reached && eventsPerSecond < talkEventsPerSecond, evidence, eventsPerSecond);
    }),
  },
  {
    id: 'lambda-speed-wrong',
    architecture,
    statement: 'hard to reason about correctness in the speed layer',
    evaluate: givenFaults('lambda', (failure) => {
      if (failure.speed === undefined) return notProven('The speed store was not audited.');
      const { doubleCounted, lost, predicted } = failure.speed;
      const wrong = doubleCounted + lost;
      const evidence =
        `After ${faultsInWords(failure)}, the speed store had counted ${formatCount(doubleCounted)} twice and lost ` +
        `${formatCount(lost)}; ${formatCount(predicted.doubleCounted)} and ${formatCount(predicted.lost)} predicted`;
      if (wrong > 0 || struckBetweenWriteAndCommit(failure)) return decide(wrong > 0, `${evidence}.`, wrong);
      return notProven(`${evidence}: no kill struck between write and commit.`, wrong);
    }),
  },
  {
    id: 'lambda-late-right',
    architecture,
    statement: 'correct data comes very late',
    evaluate: undecided(
      'The time from a wrong answer to its correction is not recorded; a fault early in an hour would decide.',
    ),
  },
  {
    id: 'lambda-boundary',
    architecture,
    statement: 'still subject to batch boundary errors, hard sessions',
    evaluate: boundaryErrors('lambda', { beside: ' Sessions were not computed.' }),
  },
  {
    id: 'lambda-complex',
    architecture,
    statement: 'complex and expensive',
    evaluate: complexAndExpensive,
  },
];

/** Whatever log and stores are, the batch job and the engine that count are this harness's own. */
function fromExistingSystems({ environment: { substrates } }: Result): Judgement {
  const { eventLog, keyValueStore, streamEngine } = substrates;
  return notDecidedHere(
    `Lambda ran on ${listing([eventLog.name, keyValueStore.name])}, but its batch job and its stream engine ` +
      `(${streamEngine.name}) are omegabench’s own; systems that exist in their place would decide.`,
  );
}

/** More parts than every other architecture, and more CPU. The figure is CPU-seconds for a million events. */
function complexAndExpensive(result: Result): Judgement {
  const own = result.architectures.lambda;
  const capacity = measured(result, 'lambda', 'capacity');
  if (own === undefined || capacity === undefined) return notMeasured(result, 'lambda', 'capacity');
  const uncounted = uncountedCpu(result);
  if (uncounted !== undefined) return notDecidedHere(uncounted);
  const others = othersOf(result);
  if (others.length === 0) return notDecidedHere('No other architecture was measured beside it.');
  const parts = partsOf(own.declaration);
  const mostParts = Math.max(...others.map((other) => other.parts));
  const dearest = others.reduce((least, other) => (other.perCpuSecond < least.perCpuSecond ? other : least));
  const complex = parts.total > mostParts;
  const expensive = capacity.eventsPerCpuSecond < dearest.perCpuSecond;
  const evidence =
    `Its declaration has ${parts.words}; ${parts.total} in all, others ${formatCount(mostParts)} at most. ` +
    `A CPU-second counts ${formatRate(capacity.eventsPerCpuSecond)}; of the others, ` +
    `${dearest.name} counts least, ${formatRate(dearest.perCpuSecond)}.`;
  const figure = 1e6 / capacity.eventsPerCpuSecond;
  return complex === expensive ? decide(complex, evidence, figure) : notProven(evidence, figure);
}

function othersOf(result: Result): { name: string; parts: number; perCpuSecond: number }[] {
  return ['batch', 'alpha', 'beta', 'omega', 'omega-prime'].flatMap((name) => {
    const found = result.architectures[name];
    const capacity = measured(result, name, 'capacity');
    if (found === undefined || capacity === undefined) return [];
    return [{ name, parts: partsOf(found.declaration).total, perCpuSecond: capacity.eventsPerCpuSecond }];
  });
}
