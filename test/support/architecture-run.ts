/**
 * One run of an architecture in a world in memory, as `harness/simulate` does it, with the stream and the settings that
 * tests share.
 */
import { SyntheticStream } from '../../generators/synthetic-stream.ts';
import type { PlannedCrash } from '../../harness/faults/crash-plan.ts';
import type { FaultDirector } from '../../harness/faults/fault-director.ts';
import { appendFilled, appendLive as appendLiveTo } from '../../harness/simulate/append-stream.ts';
import { jobOf as jobOfRun, type MemoryOutcome, runInMemory } from '../../harness/simulate/memory-run.ts';
import type { SimulatedWorld } from '../../harness/simulate/simulated-world.ts';
import { StreamTruths } from '../../harness/simulate/stream-truths.ts';
import type { Declaration } from '../../substrates/declaration.ts';
import type { EventLog } from '../../substrates/event-log/event-log.ts';
import type { MemoryRuntime, MemoryWorld } from '../../substrates/memory-runtime.ts';
import type { HooksBinding, JobSpecification, RunningJob } from '../../substrates/stream-engine/stream-engine.ts';

export const HOUR_MS = 250;
export const SETTINGS = { hourMs: HOUR_MS, maxOutOfOrderMs: 40, allowedLatenessMs: 60, checkpointIntervalMs: 60 };

/** Four partitions, four hours, 20,000 impressions: some out of order, some late, and of those some too late. */
export const SOURCE = new SyntheticStream({
  seed: 11,
  partitions: 4,
  ratePerSecond: 20_000,
  hourMs: HOUR_MS,
  hours: 4,
  startMs: 4_000_000 * HOUR_MS,
  outOfOrderFraction: 0.05,
  maxOutOfOrderMs: SETTINGS.maxOutOfOrderMs,
  lateFraction: 0.02,
  maxLateMs: 150,
});

const truths = new StreamTruths(SOURCE, SETTINGS);

export interface ArchitectureRun {
  declaration: Declaration;
  world: SimulatedWorld;
  /** `live` appends on schedule in virtual time; `filled` is all there before the job starts. */
  arrival?: 'live' | 'filled';
  crashes?: readonly PlannedCrash[];
  /** Instead of the fault director's. */
  hooks?: HooksBinding;
  silentAfterMs?: number;
  workers?: number;
  /** Called when the workers are ready and have not begun. */
  prepare?: (job: RunningJob, director: FaultDirector, runtime: MemoryRuntime) => Promise<void>;
  /** Called when everything is drained, before the workers end. */
  finished?: (director: FaultDirector, runtime: MemoryRuntime) => Promise<void>;
  /** Runs beside the stream, from `go` on. */
  meanwhile?: (job: RunningJob) => Promise<void>;
}

export interface Outcome extends MemoryOutcome {
  /** Events that the batch job refused because they came after the cut-off. */
  afterCutOffEvents: number;
}

export async function runArchitecture(run: ArchitectureRun): Promise<Outcome> {
  const { declaration, world, arrival = 'live', crashes = [], hooks, prepare, finished, meanwhile } = run;
  const outcome = await world.run(
    runInMemory({
      world,
      source: SOURCE,
      truths,
      settings: SETTINGS,
      declaration,
      workers: run.workers ?? 2,
      silentAfterMs: run.silentAfterMs ?? 5000,
      append: (log) => (arrival === 'live' ? appendLive(world, log) : appendFilled(world, SOURCE, log)),
      arrival,
      crashes,
      ...(hooks === undefined ? {} : { replaceHooks: () => hooks }),
      ...(prepare === undefined ? {} : { inject: ({ job, director, runtime }) => prepare(job, director, runtime) }),
      ...(finished === undefined ? {} : { finished: ({ director, runtime }) => finished(director, runtime) }),
      ...(meanwhile === undefined ? {} : { meanwhile }),
    }),
    60_000,
  );
  return { ...outcome, afterCutOffEvents: outcome.predicted?.afterCutOffEvents ?? 0 };
}

export function jobOf(declaration: Declaration, workers: number): JobSpecification {
  return jobOfRun({ source: SOURCE, settings: SETTINGS, declaration, workers });
}

/** Appends every block when its last row is due, with heartbeats now and then. */
export function appendLive(world: MemoryWorld, log: EventLog): Promise<void> {
  return appendLiveTo(world, SOURCE, log);
}
