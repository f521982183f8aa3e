/**
 * F11: a worker is stopped for longer than its supervisor waits, replaced, and then goes on as if nothing had happened.
 * What it sends must be refused. It is stopped at a failpoint, where it holds no lock of a store.
 */

import type { ActiveFault, Evidence, FaultContext, FaultDefinition, FaultSpecification } from '../fault.ts';
import { struckPartition, workerTrigger } from '../inside-worker.ts';
import type { Bite } from '../worker/worker-fault.ts';
import { afterKill, atFailpoint, worstFailpoint } from './kill.ts';

export const zombie: FaultDefinition = {
  kind: 'zombie',
  row: 'F11',
  description: 'SIGSTOP of a worker until it is replaced, then SIGCONT: what it still sends must be refused',
  whyNot: () => undefined,
  outcomeOf: afterKill,
  plan: (situation) => {
    const stages = [...situation.declaration.stages.entries()];
    const [index, stage] =
      stages.find(([, { kind }]) => kind === 'increment-store') ?? (stages[0] as (typeof stages)[0]);
    return [atFailpoint(situation, worstFailpoint(stage), index, situation.atMs)];
  },
  inject: stopUntilReplaced,
};

/** After its successor has started, so long until the stopped one goes on. */
const OVERLAP_MS = 100;
/** A process that was continued runs again at once, on a machine that has time for it. */
const WAKE_WITHIN_MS = 3000;

async function stopUntilReplaced(context: FaultContext, specification: FaultSpecification): Promise<ActiveFault> {
  const { job, director, runtime } = context;
  const { id } = specification;
  const owner = job.workers().find(({ partitions }) => partitions.includes(struckPartition(specification)));
  if (owner === undefined) throw new Error(`${id}: no worker owns partition ${struckPartition(specification)}`);
  let victim: typeof owner | undefined;
  let continued = false;
  const proceed = (): void => {
    if (!continued) victim?.kill('SIGCONT');
    continued = true;
  };
  job.onEvent((event) => {
    if (event.worker !== owner.worker) return;
    if (event.kind === 'note' && event.note.fault === id && event.note.reached !== undefined && victim === undefined) {
      victim = job.workers().find(({ worker, epoch }) => worker === event.worker && epoch === event.epoch);
      victim?.kill('SIGSTOP');
    }
    if (event.kind === 'restored' && victim !== undefined && event.epoch > victim.epoch && !continued) {
      void runtime.sleep(OVERLAP_MS).then(proceed);
    }
  });
  const trigger = workerTrigger(context, specification);
  director.arm([], [{ id, trigger, worker: owner.worker, effect: 'trip', hold: true }]);
  return {
    evidence: async () => evidenceOf(context, await director.bites(), id),
    heal: async () => {
      if (victim === undefined) return;
      proceed();
      // It has to find out first: what it does then is what the fault is about.
      const untilMs = runtime.clock.nowMs() + WAKE_WITHIN_MS;
      while (!(await hasEnded(context, id)) && runtime.clock.nowMs() < untilMs) await runtime.sleep(10);
      await runtime.sleep(OVERLAP_MS);
    },
  };
}

async function hasEnded({ director }: FaultContext, id: string): Promise<boolean> {
  return (await director.bites()).some((bite) => bite.id === id && bite.what === 'ended');
}

/** It was taken for dead, and lived: it noticed the time that was gone. */
function evidenceOf({ job }: FaultContext, bites: readonly Bite[], id: string): Evidence | undefined {
  const began = bites.find((bite) => bite.id === id && bite.what === 'began');
  const woke = bites.find((bite) => bite.id === id && bite.what === 'ended');
  if (began === undefined || woke === undefined) return undefined;
  const ofVictim = job.events.filter(({ worker, epoch }) => worker === woke.worker && epoch === woke.epoch);
  if (!ofVictim.some(({ kind }) => kind === 'silent')) return undefined;
  const refused = ofVictim.some(
    (event) => event.kind === 'note' && typeof event.note.error === 'string' && event.note.error.includes('is fenced'),
  );
  const stoppedMs = Math.round(woke.atMs - began.atMs);
  const then = refused ? 'its next write was refused' : 'it sent nothing more to a store';
  return {
    atMs: began.atMs,
    endedMs: woke.atMs,
    what: `worker ${woke.worker} stood still for ${stoppedMs} ms and was replaced; ${then}`,
    at: { partition: began.partition ?? 0, offset: began.offset ?? 0 },
  };
}
