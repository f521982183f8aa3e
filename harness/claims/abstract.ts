/** The claims of the talk's abstract: speed, consistency, snapshots, and what state of one's own makes possible. */
import { formatCount, formatMs, formatRate, formatRatio, formatShare, listing } from '../report/format.ts';
import { defaultRungName, fasterRung, otherRungs } from '../report/rungs.ts';
import { errorsInWords } from '../report/story.ts';
import type { FailureFigures, Rung } from '../results/acts.ts';
import type { Result } from '../results/schema.ts';
import { given, measured, notMeasured } from './acts.ts';
import { type ClaimDefinition, decide, type Judgement, notDecidedHere, notProven, ratio, undecided } from './claim.ts';
import { faultsInWords, isExact, noAudit, struckBetweenWriteAndCommit } from './correctness.ts';
import { uncountedCpu } from './counted-cpu.ts';
import { claimedSpeedup, instantMs, snapshotCostShare } from './thresholds.ts';
import { plural } from './words.ts';

const architecture = 'all';

/** Those that keep state in the stream processor and promise exact counts. */
const stateful = ['beta', 'omega', 'omega-prime'];

export const abstractClaims: ClaimDefinition[] = [
  {
    id: 'speedup',
    architecture,
    statement: 'more than 100x over pushing state into a database',
    evaluate: speedup,
  },
  {
    id: 'exactly-once',
    architecture,
    statement: 'consistency across log, processor and state',
    evaluate: exactlyOnce,
  },
  {
    id: 'duplicates-db',
    architecture,
    statement: 'today’s set-ups may push duplicate changes to the database',
    evaluate: duplicatesInStores,
  },
  {
    id: 'snapshots-cheap',
    architecture,
    statement: 'asynchronous snapshots cost very little',
    evaluate: given('omega-prime', 'capacity', snapshotCost),
  },
  {
    id: 'replay',
    architecture,
    statement: 'changes between snapshots are replayed from the log',
    evaluate: replayed,
  },
  {
    id: 'upgrade',
    architecture,
    statement: 'upgrade or roll back program and state together',
    evaluate: undecided(
      'This run has one program; `omegabench upgrade` takes a savepoint up with a changed one, and with the old again.',
    ),
  },
  {
    id: 'what-if',
    architecture,
    statement: 'replay the stream with a modified program',
    evaluate: undecided('This run has one program; the same log with another window or filter would decide.'),
  },
  {
    id: 'fork',
    architecture,
    statement: 'fork off a variant of the state (A/B)',
    evaluate: undecided(
      'This run has one program; `omegabench upgrade --change filter` runs two from one savepoint, and compares them.',
    ),
  },
  {
    id: 'late-early',
    architecture,
    statement: 'out-of-order streams and late events are easier; early results beside correct ones',
    evaluate: undecided(
      'Early answers are not kept; early and final answers, and the share that changed, would decide.',
    ),
  },
  {
    id: 'demo',
    architecture,
    statement: 'REST server and Grafana read window state directly',
    evaluate: undecided(
      'This run has no REST server and no Grafana; the query service with a panel on it would decide.',
    ),
  },
];

