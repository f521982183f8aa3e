/**
 * An upgrade and its rollback, audited: program A on the open stream, stopped with a savepoint; a changed program B
 * from there; B stopped, and A again from the first savepoint; at last B again from its own. The generator never waits.
 */
import type { ImpressionSource } from '../../generators/impression-source.ts';
import { MonotonicClock, wallClockMs } from '../../substrates/clock.ts';
import { type StoreName, storesOf } from '../../substrates/declaration.ts';
import type { KeyValueStoreBinding } from '../../substrates/key-value-store/key-value-store.ts';
import { NodeRuntime } from '../../substrates/node-runtime.ts';
import type { Savepoint } from '../../substrates/stream-engine/stream-engine.ts';
import type { ServerCredentials } from '../config/credentials.ts';
import type { RunConfig } from '../config/run-config.ts';
import { declarationsOf } from '../run/declarations.ts';
import { settingsOf } from '../run/pipeline.ts';
import type { ProgressSink } from '../run/progress-sink.ts';
import { openRunEngine, type RunEngine } from '../run/run-engine.ts';
import { freshRunId } from '../run/run-id.ts';
import { RunServers } from '../run/run-servers.ts';
import { RunSubstrates } from '../run/run-substrates.ts';
import { planStreams } from '../run/streams.ts';
import { Workspace } from '../run/workspace.ts';
import { assertTakesSavepoints, clusterRest } from './cluster-rest.ts';
import { Course, type Programs } from './course.ts';
import type { Change, Program } from './program.ts';
import { type UpgradeResult, verdictOf, writeUpgrade } from './upgrade-result.ts';

export interface UpgradeOptions {
  /** Of one architecture, on Flink. */
  config: RunConfig;
  credentials: ServerCredentials;
  change: Change;
  progress: ProgressSink;
  signal: AbortSignal;
}

/**
 * Resolves also if what was found is not exact: its verdict says so. Errors: `JobFailedError`, `GeneratorFailedError`,
 * `InterruptedError`, and those of servers.
 */
export async function runUpgrade(options: UpgradeOptions): Promise<{ result: UpgradeResult; path: string }> {
  const { config, credentials, change, signal, progress } = options;
  await assertTakesSavepoints(clusterRest(config.engine, credentials));
  const runId = `upgrade-${freshRunId()}`;
  const startedAt = new Date(wallClockMs()).toISOString();
  const workspace = await Workspace.create(config.out, runId);
  const substrates = new RunSubstrates(config, credentials, runId);
  const seen: Savepoint[] = [];
  try {
    const engine = await openRunEngine(config, credentials, await RunServers.of(config), (text) => progress.done(text));
    const source = await (await planStreams(config, workspace)).steady();
    const host = { runtime: new NodeRuntime(MonotonicClock.readingNow(0)), engine, signal };
    const programs = await programsOf(options, substrates, workspace);
    const course = new Course({ host, source, programs, change, progress, seen });
    try {
      const found = await course.run();
      const { latenessP99Ms } = course;
      const result: UpgradeResult = {
        schemaVersion: '1.1.0',
        runId,
        startedAt,
        ...(await describe(options, engine)),
        stream: { ...streamOf(config, source), generatorLatenessP99Ms: latenessP99Ms },
        ...found,
        verdict: verdictOf({ change, ...found }),
      };
      return { result, path: await writeUpgrade(workspace.directory, result) };
    } finally {
      await course.close();
    }
  } finally {
    await remove(seen, options);
    await substrates.close();
    await workspace.close();
  }
}

async function programsOf(
  { config, change }: UpgradeOptions,
  substrates: RunSubstrates,
  workspace: Workspace,
): Promise<Programs> {
  const [declaration] = await declarationsOf(config);
  if (declaration === undefined) throw new Error('an upgrade was given no architecture');
  const folder = await workspace.folder('upgrade');
  const log = await substrates.log(`upgrade-${declaration.name}`, config.partitions, `${folder}/log`);
  const program = async (name: Program['name']): Promise<Program> => {
    const stores: Partial<Record<StoreName, KeyValueStoreBinding>> = {};
    for (const store of storesOf(declaration)) {
      const what = `${name.toLowerCase()}-${declaration.name}`;
      stores[store] = await substrates.store(what, store, { folder, sync: config.storeSync === 'on' });
    }
    const settings = settingsOf(config, true);
    const directory = `${folder}/${name}`;
    return { name, specification: { declaration, settings, log, stores, workers: config.workers, directory } };
  };
  const a = await program('A');
  const b = await program('B');
  const settings = { ...a.specification.settings, hourMs: 2 * config.hourMs };
  return {
    a,
    b: changed(b, change),
    otherWindow: { ...b, specification: { ...b.specification, settings } },
  };
}

function changed(program: Program, change: Change): Program {
  switch (change.kind) {
    case 'sink':
      return program;
    case 'filter':
      return { ...program, filter: { keepOneIn: change.keepOneIn } };
    case 'rescale':
      return { ...program, parallelism: change.parallelism };
  }
}

/** Positions in them are those of a topic that goes too. */
async function remove(
  savepoints: readonly Savepoint[],
  { config, credentials, progress }: UpgradeOptions,
): Promise<void> {
  const rest = clusterRest(config.engine, credentials);
  for (const { location } of savepoints) {
    await rest.disposeSavepoint(location).catch((error: Error) => {
      progress.warn(`the savepoint ${location} is left: ${error.message}`);
    });
  }
}

/** What was upgraded, where. */
async function describe(
  { config, change }: UpgradeOptions,
  engine: RunEngine,
): Promise<Pick<UpgradeResult, 'architecture' | 'change' | 'engine' | 'log' | 'store'>> {
  const { architectures, log, store } = config;
  return { architecture: architectures[0] ?? '', change, engine: await engine.describe(), log, store };
}

function streamOf(
  config: RunConfig,
  source: ImpressionSource,
): Omit<UpgradeResult['stream'], 'generatorLatenessP99Ms'> {
  const { ratePerSecond, hourMs, actHours: hours, seed, partitions } = config;
  return { ratePerSecond, hourMs, hours, seed, partitions, events: source.totalImpressions };
}
