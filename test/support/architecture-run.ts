/**
 * One run of an architecture in a world in memory: a small synthetic stream goes through the embedded engine on virtual
 * time, workers crash where the plan says, and when all is drained every key is asked for and audited against the
 * oracle.
 */
import type { ImpressionSource } from '../../generators/impression-source.ts';
import { type ArrivalSpan, type Tally, tally } from '../../generators/oracle.ts';
import { SyntheticStream } from '../../generators/synthetic-stream.ts';
import { type AuditReport, auditAnswers } from '../../harness/audit/audit.ts';
import { collectAnswers, collectFromStore, neighbouringKeys } from '../../harness/audit/collect-answers.ts';
import { unionOfKeys } from '../../harness/audit/row-order.ts';
import type { CrashRecord, PlannedCrash } from '../../harness/faults/crash-plan.ts';
import { readDeletedRows } from '../../harness/faults/deleted-rows.ts';
import { FaultDirector, type RepeatedEvents } from '../../harness/faults/fault-director.ts';
import { BlockCutter } from '../../harness/load/block-cutter.ts';
import { fillLog } from '../../harness/load/fill-log.ts';
import { type Declaration, type StoreName, storesOf } from '../../substrates/declaration.ts';
import type { EventLog } from '../../substrates/event-log/event-log.ts';
import type { KeyValueStore, RowColumns } from '../../substrates/key-value-store/key-value-store.ts';
import type { MemoryRuntime, MemoryWorld } from '../../substrates/memory-runtime.ts';
import { QueryService } from '../../substrates/query-service.ts';
import { EmbeddedEngine } from '../../substrates/stream-engine/embedded/embedded-engine.ts';
import type {
  HooksBinding,
  JobSpecification,
  JobStatus,
  RunningJob,
} from '../../substrates/stream-engine/stream-engine.ts';
import type { TestWorld } from './memory-world.ts';
import { columnsOf, rowsOf } from './store-rows.ts';

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

export interface ArchitectureRun {
  declaration: Declaration;
  world: TestWorld;
  /** `live` appends on schedule in virtual time; `filled` is all there before the job starts. */
  arrival?: 'live' | 'filled';
  crashes?: readonly PlannedCrash[];
  /** Instead of the fault director's. */
  hooks?: HooksBinding;
  silentAfterMs?: number;
  workers?: number;
  /** Runs beside the stream, from `go` on. */
  meanwhile?: (job: RunningJob) => Promise<void>;
}

export interface Outcome {
  truth: Tally;
  answers: RowColumns;
  /** Against the truth; `unexplained` against the table that arrival times predict, where a batch job answers. */
  report: AuditReport;
  /** Events that the batch job refused because they came after the cut-off. */
  afterCutOffEvents: number;
  /** Lambda's speed store by itself, with the rows that were deleted from it. */
  speed: AuditReport | undefined;
  repeated: readonly RepeatedEvents[];
  crashes: CrashRecord[];
  events: RunningJob['events'];
  status: JobStatus;
}

export function runArchitecture(run: ArchitectureRun): Promise<Outcome> {
  return run.world.run(runInside(run), 60_000);
}

async function runInside(run: ArchitectureRun): Promise<Outcome> {
  const { declaration, world, arrival = 'live', crashes = [] } = run;
  const runtime = world.process();
  const director = new FaultDirector(runtime, 'faults', crashes, declaration.stages.length);
  const specification = { ...jobOf(declaration, run.workers ?? 2), hooks: run.hooks ?? director.binding() };
  const log = world.logs.open(memoryLog);
  if (arrival === 'filled') {
    await fillLog(SOURCE, log);
    await world.delay(SOURCE.endMs - world.nowMs());
  }
  const job = await new EmbeddedEngine(runtime, 0, { silentAfterMs: run.silentAfterMs ?? 5000 }).start(
    specification,
    director,
  );
  for (const event of job.events) director.onEvent(event);
  job.onEvent((event) => director.onEvent(event));
  job.go();
  const meanwhile = run.meanwhile?.(job);
  if (arrival === 'live') await appendLive(world, log);
  const status = await job.drained();
  await meanwhile;
  const outcome = await audit(run, runtime, job);
  await job.stop();
  const records = await director.records();
  return { ...outcome, repeated: director.repeatedEvents(), crashes: records, events: job.events, status };
}

const memoryLog = { kind: 'memory', name: 'log', partitions: SOURCE.partitions } as const;

