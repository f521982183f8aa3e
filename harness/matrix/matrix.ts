/**
 * The fault matrix: every kind of fault against every architecture, a short real run each, with worker processes, a log
 * and stores on the disk. Only the failure act is run.
 */
import { architectures } from '../../architectures/registry.ts';
import type { Declaration } from '../../substrates/declaration.ts';
import { JobFailedError } from '../../substrates/stream-engine/stream-engine.ts';
import type { ServerCredentials } from '../config/credentials.ts';
import { isFlink, type RunConfig, runConfigSchema, withDefaults } from '../config/run-config.ts';
import type { FaultDefinition } from '../faults/fault.ts';
import type { ServerFacts } from '../faults/proxy/servers.ts';
import { type RealServerPlaces, realServersOf } from '../faults/real-servers.ts';
import { faultDefinitions } from '../faults/registry.ts';
import { GeneratorFailedError } from '../load/generator-process.ts';
import type { FailureAct } from '../results/acts.ts';
import { type ActContext, LeadTime } from '../run/act-context.ts';
import { runFailure } from '../run/failure-act.ts';
import type { ProgressSink } from '../run/progress-sink.ts';
import { openRunEngine } from '../run/run-engine.ts';
import { freshRunId } from '../run/run-id.ts';
import { RunServers } from '../run/run-servers.ts';
import { RunSubstrates } from '../run/run-substrates.ts';
import { distinctPerEventOf } from '../run/steady-act.ts';
import { planStreams } from '../run/streams.ts';
import { Workspace } from '../run/workspace.ts';
import { ownedFlink } from '../services/owned-flink.ts';
import { ownedService } from '../services/services.ts';
import { type Cell, cellOf, failedCell, notApplicable } from './cell.ts';
import { type MatrixPace, paceOnFlink } from './pace.ts';

/** How jobs on Flink are set. */
export type EngineSettings = Pick<
  RunConfig,
  'flinkStateBackend' | 'flinkCheckpointAlignment' | 'flinkParallelism' | 'statePath'
>;

export interface MatrixOptions extends MatrixPace {
  kinds: readonly string[];
  architectures: readonly string[];
  out: string;
  signal: AbortSignal;
  /** Where log and stores are; embedded, if nobody says so. */
  substrates?: Partial<RealServerPlaces & EngineSettings>;
  credentials?: ServerCredentials;
  /** Called after each cell. */
  done: (cell: Cell, cells: number, of: number) => void;
}

/** A machine that is busy for a moment must not look dead, and a zombie must not take long. */
const SILENT_AFTER_MS = 900;
/** A worker whose call to a real server waits for a time-out must not look dead either. */
const SILENT_AFTER_ON_SERVERS_MS = 5000;
const CHECKPOINT_INTERVAL_MS = 100;
/** A checkpoint of a whole job is no matter of milliseconds. */
const CHECKPOINT_INTERVAL_ON_FLINK_MS = 1000;
/** A run that is invalid proves nothing and is taken once more; the cell says why it was. */
const ATTEMPTS = 2;

export interface MatrixRun {
  cells: Cell[];
  directory: string;
  places: Places;
}

/** Where log and stores were: `files`, `lmdb`, or URLs without secrets. */
export type Places = Pick<RunConfig, 'log' | 'store' | 'speedStore'> & Partial<Pick<RunConfig, 'engine'>>;

/** What all cells share. */
interface Bench {
  options: MatrixOptions;
  workspace: Workspace;
  lead: LeadTime;
  /** The real servers behind log and stores; none where they are embedded. */
  realServers: readonly ServerFacts[];
}

export async function runMatrix(options: MatrixOptions): Promise<MatrixRun> {
  const kinds = faultDefinitions.filter(({ kind }) => options.kinds.includes(kind));
  const declarations = architectures.filter(({ name }) => options.architectures.includes(name));
  const config = configOf(options, 'crash', 'alpha');
  const realServers = await realServersOf(config, {
    ownedService: (url) => ownedService(url),
    ownedFlink: (url) => ownedFlink(url),
  });
  const workspace = await Workspace.create(options.out, `matrix-${freshRunId()}`);
  const bench: Bench = { options, workspace, lead: new LeadTime(), realServers };
  const cells: Cell[] = [];
  const of = kinds.length * declarations.length;
  try {
    for (const definition of kinds) {
      for (const declaration of declarations) {
        options.signal.throwIfAborted();
        const cell =
          notApplicable(definition, declaration, realServers) ?? (await takeCell(bench, definition, declaration));
        cells.push(cell);
        options.done(cell, cells.length, of);
      }
    }
    const { log, store, speedStore, engine } = config;
    return {
      cells,
      directory: workspace.directory,
      places: { log, store, speedStore, ...(isFlink(engine) ? { engine } : {}) },
    };
  } finally {
    await workspace.close();
  }
}

async function takeCell(bench: Bench, definition: FaultDefinition, declaration: Declaration): Promise<Cell> {
  const config = configOf(bench.options, definition.kind, declaration.name);
  const invalid: string[] = [];
  for (;;) {
    const cell = await runOnce(bench, config, declaration).then(
      (act) => cellOf(definition, declaration, act, bench.realServers),
      (error: unknown) => {
        // Whoever ended the matrix gets their way; whatever else has failed is the cell's, and the next ones may do.
        if (bench.options.signal.aborted) throw error;
        return failedCell(definition, declaration, error, bench.realServers);
      },
    );
    if (cell.verdict !== 'INVALID' || invalid.length + 1 === ATTEMPTS) {
      return invalid.length === 0 ? cell : { ...cell, invalidBefore: invalid };
    }
    invalid.push(cell.found);
  }
}

async function runOnce(
  { options, workspace, lead, realServers }: Bench,
  config: RunConfig,
  declaration: Declaration,
): Promise<FailureAct> {
  const { signal, credentials = {} } = options;
  const streams = await planStreams(config, workspace);
  const substrates = new RunSubstrates(config, credentials, freshRunId());
  const servers = await RunServers.of(config);
  const context: ActContext = {
    config,
    workspace,
    substrates,
    servers,
    engine: await openRunEngine(config, credentials, servers, () => undefined),
    progress: silent,
    signal,
    streams,
    lead,
    silentAfterMs: realServers.length === 0 ? SILENT_AFTER_MS : SILENT_AFTER_ON_SERVERS_MS,
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
  } finally {
    await substrates.close();
  }
}

function configOf(options: MatrixOptions, kind: string, architecture: string): RunConfig {
  const onFlink = isFlink(options.substrates?.engine ?? '');
  const { ratePerSecond, hourMs, hours } = onFlink ? paceOnFlink(architecture) : options;
  const { out } = options;
  const settings = {
    ...options.substrates,
    architectures: [architecture],
    ratePerSecond,
    commonRatePerSecond: ratePerSecond,
    hourMs,
    actHours: hours,
    minimumAuditedKeys: 1,
    checkpointIntervalMs: onFlink ? CHECKPOINT_INTERVAL_ON_FLINK_MS : CHECKPOINT_INTERVAL_MS,
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
