/**
 * One run of an architecture as a judge makes it: a small stream through the engine in a world in memory, faults as
 * planned, drained, and then audited and judged by the very code that audits and judges a real run's failure act.
 */
import { SyntheticStream, type SyntheticStreamOptions } from '../../../generators/synthetic-stream.ts';
import { type Declaration, type StoreName, storesOf } from '../../../substrates/declaration.ts';
import { openFileLog } from '../../../substrates/event-log/open-log.ts';
import type { KeyValueStore } from '../../../substrates/key-value-store/key-value-store.ts';
import type { MemoryRuntime } from '../../../substrates/memory-runtime.ts';
import { QueryService } from '../../../substrates/query-service.ts';
import { EmbeddedEngine } from '../../../substrates/stream-engine/embedded/embedded-engine.ts';
import type { JobSpecification, RunningJob } from '../../../substrates/stream-engine/stream-engine.ts';
import type { Verdict } from '../../audit/verdict.ts';
import { doubtAfter, type PlannedCrash } from '../../faults/crash-plan.ts';
import { FaultDirector } from '../../faults/fault-director.ts';
import { BlockCutter } from '../../load/block-cutter.ts';
import { fillLog } from '../../load/fill-log.ts';
import { type AuditInput, auditFinalAnswers } from '../../run/failure-audit.ts';
import { type Audited, verdictOnFaults } from '../../run/failure-verdict.ts';
import { faultRecord } from '../../run/fault-record.ts';
import { JudgeWorld } from './world.ts';

const HOUR_MS = 200;
export const SETTINGS = { hourMs: HOUR_MS, maxOutOfOrderMs: 40, allowedLatenessMs: 60, checkpointIntervalMs: 50 };
const FAULT_FOLDER = 'faults';
/** Virtual time after which a run that is not drained never will be. */
const LIMIT_MS = 20_000;

/** Four partitions, four hours, 12,000 impressions: some out of order, some late, and of those some too late. */
export const STREAM: SyntheticStreamOptions = {
  seed: 11,
  partitions: 4,
  ratePerSecond: 15_000,
  hourMs: HOUR_MS,
  hours: 4,
  startMs: 4_000_000 * HOUR_MS,
  outOfOrderFraction: 0.05,
  maxOutOfOrderMs: SETTINGS.maxOutOfOrderMs,
  lateFraction: 0.05,
  maxLateMs: 150,
};

/** What a judge may touch while a pipeline runs. */
export interface Scene {
  world: JudgeWorld;
  runtime: MemoryRuntime;
  source: SyntheticStream;
  declaration: Declaration;
  job: RunningJob;
  stores: Partial<Record<StoreName, KeyValueStore>>;
  query: QueryService;
}

export interface RunPlan {
  /** In words. */
  name: string;
  declaration: Declaration;
  seed: number;
  stream?: SyntheticStreamOptions;
  arrival?: 'live' | 'filled';
  crashes?: readonly PlannedCrash[];
  silentAfterMs?: number;
  stores?: 'memory' | 'lmdb';
  /** Before the job starts. */
  prepare?: (world: JudgeWorld) => void;
  /** Beside the stream, from `go` on. */
  meanwhile?: (scene: Scene) => Promise<void>;
  /** When all is drained, before the audit. */
  afterDrain?: (scene: Scene) => Promise<void>;
}

export interface Judged {
  name: string;
  verdict: Verdict;
  reason: string;
}

