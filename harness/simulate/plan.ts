/** What one simulation does, from start to end; plain JSON, so that a run that failed can be kept and played again. */
import type { SyntheticStreamOptions } from '../../generators/synthetic-stream.ts';
import type { Declaration } from '../../substrates/declaration.ts';
import type { PipelineSettings } from '../../substrates/stream-engine/stream-engine.ts';
import type { PlannedCrash } from '../faults/crash-plan.ts';
import type { FaultSpecification } from '../faults/fault.ts';
import type { RepeatedRun } from '../faults/offer.ts';

/**
 * Something done to a worker process from outside. Times are virtual milliseconds after the stream's start, or, where
 * the log was filled before, after the job's.
 */
export type Strike =
  | { kind: 'kill'; worker: number; atMs: number }
  /** SIGSTOP, and SIGCONT later; whoever is stopped for longer than the time-out of silence comes back as a zombie. */
  | { kind: 'pause'; worker: number; atMs: number; durationMs: number }
  /** Kills the successor of the worker that ends as the `exit`-th (from 1), so long after that end. */
  | { kind: 'kill-successor'; exit: number; afterMs: number };

/** For so long the generator appends nothing; what was due is appended afterwards. */
export interface Stall {
  atMs: number;
  durationMs: number;
}

export interface SimulationPlan {
  seed: number;
  architecture: string;
  /** Which form of the architecture, in words. */
  variant: string;
  declaration: Declaration;
  stream: SyntheticStreamOptions;
  settings: PipelineSettings;
  workers: number;
  silentAfterMs: number;
  /** `live` appends on schedule; `filled` is all there before the job starts. */
  arrival: 'live' | 'filled';
  maxBlockRows: number;
  stalls: readonly Stall[];
  /** What the generator appends a second time. */
  repeatedRuns: readonly RepeatedRun[];
  crashes: readonly PlannedCrash[];
  strikes: readonly Strike[];
  /** Of the kinds of the catalogue that are no kills. */
  faults: readonly FaultSpecification[];
}

/** What all architectures of a seed have in common. */
export type Surroundings = Pick<
  SimulationPlan,
  'stream' | 'settings' | 'workers' | 'silentAfterMs' | 'arrival' | 'maxBlockRows' | 'stalls' | 'repeatedRuns'
>;