/** Omega-prime over alpha, at its default and at each rung. The figure is the greater ratio over the default. */
function speedup(result: Result): Judgement {
  const prime = measured(result, 'omega-prime', 'capacity');
  const alpha = measured(result, 'alpha', 'capacity');
  if (prime === undefined) return notMeasured(result, 'omega-prime', 'capacity');
  if (alpha === undefined) return notMeasured(result, 'alpha', 'capacity');
  const wall = ratio(prime.eventsPerSecond, alpha.eventsPerSecond);
  const perCpu = ratio(prime.eventsPerCpuSecond, alpha.eventsPerCpuSecond);
  if (wall === undefined || perCpu === undefined) return notProven('Alpha has no rate in the capacity act.');
  const uncounted = uncountedCpu(result);
  const best = uncounted === undefined ? Math.max(wall, perCpu) : wall;
  if (best === 0) return notProven('Omega-prime has no rate in the capacity act.');
  const told = otherRungs(result.architectures.alpha).flatMap((rung) => rungInWords(rung, prime));
  const away =
    best >= claimedSpeedup ? '' : `; ${formatRatio(claimedSpeedup)} is ${formatRatio(claimedSpeedup / best)} as much`;
  const evidence =
    `Omega-prime counted ${formatRate(prime.eventsPerSecond)}, ` +
    `alpha on ${alphaStore(result)} ${formatRate(alpha.eventsPerSecond)}: ` +
    `${formatRatio(wall)}, and ${formatRatio(perCpu)} per CPU-second${away}.` +
    (uncounted === undefined ? '' : ` CPU-seconds do not decide: ${uncounted}`) +
    (told.length === 0 ? '' : ` Against alpha’s other rungs: ${told.join('; ')}. ${bestInWords(result, alpha)}`);
  return decide(best >= claimedSpeedup, evidence, best);
}

/** The store, and on Redis the client by which alpha's default speaks to it. */
function alphaStore(result: Result): string {
  const store = result.environment.substrates.keyValueStore.name;
  const client = defaultRungName(result, 'alpha');
  return client === undefined ? store : `${store} by its ${client} client`;
}

function bestInWords(result: Result, { eventsPerSecond }: { eventsPerSecond: number }): string {
  const best = fasterRung(result.architectures.alpha, eventsPerSecond);
  return best === undefined ? 'Its default is the fastest.' : `The fastest of them is ${best.name}.`;
}

function rungInWords(rung: Rung, prime: { eventsPerSecond: number; eventsPerCpuSecond: number }): string[] {
  const wall = ratio(prime.eventsPerSecond, rung.eventsPerSecond);
  const perCpu = ratio(prime.eventsPerCpuSecond, rung.eventsPerCpuSecond);
  if (wall === undefined || perCpu === undefined) return [];
  return [`${rung.name} ${formatRatio(wall)} and ${formatRatio(perCpu)} per CPU-second`];
}

/** Exact after crashes and after duplicate delivery. The figure is the number of architectures with errors. */
function exactlyOnce(result: Result): Judgement {
  const audits = statefulAudits(result);
  if ('verdict' in audits) return audits;
  const wrong = audits.filter(({ failure }) => !isExact(failure));
  const outcomes = audits.map(
    ({ name, failure }) => `${name} after ${faultsInWords(failure)}, ${errorsInWords(failure)}`,
  );
  const told = `Audited key by key: ${outcomes.join('; ')}`;
  if (wrong.length > 0) return decide(false, `${told}.`, wrong.length);
  const duplicated = audits.some(({ failure }) => failure.faults.some(({ kind }) => kind.includes('duplicate')));
  return duplicated
    ? decide(true, `${told}.`, 0)
    : notProven(`${told}. Nothing was delivered twice by the log, which the claim covers too.`, 0);
}

/** What no checkpoint held comes from the log, and nothing is missing. The figure is the number of replayed events. */
function replayed(result: Result): Judgement {
  const audits = statefulAudits(result);
  if ('verdict' in audits) return audits;
  const told = audits.map(({ name, failure }) => {
    const caughtUp = failure.recoveryMs.caughtUp;
    const after = caughtUp === undefined ? 'without catching up' : `and caught up within ${formatMs(caughtUp)}`;
    return `${name} replayed ${formatCount(replayedBy(failure))} ${after}`;
  });
  const events = audits.reduce((sum, { failure }) => sum + replayedBy(failure), 0);
  const lost = audits.reduce((sum, { failure }) => sum + failure.lost, 0);
  const every = formatMs(result.config.checkpointIntervalMs);
  const evidence = `With a checkpoint every ${every}, ${listing(told)}; ${plural(lost, 'impression')} lost`;
  if (lost > 0) return decide(false, `${evidence}.`, events);
  const some = audits.every(({ failure }) => replayedBy(failure) > 0);
  return some
    ? decide(true, `${evidence}.`, events)
    : notProven(`${evidence}; not every kill left something to replay.`, events);
}

