/**
 * What all kinds of kills share: a worker that kills itself with SIGKILL where the plan says so, or is killed from
 * outside at a time.
 */
import type { Stage } from '../../../substrates/declaration.ts';
import type { Failpoint } from '../../../substrates/stream-engine/embedded/hooks.ts';
import { repeatsWrites } from '../../run/promises.ts';
import type { PlannedCrash } from '../crash-plan.ts';
import type { ActiveFault, Evidence, FaultContext, FaultSpecification, Outcome, Situation, Strike } from '../fault.ts';
import { reached, struckPartition } from '../inside-worker.ts';

/** The counts after a kill at the worst moment. */
export function afterKill(stage: Stage): Outcome {
  return repeatsWrites(stage) ? 'repeats' : 'exact';
}

export function atPosition({ partition, offsetAt }: Situation, timeMs: number): Strike {
  return { trigger: { at: 'position', partition, offset: offsetAt(timeMs) } };
}

/** The first pass of a failpoint by a stage, from a stream position on. */
export function atFailpoint(situation: Situation, failpoint: Failpoint, stage: number, fromMs?: number): Strike {
  const { partition, offsetAt } = situation;
  const fromOffset = fromMs === undefined ? 0 : offsetAt(fromMs);
  return { trigger: { at: 'failpoint', failpoint, partition, stage, fromOffset, hit: 1 } };
}

/** The failpoint where a kill does most harm: between a write and what makes its position safe. */
export function worstFailpoint(stage: Stage): Failpoint {
  switch (stage.kind) {
    case 'increment-store':
      return 'after-store-ack';
    case 'batch-job':
      return 'mid-publish';
    case 'window-state':
      return stage.onClose.kind === 'nothing' ? 'mid-snapshot' : 'mid-flush';
  }
}

export async function kill(context: FaultContext, specification: FaultSpecification): Promise<ActiveFault> {
  if (specification.trigger.at === 'time') return killFromOutside(context, specification);
  const { director } = context;
  const planned = plannedCrash(specification);
  director.arm([planned]);
  return {
    evidence: async () => {
      const record = (await director.records()).find(({ id }) => id === planned.id);
      return record === undefined ? undefined : evidenceOfKill(context, planned, record);
    },
    heal: async () => undefined,
  };
}

export function plannedCrash({ id, trigger }: FaultSpecification): PlannedCrash {
  if (trigger.at === 'position') {
    return { id, failpoint: 'position', partition: trigger.partition, fromOffset: trigger.offset, hit: 1 };
  }
  if (trigger.at === 'time') throw new Error(`${id}: a crash at a time is no plan of the worker's own`);
  const { failpoint, partition, stage, fromOffset, hit } = trigger;
  return { id, failpoint, partition, fromOffset, hit, ...(stage === undefined ? {} : { stage }) };
}

/** A kill counts only if the supervisor saw the victim end by it. */
function evidenceOfKill(
  { job }: FaultContext,
  planned: PlannedCrash,
  record: NonNullable<Evidence['crash']>['record'],
): Evidence | undefined {
  const exit = job.events.find(
    (event) => event.kind === 'exited' && event.worker === record.worker && event.epoch === record.epoch,
  );
  if (exit?.kind !== 'exited' || exit.signal !== 'SIGKILL') return undefined;
  return {
    atMs: record.atMs,
    endedMs: exit.atMs,
    what: `worker ${record.worker} ended by SIGKILL`,
    at: { partition: record.partition, offset: record.offset },
    crash: { planned, record },
  };
}

/** Somewhere in its work, possibly in the middle of a write: what will be counted again is then known within bounds. */
async function killFromOutside(context: FaultContext, specification: FaultSpecification): Promise<ActiveFault> {
  const partition = struckPartition(specification);
  let record: NonNullable<Evidence['crash']>['record'] | undefined;
  let healed = false;
  void reached(context, specification).then((atMs) => {
    const victim = context.job.workers().find(({ partitions }) => partitions.includes(partition));
    if (victim === undefined || healed) return;
    const { worker, epoch } = victim;
    record = { id: specification.id, worker, epoch, stage: 0, partition, offset: 0, hit: 1, atMs };
    victim.kill('SIGKILL');
  });
  const planned: PlannedCrash = { id: specification.id, failpoint: 'position', partition, fromOffset: 0, hit: 1 };
  return {
    evidence: async () => (record === undefined ? undefined : evidenceOfKill(context, planned, record)),
    heal: async () => {
      healed = true;
    },
  };
}
