/**
 * A run: capacity of all architectures, then steady of all, then failure of all, and a result that is written as it grows.
 */
import type { ImpressionSource } from '../../generators/impression-source.ts';
import type { Declaration } from '../../substrates/declaration.ts';
import { JobFailedError } from '../../substrates/stream-engine/stream-engine.ts';
import type { FinishedRun, RunContext } from '../cli/dependencies.ts';
import type { RunConfig } from '../config/run-config.ts';
import { GeneratorFailedError } from '../load/generator-process.ts';
import { type ActContext, InterruptedError } from './act-context.ts';
import { fillCapacityLog, runCapacity, runRung } from './capacity-act.ts';
import { declarationsOf, rungsOf } from './declarations.ts';
import { describeEnvironment } from './environment.ts';
import { runFailure } from './failure-act.ts';
import { ResultBuilder } from './result-builder.ts';
import { freshRunId } from './run-id.ts';
import { distinctPerEventOf, runSteady } from './steady-act.ts';
import { planStreams } from './streams.ts';
import { Workspace } from './workspace.ts';

/** What ends one act and not the run. */
function actFailure(error: unknown): string {
  if (error instanceof JobFailedError || error instanceof GeneratorFailedError) return error.message;
  throw error;
}

/**
 * Runs the whole benchmark. Resolves also when it was interrupted, with what was measured.
 * Errors: `DeclarationError`, `TraceError`, and what keeps a run from starting at all.
 */
export async function runBenchmark(config: RunConfig, context: RunContext): Promise<FinishedRun> {
  const { progress, signal } = context;
  const declarations = await declarationsOf(config);
  const runId = freshRunId();
  const workspace = await Workspace.create(config.out, runId);
  try {
    const streams = await planStreams(config, workspace);
    const act: ActContext = { config, workspace, progress, signal, streams };
    const { environment, warnings } = await describeEnvironment(act);
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
    await workspace.close();
  }
}

async function runActs(act: ActContext, declarations: readonly Declaration[], builder: ResultBuilder): Promise<void> {
  await runCapacities(act, declarations, builder);
  const source = await act.streams.steady();
  const distinctPerEvent = distinctPerEventOf(source);
  builder.describeStream(source, distinctPerEvent);
  for (const declaration of declarations) {
    act.signal.throwIfAborted();
    act.progress.phase('steady', `${declaration.name} at ${perSecond(source).toLocaleString('en')} events/s`);
    const steady = await runSteady(act, declaration, source, distinctPerEvent).catch((error: unknown) => ({
      state: 'invalid' as const,
      reasons: [actFailure(error)],
    }));
    await builder.steady(declaration.name, steady);
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
      const capacity = await runCapacity(act, log, declaration).then(
        (figures) => ({ state: 'measured' as const, ...figures }),
        (error: unknown) => ({ state: 'invalid' as const, reasons: [actFailure(error)] }),
      );
      await builder.capacity(declaration.name, capacity);
      if (!act.config.rungs || capacity.state !== 'measured') continue;
      for (const plan of rungsOf(declaration, act.config.storeSync === 'on')) {
        act.signal.throwIfAborted();
        act.progress.phase('capacity', `${declaration.name} drains the log: ${plan.name}`);
        await builder.rung(declaration.name, await runRung(act, log, plan));
      }
    }
  } finally {
    await act.workspace.discard(log.folder);
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
      `${declaration.name} at ${commonRatePerSecond.toLocaleString('en')} events/s, with crashes`,
    );
    const options = { declaration, source, commonRatePerSecond, distinctPerEvent };
    const failure = await runFailure(act, options).catch((error: unknown) => ({
      state: 'invalid' as const,
      reasons: [actFailure(error)],
    }));
    await builder.failure(declaration.name, failure);
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