function replayedBy(failure: FailureFigures): number {
  return failure.faults.reduce((sum, { evidence }) => sum + (evidence.replayedEvents ?? 0), 0);
}

const noFaults = notDecidedHere('This run had no faults; one with faults would decide.');

interface NamedFailure {
  name: string;
  failure: FailureFigures;
}

/** The audits after faults of those that keep state in the processor, or why there is none to judge on. */
function statefulAudits(result: Result): NamedFailure[] | Judgement {
  const audits = stateful.flatMap((name): NamedFailure[] => {
    const failure = measured(result, name, 'failure');
    return failure === undefined ? [] : [{ name, failure }];
  });
  if (audits.length === 0) return notMeasured(result, 'omega-prime', 'failure');
  const broken = audits.filter(({ failure }) => failure.faults.length > 0);
  if (broken.length === 0) return noFaults;
  return broken.map(({ failure }) => noAudit(failure)).find((judgement) => judgement !== undefined) ?? broken;
}

/** Events that a store counted twice after a crash. The figure is their number. */
function duplicatesInStores(result: Result): Judgement {
  const alpha = measured(result, 'alpha', 'failure');
  const lambda = measured(result, 'lambda', 'failure');
  if (alpha === undefined && lambda?.speed === undefined) return notMeasured(result, 'alpha', 'failure');
  const found = [
    ...(alpha === undefined ? [] : [{ failure: alpha, where: 'alpha’s store', count: alpha.doubleCounted }]),
    ...(lambda?.speed === undefined
      ? []
      : [{ failure: lambda, where: 'lambda’s speed store', count: lambda.speed.doubleCounted }]),
  ].filter(({ failure }) => failure.faults.length > 0);
  if (found.length === 0) return noFaults;
  const judged = found.filter(({ failure }) => noAudit(failure) === undefined);
  if (judged.length === 0)
    return notProven('No audit of a store that is incremented by every event came to a verdict.');
  const total = judged.reduce((sum, { count }) => sum + count, 0);
  const told = judged.map(({ where, count }) => `${where} took ${formatCount(count)} increments twice`);
  const evidence = `After the faults, ${listing(told)}`;
  if (total === 0 && !judged.some(({ failure }) => struckBetweenWriteAndCommit(failure))) {
    return notProven(`${evidence}: no kill struck between write and commit.`, 0);
  }
  return decide(total > 0, `${evidence}.`, total);
}

/** Capacity with and without checkpoints, and the longest pause. The figure is the share that they cost. */
function snapshotCost(capacity: { eventsPerSecond: number; checkpoints: Checkpoints }, result: Result): Judgement {
  const { count, longestPauseMs } = capacity.checkpoints;
  if (count === 0) return notDecidedHere('No checkpoint was made in omega-prime’s capacity act.');
  const made = `${plural(count, 'checkpoint')} in omega-prime’s capacity act`;
  const pause = `${made} stopped it for ${formatMs(longestPauseMs)} at most`;
  if (longestPauseMs > instantMs) return decide(false, `${pause}, of ${formatMs(instantMs)}.`);
  const without = result.architectures['omega-prime']?.rungs.find(isWithoutCheckpoints);
  const kept = without === undefined ? undefined : ratio(capacity.eventsPerSecond, without.eventsPerSecond);
  if (without === undefined || kept === undefined) {
    return notProven(`${pause}; its capacity without checkpoints, and over intervals, would decide.`);
  }
  const rates = `${formatRate(capacity.eventsPerSecond)} with and ${formatRate(without.eventsPerSecond)} without`;
  const cost = Math.max(0, 1 - kept);
  return decide(cost <= snapshotCostShare, `${pause}; it counted ${rates}, a cost of ${formatShare(cost)}.`, cost);
}

interface Checkpoints {
  count: number;
  longestPauseMs: number;
}

function isWithoutCheckpoints(rung: Rung): boolean {
  return !rung.isDefault && /(no|without) checkpoints?/i.test(`${rung.name} ${rung.options}`);
}
