/**
 * One fault against one architecture in a world in memory: what it left as evidence, what it was predicted to do, and
 * the audit.
 */
import { findArchitecture } from '../../architectures/registry.ts';
import type { Evidence, FaultSpecification } from '../../harness/faults/fault.ts';
import { situationAt, specificationsOf } from '../../harness/faults/fault-plan.ts';
import { FaultSession } from '../../harness/faults/fault-session.ts';
import { effectsOf, type FaultEffects, noEffects } from '../../harness/faults/prediction.ts';
import type { Declaration, Stage } from '../../substrates/declaration.ts';
import { HOUR_MS, type Outcome, runArchitecture, SOURCE } from './architecture-run.ts';
import { TestWorld } from './memory-world.ts';

export interface FaultRun extends Outcome {
  declaration: Declaration;
  specifications: FaultSpecification[];
  evidence: (Evidence | undefined)[];
  effects: FaultEffects;
}

/** In hour 2 of 4, as a run of the command would plan it. */
export function planned(kind: string, declaration: Declaration, seed = 1): FaultSpecification[] {
  const atMs = SOURCE.startMs + 1.4 * HOUR_MS;
  return specificationsOf(kind, kind, situationAt(declaration, SOURCE, atMs, HOUR_MS, 1), seed);
}

/** Small batches, so that a small stream has many. */
export function smallBatches(name: string, change: (stage: Stage) => Stage = (stage) => stage): Declaration {
  const declaration = findArchitecture(name) as Declaration;
  const stages = declaration.stages.map((stage): Stage => {
    if (stage.kind === 'increment-store') return change({ ...stage, maxBatchEvents: 100 });
    return change(stage.kind === 'window-state' ? { ...stage, maxFlushKeys: 8 } : { ...stage, maxLoadKeys: 8 });
  });
  return { ...declaration, stages };
}

export async function runWithFault(
  declaration: Declaration,
  specifications: FaultSpecification[],
  seed = 5,
): Promise<FaultRun> {
  let session: FaultSession | undefined;
  let effects = noEffects;
  let evidence: (Evidence | undefined)[] = [];
  const outcome = await runArchitecture({
    declaration,
    world: new TestWorld(seed, SOURCE.startMs - 50),
    silentAfterMs: 700,
    prepare: async (job, director, runtime) => {
      session = new FaultSession({
        runtime,
        director,
        declaration,
        job,
        jobDirectory: 'job',
        startMs: SOURCE.startMs,
        offer: { stream: SOURCE.description, repeated: [] },
      });
      for (const specification of specifications) await session.add(specification);
    },
    finished: async (director, runtime) => {
      effects = await effectsOf(director, declaration, runtime.files);
      evidence = (await session?.outcomes())?.map((entry) => entry.evidence) ?? [];
      await session?.heal();
    },
  });
  return { ...outcome, declaration, specifications, evidence, effects };
}
