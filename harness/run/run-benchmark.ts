/**
 * A run: capacity of all architectures, then steady of all, then failure of all, and a result that is written as it
 * grows.
 */
import { resolve } from 'node:path';
import type { ImpressionSource } from '../../generators/impression-source.ts';
import type { Declaration } from '../../substrates/declaration.ts';
import { JobFailedError } from '../../substrates/stream-engine/stream-engine.ts';
import { BenchError } from '../cli/bench-error.ts';
import type { FinishedRun, RunContext } from '../cli/dependencies.ts';
import { readFaultPlan } from '../config/fault-plan-file.ts';
import type { RunConfig } from '../config/run-config.ts';
import type { FaultSpecification } from '../faults/fault.ts';
import { InjectionDesk } from '../faults/injection-desk.ts';
import { whyForbidden } from '../faults/permission.ts';
import { GeneratorFailedError } from '../load/generator-process.ts';
import type { CapacityAct } from '../results/acts.ts';
import { type ActContext, InterruptedError, LeadTime } from './act-context.ts';
import { type FilledLog, fillCapacityLog, runCapacity, runRung } from './capacity-act.ts';
import { declarationsOf, forReplay, replayWarning, rungsOf } from './declarations.ts';
import { describeEnvironment } from './environment.ts';
import { runFailure } from './failure-act.ts';
import { ResultBuilder } from './result-builder.ts';
import { openRunEngine } from './run-engine.ts';
import { freshRunId } from './run-id.ts';
import { RunServers } from './run-servers.ts';
import { RunSubstrates } from './run-substrates.ts';
import { distinctPerEventOf, runSteady } from './steady-act.ts';
import { planStreams } from './streams.ts';
import { Workspace } from './workspace.ts';

type Unmeasured = { state: 'invalid'; reasons: string[] } | { state: 'interrupted' };

/** Runs an act and keeps what became of it: a job or a generator that fails ends the act, and not the run. */
async function settle<Act>(run: () => Promise<Act>, keep: (act: Act | Unmeasured) => Promise<void>): Promise<void> {
  let act: Act | Unmeasured;
  try {
    act = await run();
  } catch (error) {
    if (error instanceof InterruptedError) await keep({ state: 'interrupted' });
    if (!(error instanceof JobFailedError || error instanceof GeneratorFailedError)) throw error;
    act = { state: 'invalid', reasons: [error.message] };
  }
  await keep(act);
}

/**
 * Runs the whole benchmark. Resolves also when it was interrupted, with what was measured.
 * Errors: `DeclarationError`, `TraceError`, and what keeps a run from starting at all.
 */
export async function runBenchmark(config: RunConfig, context: RunContext): Promise<FinishedRun> {
  const { progress, signal } = context;
  const asked = await declarationsOf(config);
  const runId = freshRunId();
  const workspace = await Workspace.create(config.out, runId);
  const substrates = new RunSubstrates(config, context.credentials, runId);
  const servers = await RunServers.of(config);
  let injections: InjectionDesk | undefined;
  try {
    const streams = await planStreams(config, workspace);
    const faultPlan =
      config.faultPlan === undefined ? undefined : await readFaultPlan(resolve(config.faultPlan), config.partitions);
    requirePermission(config, faultPlan ?? [], asked, servers);
    const engine = await openRunEngine(config, context.credentials, servers, (text) =>
      progress.phase('calibrate', text),
    );
    injections = await InjectionDesk.open(workspace.directory);
    const lead = new LeadTime();
    const act: ActContext = {
      config,
      workspace,
      substrates,
      servers,
      engine,
      progress,
      signal,
      streams,
      lead,
      faultPlan,
      injections,
    };
    const { replayCutOffMs } = streams;
    const declarations = replayCutOffMs === undefined ? asked : forReplay(asked, config, replayCutOffMs);
    const { environment, warnings } = await describeEnvironment(act);
    const ofReplay = replayCutOffMs === undefined ? undefined : replayWarning(declarations);
    if (ofReplay !== undefined) {
      progress.warn(ofReplay.message);
      warnings.push(ofReplay);
    }
    const builder = new ResultBuilder(workspace.directory, runId, config, environment, declarations, warnings);
    let interrupted = false;
    try {
      await runActs(act, declarations, builder);
    } catch (error) {
      if (!(error instanceof InterruptedError) && !signal.aborted) throw error;
      interrupted = true;
    }
    return { result: await builder.finish(interrupted), directory: workspace.directory };
  } finally {
    await injections?.close();
    await substrates.close();
    await workspace.close();
  }
}