export function jobOf(declaration: Declaration, workers: number): JobSpecification {
  return {
    declaration,
    settings: SETTINGS,
    log: memoryLog,
    stores: { serving: { kind: 'memory', name: 'serving' }, speed: { kind: 'memory', name: 'speed' } },
    workers,
    directory: 'job',
  };
}

/** Appends every block when its last row is due, with heartbeats now and then. */
export async function appendLive(world: MemoryWorld, log: EventLog): Promise<void> {
  const cutters = await BlockCutter.openAll(SOURCE, log);
  await Promise.all(
    cutters.map(async (cutter) => {
      for (let rows = cutter.rowsOfNextBlock(); rows > 0; rows = cutter.rowsOfNextBlock()) {
        await world.delay(cutter.scheduledMs(cutter.next + rows - 1) - world.nowMs());
        await cutter.append(rows, world.nowMs());
        if (world.random() < 0.1) await cutter.writer.heartbeat(world.nowMs());
      }
      await world.delay(SOURCE.endMs - world.nowMs());
      await cutter.writer.end(world.nowMs());
      await cutter.writer.close();
    }),
  );
}

type Audited = Pick<Outcome, 'truth' | 'answers' | 'report' | 'afterCutOffEvents' | 'speed'>;

async function audit(run: ArchitectureRun, runtime: MemoryRuntime, job: RunningJob): Promise<Audited> {
  const { declaration, world } = run;
  const stores: Partial<Record<StoreName, KeyValueStore>> = {};
  for (const name of storesOf(declaration)) stores[name] = await runtime.openStore({ kind: 'memory', name });
  const query = new QueryService({
    answer: declaration.answer,
    partitions: SOURCE.partitions,
    stores,
    state: job.state,
  });
  const truth = truthOf(declaration);
  let extra = neighbouringKeys(truth.rows, HOUR_MS);
  for (const store of Object.values(stores)) {
    extra = unionOfKeys(extra, await collectFromStore(store, 0, Number.MAX_SAFE_INTEGER));
  }
  const answers = await collectAnswers(query, truth.rows, extra);
  const predicted = await predictedTable(declaration, world);
  const speedStage = declaration.stages.findIndex((stage) => 'store' in stage && stage.store === 'speed');
  return {
    truth,
    answers,
    report: auditAnswers(truth.rows, answers, predicted?.rows),
    afterCutOffEvents: predicted?.afterCutOffEvents ?? 0,
    speed: stores.speed === undefined ? undefined : await auditSpeed(stores.speed, runtime, speedStage),
  };
}

const undropped = tally(SOURCE, { labelling: { by: 'event-time' } });
const withoutLate = tally(SOURCE, { labelling: { by: 'event-time', drop: SETTINGS } });

/** Only windows drop what comes too late. */
function truthOf(declaration: Declaration): Tally {
  return declaration.stages.some((stage) => stage.kind === 'window-state') ? withoutLate : undropped;
}

/** What a batch job counts where, from the arrival times that the log holds. */
async function predictedTable(declaration: Declaration, world: MemoryWorld): Promise<Tally | undefined> {
  const job = declaration.stages.find((stage) => stage.kind === 'batch-job');
  if (job === undefined) return undefined;
  const spans = await arrivalSpans(world.logs.open(memoryLog), SOURCE);
  if (job.bucketBy === 'arrival-time') return tally(SOURCE, { labelling: { by: 'arrival-time', spans } });
  return tally(SOURCE, { labelling: { by: 'event-time-before-cut-off', cutOffMs: job.cutOffMs, spans } });
}

async function arrivalSpans(log: EventLog, source: ImpressionSource): Promise<ArrivalSpan[][]> {
  const all: ArrivalSpan[][] = [];
  for (let partition = 0; partition < source.partitions; partition++) {
    const reader = await log.openReader(partition, 0);
    const spans: ArrivalSpan[] = [];
    for (let entry = await reader.read(); entry !== undefined; entry = await reader.read()) {
      if (entry.kind !== 'impressions') continue;
      const { firstSequence, count } = entry.block;
      spans.push({ firstSequence, count, arrivalMs: entry.arrivalMs });
    }
    all.push(spans);
  }
  return all;
}

async function auditSpeed(store: KeyValueStore, runtime: MemoryRuntime, stage: number): Promise<AuditReport> {
  const held = await collectFromStore(store, 0, Number.MAX_SAFE_INTEGER);
  const deleted = await readDeletedRows(runtime.files, 'faults', stage);
  return auditAnswers(undropped.rows, columnsOf([...rowsOf(held), ...rowsOf(deleted)]));
}
