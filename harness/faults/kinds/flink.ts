/**
 * What faults of a Flink cluster share: whether there is one, whether its processes are ours, and its stream
 * position.
 */
import type { Stage } from '../../../substrates/declaration.ts';
import { repeatsWrites } from '../../run/promises.ts';
import type { FlinkTaskManager, OwnedFlink } from '../../services/owned-flink.ts';
import type { ActiveFault, Evidence, FaultContext, FaultSpecification, Outcome } from '../fault.ts';
import { durationOf, struckPartition } from '../inside-worker.ts';
import { engineOf, type ServerFacts, urlOf } from '../proxy/servers.ts';
import { kill } from './kill.ts';
import { onTrigger, sleepUnless } from './network.ts';

export const ON_FLINK = { engines: ['flink'], strikesEngine: true } as const;

export function notOnFlink(_: unknown, servers: readonly ServerFacts[] = []): string | undefined {
  return engineOf(servers) === 'flink' ? undefined : 'the job does not run on Flink';
}

/** Its processes are killed by us only if they were started by us; a log or a store is none of this fault's. */
export function notOurFlink(server: ServerFacts): string | undefined {
  if (server.kind !== 'flink' || server.ownership === 'started') return undefined;
  return (
    `${urlOf(server)} was not started by omegabench, which kills no process of others: ` +
    "start one with 'omegabench services up flink' and use that, or leave faults out with --faults none"
  );
}

/** The processes of the run's cluster. Error if they are not ours. */
export async function flinkOf(
  { realServers = [], servers }: FaultContext,
  { id }: FaultSpecification,
): Promise<OwnedFlink> {
  const cluster = realServers.find(({ kind }) => kind === 'flink');
  if (cluster === undefined) throw new RangeError(`${id}: the job does not run on Flink`);
  const owned = await servers?.ownedFlink?.(urlOf(cluster));
  if (owned === undefined) throw new RangeError(`${id}: ${notOurFlink(cluster) ?? 'the processes are not known'}`);
  return owned;
}

/**
 * SIGKILL of the task manager that runs the struck partition, or of the first one that runs the job, at a stream
 * position as far as the job has told it. The job goes on where a standby has room; the struck one comes back a little
 * later.
 */
export async function killTaskManager(context: FaultContext, specification: FaultSpecification): Promise<ActiveFault> {
  const flink = await flinkOf(context, specification);
  const { job, runtime } = context;
  const partition = struckPartition(specification);
  let struck: { process: FlinkTaskManager; pid: number | undefined; record: NonNullable<Evidence['crash']>['record'] };
  let isStruck = false;
  const work = onTrigger(context, specification, async (_, isHealed) => {
    let victims = job.workers();
    while (victims.length === 0 && !isHealed()) {
      await runtime.sleep(LOOK_EVERY_MS);
      victims = job.workers();
    }
    const victim = victims.find(({ partitions }) => partitions.includes(partition)) ?? victims[0];
    const process = victim === undefined ? undefined : flink.taskManagers[victim.worker];
    if (victim === undefined || process === undefined) return;
    const { worker, epoch } = victim;
    const { offset = 0 } = job.status().partitions[partition] ?? {};
    const atMs = runtime.clock.nowMs();
    struck = {
      process,
      pid: process.pid,
      record: { id: specification.id, worker, epoch, stage: 0, partition, offset, hit: 1, atMs },
    };
    isStruck = true;
    process.kill('SIGKILL');
    await sleepUnless(isHealed, runtime, durationOf(specification, GONE_FOR_MS));
    await process.restart();
  });
  return {
    evidence: async () => {
      work.failIfFailed();
      return isStruck ? evidenceOf(context, specification, struck) : undefined;
    },
    heal: async () => {
      await work.heal();
      // If its restart has failed, once more.
      if (isStruck && !struck.process.isRunning()) await struck.process.restart();
    },
  };
}

const LOOK_EVERY_MS = 10;
/** Somebody starts it again, as a supervisor would: late enough for a standby to have taken over. */
const GONE_FOR_MS = 10_000;

/**
 * The same kill on every engine: a worker kills itself at the position, or a task manager is killed when it is there.
 */
export function killOnAnyEngine(context: FaultContext, specification: FaultSpecification): Promise<ActiveFault> {
  return context.capabilities?.failpoints === false
    ? killTaskManager(context, specification)
    : kill(context, specification);
}

/** Where the kill cannot be placed between two writes, what is written again is known afterwards only. */
export function afterKillOnFlink(stage: Stage): Outcome {
  return repeatsWrites(stage) ? 'may-repeat' : 'exact';
}

/** A kill counts only if the process is gone, and Flink has said that it lost it. */
function evidenceOf(
  { job }: FaultContext,
  { id }: FaultSpecification,
  struck: { process: FlinkTaskManager; pid: number | undefined; record: NonNullable<Evidence['crash']>['record'] },
): Evidence | undefined {
  const { record, process, pid } = struck;
  const { worker, epoch, partition, offset, atMs } = record;
  const exit = job.events.find((event) => event.kind === 'exited' && event.worker === worker && event.epoch === epoch);
  if (exit?.kind !== 'exited' || exit.signal !== 'SIGKILL') return undefined;
  const said = job.events.find((event) => event.kind === 'note' && event.epoch === epoch && 'error' in event.note);
  const restored = job.events.find((event) => event.kind === 'restored' && event.epoch > epoch);
  const why = said?.kind === 'note' ? `; Flink: ${String(said.note.error)}` : '';
  const from = restored?.kind === 'restored' ? `; restored from ${restored.restored ?? 'nothing'}` : '';
  return {
    atMs,
    endedMs: exit.atMs,
    what: `${process.name} (pid ${pid}) ended by SIGKILL${why}${from}`,
    at: { partition, offset },
    crash: { planned: { id, failpoint: 'position', partition, fromOffset: offset, hit: 1 }, record },
  };
}