/** The verdict of a run; a run that breaks off is UNKNOWN, one that is never drained INVALID, with the reason. */
export async function judgedRun(plan: RunPlan): Promise<Judged> {
  const { name } = plan;
  const source = new SyntheticStream(plan.stream ?? STREAM);
  const world = new JudgeWorld(plan.seed, source.startMs, plan.stores ?? 'memory');
  try {
    return { name, ...(await world.run(runInside(plan, source, world), LIMIT_MS)) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const isStuck = reason.includes('virtual time');
    return { name, verdict: isStuck ? 'INVALID' : 'UNKNOWN', reason: isStuck ? `not drained: ${reason}` : reason };
  } finally {
    world.close();
  }
}

async function runInside(plan: RunPlan, source: SyntheticStream, world: JudgeWorld): Promise<Omit<Judged, 'name'>> {
  const { declaration, arrival = 'live', crashes = [] } = plan;
  const runtime = world.process();
  plan.prepare?.(world);
  const director = new FaultDirector(runtime, FAULT_FOLDER, crashes, declaration.stages.length);
  const log = world.logs.open({ kind: 'memory', name: 'log', partitions: source.partitions });
  if (arrival === 'filled') {
    await fillLog(source, log);
    await world.delay(source.endMs - world.nowMs());
  }
  const engine = new EmbeddedEngine(runtime, 0, { silentAfterMs: plan.silentAfterMs ?? 5000 });
  const job = await engine.start({ ...jobOf(declaration, source), hooks: director.binding() }, director);
  director.attach(job);
  const stores: Partial<Record<StoreName, KeyValueStore>> = {};
  for (const name of storesOf(declaration)) stores[name] = await runtime.openStore({ kind: 'memory', name });
  const query = new QueryService({
    answer: declaration.answer,
    partitions: source.partitions,
    stores,
    state: job.state,
  });
  const scene: Scene = { world, runtime, source, declaration, job, stores, query };
  job.go();
  const meanwhile = plan.meanwhile?.(scene);
  if (arrival === 'live') await appendLive(scene);
  await job.drained();
  await meanwhile;
  await plan.afterDrain?.(scene);
  const judged = await verdictOn(scene, director, crashes);
  await job.stop();
  return judged;
}

function jobOf(declaration: Declaration, source: SyntheticStream): JobSpecification {
  return {
    declaration,
    settings: SETTINGS,
    log: { kind: 'memory', name: 'log', partitions: source.partitions },
    stores: { serving: { kind: 'memory', name: 'serving' }, speed: { kind: 'memory', name: 'speed' } },
    workers: 2,
    directory: 'job',
  };
}

/** Appends every block when its last row is due, with heartbeats now and then. */
async function appendLive({ world, source }: Scene): Promise<void> {
  const log = world.logs.open({ kind: 'memory', name: 'log', partitions: source.partitions });
  const cutters = await BlockCutter.openAll(source, log);
  await Promise.all(
    cutters.map(async (cutter) => {
      for (let rows = cutter.rowsOfNextBlock(); rows > 0; rows = cutter.rowsOfNextBlock()) {
        await world.delay(cutter.scheduledMs(cutter.next + rows - 1) - world.nowMs());
        await cutter.append(rows, world.nowMs());
        if (world.random() < 0.1) await cutter.writer.heartbeat(world.nowMs());
      }
      await world.delay(source.endMs - world.nowMs());
      await cutter.writer.end(world.nowMs());
      await cutter.writer.close();
    }),
  );
}

/** The audit and the verdict of a real failure act, with the world in the place of its pipeline. */
async function verdictOn(
  scene: Scene,
  director: FaultDirector,
  crashes: readonly PlannedCrash[],
): Promise<Omit<Judged, 'name'>> {
  const { world, runtime, source, declaration, job, stores, query } = scene;
  const records = await director.records();
  const seen = { events: job.events, probes: [], startMs: source.startMs };
  const faults = crashes.map((crash) => faultRecord(crash, records, seen));
  const input = {
    source,
    declaration,
    config: SETTINGS,
    pipeline: { runtime: { files: runtime.files, openLog: openFileLog }, job, stores, query },
    log: { kind: 'files', directory: world.logFolder, partitions: source.partitions },
    repeated: director.repeatedEvents(),
    ...doubtAfter(crashes),
    faultFolder: FAULT_FOLDER,
  } as unknown as AuditInput;
  const invalidBecause: string[] = [];
  let audited: Audited;
  try {
    const audit = await auditFinalAnswers(input);
    if (audit.logDifference !== undefined) invalidBecause.push(`the log is not the stream: ${audit.logDifference}`);
    audited = { audit, seconds: 0 };
  } catch (error) {
    audited = { failure: error instanceof Error ? error.message : String(error), seconds: 0 };
  }
  const planned = faults.map(({ trigger, bit }) => ({ name: trigger, bit }));
  return verdictOnFaults(declaration, audited, planned, invalidBecause);
}
