/**
 * Draws a simulation from its seed. Swarm style (Groce et al. 2012, "Swarm Testing"): a seed does not draw from all
 * that may happen at fixed odds, it first draws what may happen at all and how likely, so that each feature is missing
 * from some runs and rules others.
 *
 * The stream and its surroundings are the same for all architectures of a seed; the form of the architecture and the
 * faults are drawn for each.
 */
import type { SyntheticStreamOptions } from '../../generators/synthetic-stream.ts';
import type { PipelineSettings } from '../../substrates/stream-engine/stream-engine.ts';
import type { RepeatedRun } from '../faults/offer.ts';
import { Draws } from './draws.ts';
import { drawFaults } from './fault-draws.ts';
import type { SimulationPlan, Stall, Surroundings } from './plan.ts';
import { drawDeclaration } from './variants.ts';

/** To within a factor of two: every block is read in a turn of its own, and costs as much time as many impressions. */
const MOST_BLOCKS = 1000;

/** Virtual clocks of all simulations begin near this, at the start of an hour. */
const EPOCH_MS = 1_000_000_000;

/** The plan of one seed for one architecture. `RangeError` for an unknown architecture. */
export function planOf(seed: number, architecture: string): SimulationPlan {
  const surroundings = drawSurroundings(seed);
  const draws = new Draws(seed, architecture);
  const { declaration, variant } = drawDeclaration(architecture, draws);
  const faults = drawFaults(declaration, surroundings, draws);
  return { seed, architecture, variant, declaration, ...surroundings, ...faults };
}

function drawSurroundings(seed: number): Surroundings {
  const draws = new Draws(seed, 'surroundings');
  const stream = drawStream(seed, draws);
  const arrival = draws.chance(0.25) ? 'filled' : 'live';
  const settings: PipelineSettings = {
    hourMs: stream.hourMs,
    // A pipeline that was told too little drops more; the oracle goes by what it was told.
    maxOutOfOrderMs: draws.chance(0.8) ? stream.maxOutOfOrderMs : draws.whole(0, stream.maxOutOfOrderMs),
    allowedLatenessMs: draws.pick([0, draws.whole(1, 30), draws.whole(1, 120)]),
    checkpointIntervalMs: draws.pick([0, draws.whole(4, 15), draws.whole(10, 60), draws.whole(10, 60)]),
  };
  return {
    stream,
    settings,
    workers: Math.min(stream.partitions, draws.whole(1, 3)),
    // Workers report every 100 ms, and a fault of the catalogue takes 400 ms of silence for a stop.
    silentAfterMs: draws.whole(320, 600),
    arrival,
    maxBlockRows: draws.magnitude(Math.ceil(impressionsOf(stream) / MOST_BLOCKS), 300),
    stalls: arrival === 'live' && draws.chance(0.25) ? drawStalls(stream, draws) : [],
    repeatedRuns: draws.chance(0.15) ? [drawRepeatedRun(stream, draws)] : [],
  };
}

function drawStream(seed: number, draws: Draws): SyntheticStreamOptions {
  const hourMs = 10 * draws.whole(5, 14);
  const hours = draws.whole(2, 5);
  const events = draws.magnitude(1000, 8000);
  const isUniform = draws.chance(0.2);
  return {
    seed,
    partitions: draws.whole(1, 4),
    ratePerSecond: Math.round((events * 1000) / (hours * hourMs)),
    hourMs,
    hours,
    startMs: Math.ceil(EPOCH_MS / hourMs) * hourMs,
    skew: isUniform ? { kind: 'uniform' } : { kind: 'zipf', exponent: draws.pick([0.5, 1, 1, 1.4]) },
    turnover: draws.pick([0, 0.1, 0.1, 1]),
    outOfOrderFraction: draws.pick([0, 0.01, 0.05, 0.3]),
    maxOutOfOrderMs: draws.pick([0, draws.whole(1, 10), draws.whole(1, 40)]),
    lateFraction: draws.pick([0, 0, 0.02, 0.1]),
    maxLateMs: draws.whole(1, 150),
    canaryIntervalMs: 10,
  };
}

function impressionsOf({ ratePerSecond, hours, hourMs }: SyntheticStreamOptions): number {
  return (ratePerSecond * hours * hourMs) / 1000;
}

function drawStalls(stream: SyntheticStreamOptions, draws: Draws): Stall[] {
  const lengthMs = stream.hours * stream.hourMs;
  return Array.from({ length: draws.whole(1, 2) }, () => ({
    atMs: draws.whole(0, lengthMs),
    durationMs: draws.whole(5, stream.hourMs),
  }));
}

function drawRepeatedRun(stream: SyntheticStreamOptions, draws: Draws): RepeatedRun {
  const { partitions } = stream;
  const rows = Math.floor(impressionsOf(stream) / partitions);
  const count = draws.magnitude(1, 200);
  return {
    partition: draws.whole(0, partitions - 1),
    firstSequence: draws.whole(0, Math.max(0, rows - 1 - count)),
    count,
  };
}