/** Faults are done to nobody's servers but our own, or those that the user says are theirs. */
function requirePermission(
  { faults }: RunConfig,
  plan: readonly FaultSpecification[],
  declarations: readonly Declaration[],
  servers: RunServers,
): void {
  const kinds = faults === 'none' ? [] : faults;
  const forbidden = whyForbidden([...kinds.map((kind) => ({ kind })), ...plan], declarations, servers.facts);
  if (forbidden === undefined) return;
  const cut = forbidden.lastIndexOf(': ');
  throw new BenchError('OB_CONFLICT', forbidden.slice(0, cut), `${forbidden.slice(cut + 2)}.`);
}

async function runActs(act: ActContext, declarations: readonly Declaration[], builder: ResultBuilder): Promise<void> {
  await runCapacities(act, declarations, builder);
  const source = await act.streams.steady();
  const distinctPerEvent = distinctPerEventOf(source);
  builder.describeStream(source, distinctPerEvent);
  for (const declaration of declarations) {
    act.signal.throwIfAborted();
    act.progress.phase('steady', `${declaration.name} at ${perSecond(source).toLocaleString('en')} events/s`);
    await settle(
      () => runSteady(act, declaration, source, distinctPerEvent),
      (steady) => builder.steady(declaration.name, steady),
    );
  }
  await runFailures(act, declarations, builder);
}

async function runCapacities(
  act: ActContext,
  declarations: readonly Declaration[],
  builder: ResultBuilder,
): Promise<void> {
  const log = await fillCapacityLog(act);
  try {
    for (const declaration of declarations) {
      act.signal.throwIfAborted();
      act.progress.phase('capacity', `${declaration.name} drains the log`);
      await settle<CapacityAct>(
        async () => ({ state: 'measured', ...(await runCapacity(act, log, declaration)) }),
        (capacity) => builder.capacity(declaration.name, capacity),
      );
      await runRungs(act, log, declaration, builder);
    }
  } finally {
    await act.substrates.removeLog(log.binding);
    await act.workspace.discard(log.folder);
  }
  builder.requireCapacity();
}

async function runRungs(act: ActContext, log: FilledLog, declaration: Declaration, builder: ResultBuilder) {
  const { config, signal, progress } = act;
  if (!config.rungs || builder.result.architectures[declaration.name]?.capacity.state !== 'measured') return;
  for (const plan of rungsOf(declaration, config)) {
    signal.throwIfAborted();
    progress.phase('capacity', `${declaration.name} drains the log: ${plan.name}`);
    try {
      await builder.rung(declaration.name, await runRung(act, log, plan));
    } catch (error) {
      if (!(error instanceof JobFailedError)) throw error;
      const message = `${declaration.name}, ${plan.name}: ${error.message}`;
      progress.warn(message);
      builder.warn({ code: 'rung-failed', message, architecture: declaration.name, act: 'capacity' });
    }
  }
}

async function runFailures(
  act: ActContext,
  declarations: readonly Declaration[],
  builder: ResultBuilder,
): Promise<void> {
  const planned = commonRate(act.config, builder);
  const source = await act.streams.failure(planned);
  const commonRatePerSecond = perSecond(source);
  const distinctPerEvent = distinctPerEventOf(source);
  builder.result.config.hours.failure = Math.round((source.endMs - source.startMs) / source.hourMs);
  for (const declaration of declarations) {
    act.signal.throwIfAborted();
    act.progress.phase(
      'failure',
      `${declaration.name} at ${commonRatePerSecond.toLocaleString('en')} events/s${act.config.faults === 'none' ? '' : ', with faults'}`,
    );
    const options = { declaration, source, commonRatePerSecond, distinctPerEvent };
    await settle(
      () => runFailure(act, options),
      (failure) => builder.failure(declaration.name, failure),
    );
  }
}

/** Half of the lowest capacity that was measured, to two digits, so that nobody falls behind; or what was asked for. */
function commonRate(config: RunConfig, builder: ResultBuilder): number {
  if (config.commonRatePerSecond !== undefined) return config.commonRatePerSecond;
  const capacities = Object.values(builder.result.architectures).flatMap(({ capacity }) =>
    capacity.state === 'measured' ? [capacity.eventsPerSecond] : [],
  );
  const half = Math.min(config.ratePerSecond, ...capacities.map((rate) => rate / 2));
  return Math.max(1000, Number(half.toPrecision(2)));
}

function perSecond(source: ImpressionSource): number {
  return Math.round((source.totalImpressions * 1000) / (source.endMs - source.startMs));
}
