/**
 * Two hundred runs without a fault, of all six architectures, with streams of all sorts: out of order, late, skewed and
 * uniform, live and from a filled log. None may be anything but EXACT or as predicted.
 */
import { mix32 } from '../../../generators/random.ts';
import type { SyntheticStreamOptions } from '../../../generators/synthetic-stream.ts';
import { type RunPlan, STREAM } from './judged-run.ts';
import { findingsOfRuns, type Judge } from './runs.ts';
import { subject } from './subjects.ts';

const SIX = ['batch', 'alpha', 'lambda', 'beta', 'omega', 'omega-prime'] as const;
const RUNS = 200;

/** One half of the runs, so that two processes can share them. */
export function noAlarm(half: 0 | 1): Judge {
  return () => {
    const seeds = Array.from({ length: RUNS / 2 }, (_, i) => 2 * i + half);
    return findingsOfRuns(seeds.map(planOf));
  };
}

function planOf(seed: number): RunPlan {
  // By pairs, so that each half has all six.
  const name = SIX[(seed >>> 1) % SIX.length] as (typeof SIX)[number];
  return {
    name: `${name}, seed ${seed}`,
    declaration: subject(name),
    seed,
    stream: streamOf(seed),
    arrival: draw(seed, 0) < 0.3 ? 'filled' : 'live',
  };
}

function streamOf(seed: number): SyntheticStreamOptions {
  return {
    ...STREAM,
    seed: 1000 + seed,
    partitions: 2 + Math.floor(3 * draw(seed, 1)),
    ratePerSecond: 4000 + Math.floor(8000 * draw(seed, 2)),
    hours: 3,
    skew: draw(seed, 3) < 0.3 ? { kind: 'uniform' } : { kind: 'zipf', exponent: 0.5 + draw(seed, 4) },
    turnover: draw(seed, 5) < 0.3 ? 0 : draw(seed, 5),
    outOfOrderFraction: draw(seed, 6) < 0.2 ? 0 : 0.3 * draw(seed, 6),
    lateFraction: draw(seed, 7) < 0.2 ? 0 : 0.1 * draw(seed, 7),
    maxLateMs: 1 + Math.floor(250 * draw(seed, 8)),
  };
}

/** In [0, 1), by seed and purpose. */
function draw(seed: number, purpose: number): number {
  return (mix32(mix32(seed + 1) ^ (purpose + 77)) >>> 0) / 4294967296;
}
