/**
 * The fault matrix: every kind of fault against every architecture, a short real run each, with worker processes, a log
 * and stores on the disk. Only the failure act is run.
 */
import { architectures } from '../../architectures/registry.ts';
import type { Declaration } from '../../substrates/declaration.ts';
import { JobFailedError } from '../../substrates/stream-engine/stream-engine.ts';
import { type RunConfig, runConfigSchema, withDefaults } from '../config/run-config.ts';
import type { FaultDefinition } from '../faults/fault.ts';
import { faultDefinitions } from '../faults/registry.ts';
import { GeneratorFailedError } from '../load/generator-process.ts';
import type { FailureAct } from '../results/acts.ts';
import { type ActContext, LeadTime } from '../run/act-context.ts';
import { runFailure } from '../run/failure-act.ts';
import type { ProgressSink } from '../run/progress-sink.ts';
import { freshRunId } from '../run/run-id.ts';
import { distinctPerEventOf } from '../run/steady-act.ts';
import { planStreams } from '../run/streams.ts';
import { Workspace } from '../run/workspace.ts';
import { type Cell, cellOf, notApplicable } from './cell.ts';

export interface MatrixOptions {
  kinds: readonly string[];
  architectures: readonly string[];
  out: string;
  ratePerSecond: number;
  hourMs: number;
  hours: number;
  signal: AbortSignal;
  /** Called after each cell. */
  done: (cell: Cell, cells: number, of: number) => void;
}

export const MATRIX_DEFAULTS = { ratePerSecond: 40_000, hourMs: 500, hours: 4, out: 'results' } as const;
/** A machine that is busy for a moment must not look dead, and a zombie must not take long. */
const SILENT_AFTER_MS = 900;
const CHECKPOINT_INTERVAL_MS = 100;
/** A run that is invalid proves nothing and is taken once more; the cell says why it was. */
const ATTEMPTS = 2;

export interface MatrixRun {
  cells: Cell[];
  directory: string;
}

export async function runMatrix(options: MatrixOptions): Promise<MatrixRun> {
  const kinds = faultDefinitions.filter(({ kind }) => options.kinds.includes(kind));
  const declarations = architectures.filter(({ name }) => options.architectures.includes(name));
  const workspace = await Workspace.create(options.out, `matrix-${freshRunId()}`);
  const lead = new LeadTime();
  const cells: Cell[] = [];
  const of = kinds.length * declarations.length;
  try {
    for (const definition of kinds) {
      for (const declaration of declarations) {
        options.signal.throwIfAborted();
        const cell =
          notApplicable(definition, declaration) ?? (await takeCell(options, workspace, lead, definition, declaration));
        cells.push(cell);
        options.done(cell, cells.length, of);
      }
    }
    return { cells, directory: workspace.directory };
  } finally {
    await workspace.close();
  }
}

async function takeCell(
  options: MatrixOptions,
  workspace: Workspace,
  lead: LeadTime,
  definition: FaultDefinition,
  declaration: Declaration,
): Promise<Cell> {
  const config = configOf(options, definition.kind, declaration.name);
  const invalid: string[] = [];
  for (;;) {
    const act = await runOnce(config, workspace, lead, declaration, options.signal);
    const cell = cellOf(definition, declaration, act);
    if (cell.verdict !== 'INVALID' || invalid.length + 1 === ATTEMPTS) {
      return invalid.length === 0 ? cell : { ...cell, invalidBefore: invalid };
    }
    invalid.push(cell.found);
  }
}

async function runOnce(
  config: RunConfig,
  workspace: Workspace,
  lead: LeadTime,
  declaration: Declaration,
  signal: AbortSignal,
): Promise<FailureAct> {
  const streams = await planStreams(config, workspace);
  const context: ActContext = {
    config,
    workspace,
    progress: silent,
    signal,
    streams,
    lead,
    silentAfterMs: SILENT_AFTER_MS,
    countsOnly: true,
  };
  const commonRatePerSecond = config.ratePerSecond;
  const source = await streams.failure(commonRatePerSecond);
  try {
    return await runFailure(context, {
      declaration,
      source,
      commonRatePerSecond,
      distinctPerEvent: distinctPerEventOf(source),
    });
  } catch (error) {
    if (!(error instanceof JobFailedError || error instanceof GeneratorFailedError)) throw error;
    return { state: 'invalid', reasons: [error.message] };
  }
}

function configOf(options: MatrixOptions, kind: string, architecture: string): RunConfig {
  const { ratePerSecond, hourMs, hours, out } = options;
  const settings = {
    architectures: [architecture],
    ratePerSecond,
    commonRatePerSecond: ratePerSecond,
    hourMs,
    actHours: hours,
    minimumAuditedKeys: 1,
    checkpointIntervalMs: CHECKPOINT_INTERVAL_MS,
    faults: [kind],
    storeSync: 'off' as const,
    out,
  };
  return runConfigSchema.parse(withDefaults(settings, [architecture]));
}

const silent: ProgressSink = {
  phase: () => undefined,
  update: () => undefined,
  warn: () => undefined,
  done: () => undefined,
};
