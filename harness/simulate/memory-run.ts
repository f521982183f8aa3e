/**
 * One run of an architecture in a world in memory: a stream goes through the embedded engine on virtual time, workers
 * die where the plan says, and when all is drained every key is asked for and audited against the oracle.
 */
import type { ImpressionSource } from '../../generators/impression-source.ts';
import type { ArrivalSpan, Tally } from '../../generators/oracle.ts';
import { type Declaration, type StoreName, storesOf } from '../../substrates/declaration.ts';
import type { EventLog } from '../../substrates/event-log/event-log.ts';
import type { MemoryLogBinding } from '../../substrates/event-log/memory-log.ts';
import { spansOf } from '../../substrates/event-log/whole-log.ts';
import type { KeyValueStore, RowColumns } from '../../substrates/key-value-store/key-value-store.ts';
import type { MemoryRuntime } from '../../substrates/memory-runtime.ts';
import { QueryService } from '../../substrates/query-service.ts';
import { EmbeddedEngine } from '../../substrates/stream-engine/embedded/embedded-engine.ts';
import type {
  HooksBinding,
  JobSpecification,
  JobStatus,
  PipelineSettings,
  RunningJob,
} from '../../substrates/stream-engine/stream-engine.ts';
import { type AuditReport, auditAnswers } from '../audit/audit.ts';
import { collectAnswers, collectFromStore, neighbouringKeys, UnansweredError } from '../audit/collect-answers.ts';
import { unionOfKeys } from '../audit/row-order.ts';
import { sumRows } from '../audit/sum-rows.ts';
import type { CrashRecord, PlannedCrash } from '../faults/crash-plan.ts';
import { FaultDirector, type RepeatedEvents } from '../faults/fault-director.ts';
import { QueryPath } from '../faults/query-path.ts';
import type { Bite } from '../faults/worker/worker-fault.ts';
import type { SimulatedWorld } from './simulated-world.ts';
import type { StreamTruths } from './stream-truths.ts';

/** A killed worker has shown it, and its successor has not drained yet, by this long after its end. */
const SETTLE_MS = 40;

export interface MemoryRun {
  world: SimulatedWorld;
  source: ImpressionSource;
  truths: StreamTruths;
  settings: PipelineSettings;
  declaration: Declaration;
  workers: number;
  silentAfterMs: number;
  /** Workers that die in a row without having become ready before the job gives up; the engine's own, if absent. */
  maxFailedStarts?: number;
  /** Writes the stream, in virtual time beside the job, or before it starts. */
  append(log: EventLog): Promise<void>;
  arrival: 'live' | 'filled';
  crashes?: readonly PlannedCrash[];
  /** Plans more faults, before the workers begin. */
  inject?: (site: FaultSite) => Promise<void>;
  /** Called when all is drained, before the audit. */
  finished?: (site: FaultSite) => Promise<void>;
  /** What the workers get for the fault director's hooks. */
  replaceHooks?: (binding: HooksBinding) => HooksBinding;
  /** Runs beside the stream, from `go` on, and is waited for. */
  meanwhile?: (job: RunningJob) => Promise<void>;
  /** Runs beside the stream until all is drained, and is then told so. */
  beside?: (query: QueryService, drained: () => boolean) => Promise<void>;
}

/** What faults may lay their hands on. */
export interface FaultSite {
  runtime: MemoryRuntime;
  director: FaultDirector;
  job: RunningJob;
  jobDirectory: string;
  queryPath: QueryPath;
}

export interface MemoryOutcome {
  truth: Tally;
  answers: RowColumns;
  /** Against the truth; `unexplained` against the table that arrival times predict, where a batch job answers. */
  report: AuditReport;
  /** That table. */
  predicted: Tally | undefined;
  /** Lambda's speed store by itself, with the rows that were deleted from it. */
  speed: AuditReport | undefined;
  repeated: readonly RepeatedEvents[];
  crashes: CrashRecord[];
  /** What faults inside workers did. */
  bites: Bite[];
  events: RunningJob['events'];
  status: JobStatus;
  spans: ArrivalSpan[][];
}

/** The binding of the run's log. */
function logOf(source: ImpressionSource): MemoryLogBinding {
  return { kind: 'memory', name: 'log', partitions: source.partitions };
}

export function jobOf(run: Pick<MemoryRun, 'source' | 'settings' | 'declaration' | 'workers'>): JobSpecification {
  return {
    declaration: run.declaration,
    settings: run.settings,
    log: logOf(run.source),
    stores: { serving: { kind: 'memory', name: 'serving' }, speed: { kind: 'memory', name: 'speed' } },
    workers: run.workers,
    directory: 'job',
  };
}

