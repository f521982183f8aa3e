/** The talk's claims about alpha: every event increments its counter in the store. */
import { formatCount, formatPerEvent, formatRate, formatRatio, formatShare, listing } from '../report/format.ts';
import { defaultRungName } from '../report/rungs.ts';
import type { FailureFigures } from '../results/acts.ts';
import type { Result } from '../results/schema.ts';
import { given, measured, notMeasured } from './acts.ts';
import { type ClaimDefinition, decide, type Judgement, notProven, ratio } from './claim.ts';
import { disorderHandled, faultsInWords, givenFaults, struckBetweenWriteAndCommit } from './correctness.ts';
import { instant } from './freshness.ts';
import { simple } from './simplicity.ts';
import { apartRates, orderOfMagnitude, proportionTolerance, reached, talkEventsPerSecond } from './thresholds.ts';

const architecture = 'alpha';

export const alphaClaims: ClaimDefinition[] = [
  {
    id: 'alpha-instant',
    architecture,
    statement: 'data is available instantly',
    evaluate: instant('alpha'),
  },
  {
    id: 'alpha-simple',
    architecture,
    statement: 'very simple',
    evaluate: simple('alpha'),
  },
  {
    id: 'alpha-order',
    architecture,
    statement: 'handles out-of-order data naturally; best data so far for any hour',
    evaluate: disorderHandled('alpha', { drops: false }),
  },
  {
    id: 'alpha-bottleneck',
    architecture,
    statement: 'the KV store becomes the bottleneck very quickly',
    evaluate: given('alpha', 'capacity', ({ eventsPerSecond }, result) => {
      const own = `Alpha counted ${formatRate(eventsPerSecond)} at most${shareOfCeiling(result, eventsPerSecond)}`;
      if (eventsPerSecond >= talkEventsPerSecond) {
        return decide(false, `${own}, which is the talk’s ${formatRate(talkEventsPerSecond)}.`, eventsPerSecond);
      }
      const other = fastestWithoutIncrements(result);
      if (other === undefined) return notProven(`${own}; nothing else was measured on the same log.`, eventsPerSecond);
      const slower = ratio(other.eventsPerSecond, eventsPerSecond);
      const told = `${own}; ${other.name} read the same log at ${formatRate(other.eventsPerSecond)}`;
      if (slower === undefined || slower < orderOfMagnitude) {
        return notProven(`${told}, too near to blame the store.`, eventsPerSecond);
      }
      return decide(
        true,
        `${told}, ${formatRatio(slower)} as fast without a store command per event.`,
        eventsPerSecond,
      );
    }),
  },
  {
    id: 'alpha-load',
    architecture,
    statement: 'DB load proportional to input rate (2x?)',
    evaluate: proportionalLoad,
  },
  {
    id: 'alpha-failure',
    architecture,
    statement: 'failures lead to multiple counting',
    evaluate: givenFaults('alpha', (failure) => multipleCounting(failure)),
  },
];

/** Double counts after a kill between write and commit, as many as the ledger predicts. The figure is their number. */
function multipleCounting(failure: FailureFigures): Judgement {
  const { doubleCounted, predicted } = failure;
  const most = predicted.doubleCountedAtMost ?? predicted.doubleCounted;
  const foreseen =
    most === predicted.doubleCounted
      ? formatCount(most)
      : `${formatCount(predicted.doubleCounted)} to ${formatCount(most)}`;
  const evidence =
    `${formatCount(doubleCounted)} of ${formatCount(failure.eventsAudited)} impressions were counted twice after ` +
    `${faultsInWords(failure)}; ${foreseen} were predicted`;
  if (doubleCounted === 0) {
    return struckBetweenWriteAndCommit(failure)
      ? decide(false, `${evidence}.`, 0)
      : notProven(`${evidence}: no kill struck between write and commit.`, 0);
  }
  const asPredicted = doubleCounted >= predicted.doubleCounted && doubleCounted <= most;
  return asPredicted
    ? decide(true, `${evidence}.`, doubleCounted)
    : notProven(`${evidence}, so the crash does not explain them all.`, doubleCounted);
}

