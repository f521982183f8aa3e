/**
 * How faults reach into workers: a specification's trigger as workers understand it, and evidence from the bites they
 * write down.
 */
import type { StoreName } from '../../substrates/declaration.ts';
import type { ActiveFault, Evidence, FaultContext, FaultSpecification } from './fault.ts';
import {
  type Bite,
  strikesEveryWorker,
  type WorkerEffect,
  type WorkerFault,
  type WorkerTrigger,
} from './worker/worker-fault.ts';

/**
 * Plans the effect in the worker of the struck partition, or in all where it concerns all; evidence is what they wrote
 * down.
 */
export async function insideWorker(
  context: FaultContext,
  specification: FaultSpecification,
  effect: WorkerEffect,
  spell: (bites: readonly Bite[]) => string,
): Promise<ActiveFault> {
  const { director, job } = context;
  const trigger = workerTrigger(context, specification);
  const fault = { id: specification.id, trigger, ...effect } as WorkerFault;
  const owner = job.workers().find(({ partitions }) => partitions.includes(trigger.partition));
  if (owner !== undefined && !strikesEveryWorker(fault)) fault.worker = owner.worker;
  director.arm([], [fault]);
  return {
    evidence: async () =>
      evidenceOf(
        (await director.bites()).filter(({ id }) => id === specification.id),
        spell,
      ),
    heal: async () => director.heal(specification.id),
  };
}

function evidenceOf(bites: readonly Bite[], spell: (bites: readonly Bite[]) => string): Evidence | undefined {
  const [first] = bites;
  if (first === undefined) return undefined;
  const last = bites.at(-1) as Bite;
  const events = bites.reduce((sum, bite) => sum + (bite.events ?? 0), 0);
  const placed = bites.find((bite) => bite.partition !== undefined && bite.offset !== undefined);
  return {
    atMs: first.atMs,
    what: spell(bites),
    ...(last.atMs > first.atMs ? { endedMs: last.atMs } : {}),
    ...(placed === undefined ? {} : { at: { partition: placed.partition as number, offset: placed.offset as number } }),
    ...(events > 0 ? { events } : {}),
  };
}

/** The partition that a specification strikes. */
export function struckPartition({ trigger, target }: FaultSpecification): number {
  return trigger.at === 'time' ? (target.partition ?? 0) : trigger.partition;
}

export function workerTrigger({ startMs }: FaultContext, specification: FaultSpecification): WorkerTrigger {
  const { trigger } = specification;
  if (trigger.at === 'position') return trigger;
  if (trigger.at === 'time')
    return { at: 'time', atMs: startMs + trigger.afterStartMs, partition: struckPartition(specification) };
  const { stage, ...rest } = trigger;
  return stage === undefined ? rest : { ...rest, stage };
}

/** Resolves with the run's time when the trigger is reached; never, if it is not. */
export async function reached(context: FaultContext, specification: FaultSpecification): Promise<number> {
  const { director, job, runtime, startMs } = context;
  const { trigger, id } = specification;
  if (trigger.at === 'time') {
    const atMs = startMs + trigger.afterStartMs;
    while (runtime.clock.nowMs() < atMs) await runtime.sleep(Math.max(1, atMs - runtime.clock.nowMs()));
    return runtime.clock.nowMs();
  }
  if (context.capabilities?.failpoints === false) return seenAtPosition(context, specification);
  const first = new Promise<number>((resolve) => {
    job.onEvent((event) => {
      if (event.kind === 'note' && event.note.fault === id && event.note.reached !== undefined) resolve(event.atMs);
    });
  });
  director.arm([], [{ id, trigger: workerTrigger(context, specification), effect: 'trip', hold: false }]);
  return first;
}

/** Where nothing reaches into workers the job's own word is taken for how far it has come. */
async function seenAtPosition({ job, runtime }: FaultContext, { id, trigger }: FaultSpecification): Promise<number> {
  if (trigger.at !== 'position') throw new RangeError(`${id}: a job on this engine passes no ${trigger.at}`);
  const { partition, offset } = trigger;
  while ((job.status().partitions.find((one) => one.partition === partition)?.offset ?? 0) < offset) {
    await runtime.sleep(LOOK_EVERY_MS);
  }
  return runtime.clock.nowMs();
}

const LOOK_EVERY_MS = 20;

/** The store that a fault of stores strikes: the one that was named, or the one that is written event by event. */
export function struckStore(
  { declaration }: Pick<FaultContext, 'declaration'>,
  specification?: FaultSpecification,
): StoreName {
  if (specification?.target.store !== undefined) return specification.target.store;
  const stages = declaration.stages.flatMap((stage) => {
    if (stage.kind !== 'window-state') return [{ store: stage.store, everyEvent: stage.kind === 'increment-store' }];
    return stage.onClose.kind === 'nothing' ? [] : [{ store: stage.onClose.store, everyEvent: false }];
  });
  return (stages.find(({ everyEvent }) => everyEvent) ?? stages[0])?.store ?? 'serving';
}

/** Calls that were spoiled, over all workers. */
export function callsOf(bites: readonly Bite[]): number {
  const byWorker = new Map<string, number>();
  for (const bite of bites) byWorker.set(`${bite.worker} ${bite.epoch}`, bite.calls ?? 0);
  return [...byWorker.values()].reduce((sum, calls) => sum + calls, 0);
}

export function eventsOf(bites: readonly Bite[]): number {
  return bites.reduce((sum, bite) => sum + (bite.events ?? 0), 0);
}

export function durationOf(specification: FaultSpecification, otherwiseMs: number): number {
  return specification.durationMs ?? otherwiseMs;
}