/** To be run by the world's virtual time. Rejects if the job fails or cannot be audited. */
export async function runInMemory(run: MemoryRun): Promise<MemoryOutcome> {
  const { declaration, world, source, crashes = [], replaceHooks = (binding) => binding } = run;
  const runtime = world.process('supervisor');
  const director = new FaultDirector(runtime, 'faults', crashes, declaration.stages.length);
  const log = world.logs.open(logOf(source));
  if (run.arrival === 'filled') await run.append(log);
  const engine = new EmbeddedEngine(runtime, 0, {
    silentAfterMs: run.silentAfterMs,
    ...(run.maxFailedStarts === undefined ? {} : { maxFailedStarts: run.maxFailedStarts }),
  });
  const job = await engine.start(
    { ...jobOf(run), hooks: replaceHooks(director.binding()) },
    { beforeRestart: async (worker) => replaceHooks(await director.beforeRestart(worker)) },
  );
  director.attach(job);
  const queryPath = new QueryPath((durationMs) => runtime.sleep(durationMs));
  const site: FaultSite = { runtime, director, job, jobDirectory: jobOf(run).directory, queryPath };
  await run.inject?.(site);
  job.go();
  const stores = await openStores(declaration, runtime);
  const query = new QueryService({
    answer: declaration.answer,
    partitions: source.partitions,
    stores: Object.fromEntries(Object.entries(stores).map(([name, store]) => [name, queryPath.store(store)])),
    state: queryPath.state(job.state),
  });
  let drained = false;
  const beside = run.beside?.(query, () => drained);
  const meanwhile = run.meanwhile?.(job);
  // They are waited for later; a job that fails ends them before.
  for (const work of [beside, meanwhile]) work?.catch(() => undefined);
  if (run.arrival === 'live') await run.append(log);
  await meanwhile;
  await settled(world, job);
  drained = true;
  await beside;
  await run.finished?.(site);
  const audited = await auditInPeace(world, job, () => audit(run, query, stores, log));
  const status = job.status();
  await job.stop();
  const [crashesSeen, bites] = [await director.records(), await director.bites()];
  const repeated = director.repeatedEvents();
  return { ...audited, repeated, crashes: crashesSeen, bites, events: job.events, status };
}

async function openStores(
  declaration: Declaration,
  runtime: MemoryRuntime,
): Promise<Partial<Record<StoreName, KeyValueStore>>> {
  const stores: Partial<Record<StoreName, KeyValueStore>> = {};
  for (const name of storesOf(declaration)) stores[name] = await runtime.openStore({ kind: 'memory', name });
  return stores;
}

/** Resolves when all is drained, and nobody has died since. */
async function settled(world: SimulatedWorld, job: RunningJob): Promise<void> {
  for (;;) {
    await job.drained();
    const seen = job.events.length;
    await world.delay(SETTLE_MS);
    if (isQuietSince(job, seen)) return;
  }
}

/** Drained workers still write checkpoints, and may die of that: what was answered meanwhile is asked for again. */
async function auditInPeace<T>(world: SimulatedWorld, job: RunningJob, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    await settled(world, job);
    const seen = job.events.length;
    try {
      const audited = await ask();
      if (isQuietSince(job, seen)) return audited;
    } catch (error) {
      if (!(error instanceof UnansweredError) || isQuietSince(job, seen)) throw error;
    }
  }
}

function isQuietSince(job: RunningJob, seen: number): boolean {
  return job.events.slice(seen).every((event) => event.kind === 'note');
}

async function audit(
  run: MemoryRun,
  query: QueryService,
  stores: Partial<Record<StoreName, KeyValueStore>>,
  log: EventLog,
): Promise<Pick<MemoryOutcome, 'truth' | 'answers' | 'report' | 'predicted' | 'speed' | 'spans'>> {
  const { declaration, source, truths } = run;
  const spans = await spansOf(log);
  const truth = truths.of(declaration, spans);
  let extra = neighbouringKeys(truth.rows, source.hourMs);
  for (const store of Object.values(stores)) {
    extra = unionOfKeys(extra, await collectFromStore(store, 0, Number.MAX_SAFE_INTEGER));
  }
  const answers = await collectAnswers(query, truth.rows, extra);
  const job = declaration.stages.find((stage) => stage.kind === 'batch-job');
  const predicted = job === undefined ? undefined : truths.ofJob(job, spans);
  return {
    truth,
    answers,
    report: auditAnswers(truth.rows, answers, predicted?.rows),
    predicted,
    speed: stores.speed === undefined ? undefined : await auditSpeed(stores.speed, run.world, truths.undropped(spans)),
    spans,
  };
}

/** What the store holds and what was deleted from it, each key once. */
async function auditSpeed(store: KeyValueStore, world: SimulatedWorld, truth: Tally): Promise<AuditReport> {
  const held = await collectFromStore(store, 0, Number.MAX_SAFE_INTEGER);
  return auditAnswers(truth.rows, sumRows([held, ...world.deletedRows('speed')].map((rows) => ({ rows }))));
}