/** Commands per event at every rate of the run: the same at each, and at least one. The figure is the mean slope. */
function proportionalLoad(result: Result): Judgement {
  const points = loadPoints(result);
  if (points.length === 0) return notMeasured(result, 'alpha', 'capacity');
  const rates = points.map(({ rate }) => rate);
  const perEvent = points.map(({ commandsPerEvent }) => commandsPerEvent);
  const told = points.map(({ rate, commandsPerEvent }) => `${formatPerEvent(commandsPerEvent)} at ${formatRate(rate)}`);
  const evidence = `Store commands an event: ${listing(told)} (an atomic increment is 1, a read and a write are 2)`;
  const slope = perEvent.reduce((sum, value) => sum + value, 0) / perEvent.length;
  if (Math.min(...perEvent) < reached) return decide(false, `${evidence}: fewer than one an event.`, slope);
  if (Math.max(...rates) < apartRates * Math.min(...rates)) {
    return notProven(`${evidence}; a second rate, further away, would decide.`, slope);
  }
  const spread = Math.max(...perEvent) / Math.min(...perEvent) - 1;
  return decide(spread <= proportionTolerance, `${evidence}: ${formatShare(spread)} apart.`, slope);
}

function loadPoints(result: Result): { rate: number; commandsPerEvent: number }[] {
  const capacity = measured(result, 'alpha', 'capacity');
  const steady = measured(result, 'alpha', 'steady');
  const failure = measured(result, 'alpha', 'failure');
  const points = [
    { rate: failure?.commonRatePerSecond, commandsPerEvent: failure?.control.store.serving?.commandsPerEvent },
    { rate: steady?.reflectedPerSecond, commandsPerEvent: steady?.store.serving?.commandsPerEvent },
    { rate: capacity?.eventsPerSecond, commandsPerEvent: capacity?.store.serving?.commandsPerEvent },
  ];
  return points.flatMap(({ rate = 0, commandsPerEvent }) =>
    rate > 0 && commandsPerEvent !== undefined ? [{ rate, commandsPerEvent }] : [],
  );
}

/** Whatever counts in state or in files, from the same filled log. */
function fastestWithoutIncrements(result: Result): { name: string; eventsPerSecond: number } | undefined {
  const others = ['batch', 'beta', 'omega', 'omega-prime'].flatMap((name) => {
    const capacity = measured(result, name, 'capacity');
    return capacity === undefined ? [] : [{ name, eventsPerSecond: capacity.eventsPerSecond }];
  });
  return others.sort((a, b) => b.eventsPerSecond - a.eventsPerSecond)[0];
}

function shareOfCeiling(result: Result, eventsPerSecond: number): string {
  const { calibration, serverCeilings = [], substrates } = result.environment;
  const server = ceilingOnServer(result);
  const isEmbedded = substrates.keyValueStore.name === 'lmdb';
  const ceiling = isEmbedded
    ? calibration.storeIncrementPerSecond
    : serverCeilings.find(({ name, role }) => name === server && role !== 'speed')?.unitsPerSecond;
  const share = ceiling === undefined ? undefined : ratio(eventsPerSecond, ceiling);
  if (share === undefined) return '';
  return ` (${formatShare(share)} of what ${isEmbedded ? 'the store takes' : 'one client of the server reaches'} alone)`;
}

/** The ceiling that increments one client's way meet, by the name that calibration gives it. */
function ceilingOnServer(result: Result): string | undefined {
  const client = defaultRungName(result, architecture);
  if (client !== undefined) return `redis ${client}, 1000 a batch`;
  return result.environment.substrates.keyValueStore.name === 'cassandra' ? 'cassandraIncrement' : undefined;
}
