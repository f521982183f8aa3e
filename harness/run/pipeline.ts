/**
 * One architecture at work: its log, its stores, the engine that runs it and the query service that answers from it, in
 * a folder of its own, on one clock. Everything is opened here and closed here.
 */
import { MonotonicClock } from '../../substrates/clock.ts';
import { type Declaration, type StoreName, storesOf } from '../../substrates/declaration.ts';
import type { EventLogBinding } from '../../substrates/event-log/event-log.ts';
import type { KeyValueStore, KeyValueStoreBinding } from '../../substrates/key-value-store/key-value-store.ts';
import { NodeRuntime } from '../../substrates/node-runtime.ts';
import { QueryService } from '../../substrates/query-service.ts';
import type {
  HooksBinding,
  JobStatus,
  PipelineSettings,
  RunningJob,
  StreamEngine,
  SupervisorHooks,
} from '../../substrates/stream-engine/stream-engine.ts';
import type { RunConfig } from '../config/run-config.ts';
import type { ProxyProcess } from '../faults/proxy/proxy-process.ts';
import { throughLinks } from '../faults/proxy/redirect.ts';
import { QueryPath } from '../faults/query-path.ts';
import type { CommandCheck } from '../measure/command-check.ts';
import { embeddedEngine, type RunEngine } from './run-engine.ts';
import type { RunSubstrates } from './run-substrates.ts';
import { StoreChecks } from './store-checks.ts';

export interface PipelineOptions {
  declaration: Declaration;
  config: RunConfig;
  folder: string;
  log: EventLogBinding;
  /** What the run's clock reads when the pipeline is opened. */
  clockStartsAtMs: number;
  storeSync: boolean;
  /** Where its stores come from. */
  substrates: RunSubstrates;
  /** What runs it; the embedded engine, if absent. */
  engine?: RunEngine;
  /** How increments are sent to Redis; as configured, if absent. */
  redisClient?: RunConfig['redisClient'] | undefined;
  checkpoints: boolean;
  /** A worker that says nothing for this long is replaced; the engine's own default, if absent. */
  silentAfterMs?: number | undefined;
  /** Stands between the workers, and nobody else, and real servers. */
  network?: Pick<ProxyProcess, 'addressOf'> | undefined;
  /** Made when the runtime is there: hooks of the workers and of the supervisor. */
  faults?: (runtime: NodeRuntime, folder: string) => { binding: HooksBinding; supervisor: SupervisorHooks };
}

export class Pipeline {
  /** Where everything of it is. */
  readonly folder: string;
  readonly runtime: NodeRuntime;
  readonly engine: StreamEngine;
  readonly job: RunningJob;
  /** Handles of the harness's own: their commands are probe traffic. */
  readonly stores: Partial<Record<StoreName, KeyValueStore>>;
  readonly query: QueryService;
  /** What queries pass on their way, so that they can be delayed. */
  readonly queryPath: QueryPath;
  readonly #substrates: RunSubstrates;
  readonly #storeChecks: StoreChecks;

  private constructor(
    folder: string,
    runtime: NodeRuntime,
    engine: StreamEngine,
    job: RunningJob,
    stores: Partial<Record<StoreName, KeyValueStore>>,
    query: QueryService,
    queryPath: QueryPath,
    substrates: RunSubstrates,
    storeChecks: StoreChecks,
  ) {
    this.#substrates = substrates;
    this.#storeChecks = storeChecks;
    this.folder = folder;
    this.runtime = runtime;
    this.engine = engine;
    this.job = job;
    this.stores = stores;
    this.query = query;
    this.queryPath = queryPath;
  }

  /** Resolves when all workers are ready and waiting for `job.go()`. */
  static async open(options: PipelineOptions): Promise<Pipeline> {
    const { declaration, config, folder, log, substrates, storeSync: sync, redisClient } = options;
    // Before the clock starts: making tables may take seconds.
    const bindings: Partial<Record<StoreName, KeyValueStoreBinding>> = {};
    for (const name of storesOf(declaration)) {
      bindings[name] = await substrates.store(declaration.name, name, { folder, sync, redisClient });
    }
    const runtime = new NodeRuntime(MonotonicClock.readingNow(options.clockStartsAtMs));
    const { engine: runEngine = embeddedEngine, silentAfterMs } = options;
    const engine = runEngine.engineFor(runtime, { silentAfterMs });
    const { network } = options;
    const forWorkers = <B extends EventLogBinding | KeyValueStoreBinding>(binding: B): B =>
      network === undefined ? binding : throughLinks(binding, (server) => network.addressOf(server));
    const faults = options.faults?.(runtime, `${folder}/faults`);
    const stores: Partial<Record<StoreName, KeyValueStore>> = {};
    let storeChecks: StoreChecks;
    let job: RunningJob | undefined;
    try {
      for (const [name, binding] of Object.entries(bindings) as [StoreName, KeyValueStoreBinding][]) {
        stores[name] = await runtime.openStore(binding);
      }
      storeChecks = await StoreChecks.before(stores);
      job = await engine.start(
        {
          declaration,
          settings: settingsOf(config, options.checkpoints),
          log: forWorkers(log),
          stores: Object.fromEntries(
            (Object.entries(bindings) as [StoreName, KeyValueStoreBinding][]).map(([name, b]) => [name, forWorkers(b)]),
          ),
          workers: config.workers,
          directory: `${folder}/job`,
          ...(faults === undefined ? {} : { hooks: faults.binding }),
        },
        faults?.supervisor,
      );
    } catch (error) {
      // A server that is away lets nothing be removed; why it could not be opened is what counts.
      await Promise.allSettled(Object.values(stores).map((store) => store.close()));
      await Promise.allSettled(Object.values(bindings).map((binding) => substrates.removeStore(binding)));
      throw error;
    }
    const queryPath = new QueryPath((durationMs) => runtime.sleep(durationMs));
    const delayable = Object.entries(stores).map(([name, store]) => [name, queryPath.store(store)]);
    const query = new QueryService({
      answer: declaration.answer,
      partitions: log.partitions,
      stores: Object.fromEntries(delayable) as typeof stores,
      state: queryPath.state(job.state),
    });
    return new Pipeline(folder, runtime, engine, job, stores, query, queryPath, substrates, storeChecks);
  }

  /** Commands that the harness itself has sent to the stores. */
  probeCommands(): number {
    return Object.values(this.stores).reduce((sum, store) => sum + store.counts.commands, 0);
  }

  /** Of a job that has stopped, none of whose workers was killed. */
  checkCommands(status: JobStatus): Promise<Partial<Record<StoreName, CommandCheck[]>>> {
    return this.#storeChecks.check(this.stores, status.stores);
  }

  async close(): Promise<void> {
    await this.job.stop();
    for (const store of Object.values(this.stores)) {
      await store.close();
      await this.#substrates.removeStore(store.binding);
    }
  }
}

export function settingsOf(config: RunConfig, checkpoints: boolean): PipelineSettings {
  return {
    hourMs: config.hourMs,
    maxOutOfOrderMs: config.maxOutOfOrderMs,
    allowedLatenessMs: config.allowedLatenessMs,
    checkpointIntervalMs: checkpoints ? config.checkpointIntervalMs : 0,
  };
}
