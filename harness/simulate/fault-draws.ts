/**
 * Draws the faults of a simulation: none to eight, of the kinds that the seed allows, and in two of five a second one
 * while the first is being recovered from, because that is where restoring goes wrong.
 */
import type { Declaration } from '../../substrates/declaration.ts';
import type { PlannedCrash } from '../faults/crash-plan.ts';
import type { FaultSpecification } from '../faults/fault.ts';
import { faultDefinition } from '../faults/registry.ts';
import type { Draws } from './draws.ts';
import { failpointsOf } from './failpoints.ts';
import type { SimulationPlan, Strike, Surroundings } from './plan.ts';

const MOST_FAULTS = 8;
/** One seed in so many has no fault at all: there nothing may be excused. */
const WITHOUT_FAULTS = 0.08;
const SECOND_IN_RECOVERY = 0.45;

/** Kinds of the catalogue that are drawn beside kills and pauses; the rest is drawn with the stream, or is a kill. */
export const CATALOGUE_KINDS: readonly string[] = [
  'store-outage',
  'reply-lost',
  'slow-store',
  'partition-from-log',
  'zombie',
  'duplicate-delivery',
  'corrupt-checkpoint',
  'checkpoints-lost',
  'checkpoints-corrupt',
  'slow-query-path',
  'worker-clock-off',
];
const MOST_OF_CATALOGUE = 3;

type Faults = Pick<SimulationPlan, 'crashes' | 'strikes' | 'faults'>;

export function drawFaults(declaration: Declaration, around: Surroundings, draws: Draws): Faults {
  const crashes: PlannedCrash[] = [];
  const strikes: Strike[] = [];
  if (draws.chance(WITHOUT_FAULTS)) return { crashes, strikes, faults: [] };
  const weights = { crash: draws.pick([0, 1, 4]), kill: draws.pick([0, 1, 1]), pause: draws.pick([0, 0, 1]) };
  if (weights.crash + weights.kill + weights.pause === 0) weights.crash = 1;
  const wantsSecond = draws.chance(SECOND_IN_RECOVERY);
  const count = draws.magnitude(1, MOST_FAULTS - (wantsSecond ? 2 : 0));
  for (let i = 0; i < count; i++) {
    const lot = draws.unit() * (weights.crash + weights.kill + weights.pause);
    if (lot < weights.crash) crashes.push(drawCrash(declaration, around, draws));
    else strikes.push(lot < weights.crash + weights.kill ? drawKill(around, draws) : drawPause(around, draws));
  }
  // Crashes of a partition fire in order, so that one far ahead would keep all others from firing.
  crashes.sort((a, b) => a.fromOffset - b.fromOffset);
  if (wantsSecond) addSecond(declaration, around, draws, crashes, strikes);
  const faults = draws.chance(0.4) ? [] : drawFromCatalogue(declaration, around, draws);
  return { crashes: crashes.map((crash, i) => ({ ...crash, id: `${i} ${crash.failpoint}` })), strikes, faults };
}

function drawFromCatalogue(declaration: Declaration, around: Surroundings, draws: Draws): FaultSpecification[] {
  const kinds = CATALOGUE_KINDS.filter((kind) => faultDefinition(kind).whyNot(declaration) === undefined);
  return Array.from({ length: draws.whole(1, MOST_OF_CATALOGUE) }, (_, i): FaultSpecification => {
    const kind = drawKind(kinds, draws);
    const trigger = drawTrigger(declaration, around, draws);
    return {
      id: `${i} ${kind}`,
      kind,
      target: trigger.at === 'time' ? { partition: draws.whole(0, around.stream.partitions - 1) } : {},
      trigger,
      durationMs: draws.magnitude(1, 2 * around.stream.hourMs),
      seed: draws.whole(1, 1000),
    };
  });
}

/** A job that refuses to go on shows nothing else: rarely. */
function drawKind(kinds: readonly string[], draws: Draws): string {
  const kind = draws.pick(kinds);
  return kind === 'checkpoints-corrupt' && draws.chance(0.8) ? draws.pick(kinds) : kind;
}

function drawTrigger(declaration: Declaration, around: Surroundings, draws: Draws): FaultSpecification['trigger'] {
  if (draws.chance(0.3)) return { at: 'time', afterStartMs: drawMoment(around, draws) };
  const { failpoint, stage, partition, fromOffset, hit } = drawCrash(declaration, around, draws);
  // Nobody passes these without a crash.
  const isPassed = failpoint !== 'position' && failpoint !== 'during-restore';
  if (isPassed && stage !== undefined) return { at: 'failpoint', failpoint, partition, stage, fromOffset, hit };
  return { at: 'position', partition, offset: fromOffset };
}

function drawCrash(declaration: Declaration, around: Surroundings, draws: Draws): PlannedCrash {
  const stage = draws.whole(0, declaration.stages.length - 1);
  const failpoint = draws.pick(failpointsOf(declaration.stages[stage] as Declaration['stages'][number]));
  const restores = failpoint === 'during-restore';
  return {
    id: '',
    failpoint,
    stage,
    partition: draws.whole(0, around.stream.partitions - 1),
    fromOffset: restores || draws.chance(0.3) ? 0 : draws.whole(0, partitionRows(around) - 1),
    hit: failpoint === 'position' || restores ? 1 : draws.magnitude(1, 6),
  };
}

/** Impressions of a partition, to within one. */
function partitionRows({ stream }: Surroundings): number {
  return Math.floor((stream.ratePerSecond * stream.hours * stream.hourMs) / 1000 / stream.partitions);
}

/** While the stream comes, or while what is left is worked off. */
function drawMoment({ stream }: Surroundings, draws: Draws): number {
  const lengthMs = stream.hours * stream.hourMs;
  return Math.floor(draws.unit() * lengthMs * 1.25 * 1000) / 1000;
}

function drawKill(around: Surroundings, draws: Draws): Strike {
  return { kind: 'kill', worker: draws.whole(0, around.workers - 1), atMs: drawMoment(around, draws) };
}

function drawPause(around: Surroundings, draws: Draws): Strike {
  const longest = 3 * around.silentAfterMs;
  return {
    kind: 'pause',
    worker: draws.whole(0, around.workers - 1),
    atMs: drawMoment(around, draws),
    durationMs: draws.chance(0.3) ? draws.whole(1, 50) : draws.whole(around.silentAfterMs, longest),
  };
}

/** A crash and another of whoever restores after it, or a kill of a successor soon after its start. */
function addSecond(
  declaration: Declaration,
  around: Surroundings,
  draws: Draws,
  crashes: PlannedCrash[],
  strikes: Strike[],
): void {
  if (crashes.length === 0 && strikes.length === 0) crashes.push(drawCrash(declaration, around, draws));
  if (draws.chance(0.5)) {
    strikes.push({ kind: 'kill-successor', exit: draws.whole(1, 2), afterMs: Math.floor(draws.unit() * 8000) / 1000 });
    return;
  }
  const first = crashes[0] ?? drawCrash(declaration, around, draws);
  if (crashes.length === 0) crashes.push(first);
  const stage = draws.whole(0, declaration.stages.length - 1);
  crashes.splice(1, 0, { ...first, failpoint: 'during-restore', stage, fromOffset: 0, hit: 1 });
}
