/**
 * The cluster as one job uses it: its REST API, the jar of the generic job, plans, batch jobs that run to their end,
 * and the way to the state of the streaming job.
 */

import type { KeyValueStoreBinding, StoreCounts } from '../../key-value-store/key-value-store.ts';
import type { StateReader } from '../../query-service.ts';
import type { Runtime } from '../../runtime.ts';
import type { JobSpecification } from '../stream-engine.ts';
import { FlinkRefusedError, FlinkUnavailableError } from './flink-errors.ts';
import { lastWordsOf, sumOf } from './last-words.ts';
import { type FlinkPlan, type FlinkPlanMode, planArguments } from './plan.ts';
import { type FlinkPlanOptions, planOf, queryableStageOf } from './plan-of.ts';
import { QueryableStateClient } from './queryable-state/queryable-state-client.ts';
import type { FlinkRest } from './rest/flink-rest.ts';
import { isOver } from './rest/translate.ts';
import type { JobDetails, SubtaskPlace } from './rest/types.ts';
import { queryableState, type StatePath, stateUpdates, unavailable } from './state-path.ts';

/** The job of a short hour is over soon. */
const POLL_EVERY_MS = 50;

/** A task manager that was started by whoever runs the job. */
export interface StartedTaskManager {
  readonly pid: number | undefined;
  isRunning(): boolean;
  kill(signal: NodeJS.Signals): boolean;
  /** Whether Flink means it by the id. */
  isCalled(taskManagerId: string): boolean;
}

export interface FlinkClusterOptions {
  rest: FlinkRest;
  /** File of the generic job. */
  jarFile: string;
  plan: FlinkPlanOptions;
  /** Those that are ours; their numbers are those of workers. */
  taskManagers: readonly StartedTaskManager[];
  /** `host:port` of the queryable-state proxies that there are now. */
  proxies: () => Promise<readonly string[]>;
  /** State is read from updates in a topic of the job's own, instead of by key. */
  stateUpdates?: { topicOf(topic: string): string; intervalMs: number };
}

/** Only to Redis a job on Flink can be led another way: the others name their nodes to it themselves. */
function ledOnlyToRedis(job: JobSpecification): JobSpecification {
  const direct = <B extends JobSpecification['log'] | KeyValueStoreBinding>(binding: B): B => {
    if (!('via' in binding)) return binding;
    const { via: _, ...rest } = binding;
    return rest as B;
  };
  const stores = Object.entries(job.stores).map(([name, one]) => [name, one.kind === 'redis' ? one : direct(one)]);
  return { ...job, log: direct(job.log), stores: Object.fromEntries(stores) };
}

/** Is told of a batch job. */
export interface BatchWatcher {
  /** Tasks of it run there. */
  runs(places: readonly SubtaskPlace[]): void;
  /** Flink restarts it, or gives it up. */
  fell(why: string, taskManager: string | undefined): Promise<void>;
}

export class FlinkCluster {
  readonly rest: FlinkRest;
  readonly taskManagers: readonly StartedTaskManager[];
  readonly #runtime: Runtime;
  readonly #job: JobSpecification;
  readonly #options: FlinkClusterOptions;
  readonly #client: QueryableStateClient;
  readonly #state: StatePath | undefined;
  readonly #batchJobs = new Set<string>();
  #jar: Promise<string> | undefined;

  constructor(runtime: Runtime, job: JobSpecification, options: FlinkClusterOptions) {
    this.#runtime = runtime;
    this.#job = ledOnlyToRedis(job);
    this.#options = options;
    this.rest = options.rest;
    this.taskManagers = options.taskManagers;
    const { parallelism, maxParallelism } = this.planOf({ kind: 'stream' });
    this.#client = new QueryableStateClient({ proxies: options.proxies, parallelism, maxParallelism });
    this.#state = this.#openState();
  }

  get state(): StateReader {
    return this.#state?.reader ?? { read: ({ count }) => unavailable(count) };
  }

  /** Resolves when the streaming job may begin. */
  async ready(): Promise<void> {
    await this.#state?.ready;
  }

  get parallelism(): number {
    return this.#options.plan.parallelism ?? this.#job.workers;
  }

  /** How far partitions are reflected in the windows. */
  get markers(): Pick<QueryableStateClient, 'look'> {
    return this.#client;
  }

  /** The streaming job's id; undefined while there is none. */
  stateOf(job: string | undefined): void {
    this.#client.moveTo(job);
  }

  /** Error: `FlinkRefusedError` if Flink cannot run the job. */
  planOf(mode: FlinkPlanMode): FlinkPlan {
    const { plan, stateUpdates } = this.#options;
    const { log } = this.#job;
    const updates =
      stateUpdates === undefined || log.kind !== 'kafka' || mode.kind !== 'stream'
        ? {}
        : { stateUpdates: { topic: stateUpdates.topicOf(log.topic), intervalMs: stateUpdates.intervalMs } };
    return planOf(this.#job, { ...plan, ...updates, mode });
  }

  /** Id of the uploaded jar; uploaded again where a new job manager does not have it. */
  readonly jar = async (): Promise<string> => {
    const known = await this.#jar;
    if (known !== undefined && (await this.rest.jars()).some(({ id }) => id === known)) return known;
    this.#jar = this.rest.uploadJar(this.#options.jarFile);
    return this.#jar;
  };

  /**
   * Error if the job did not finish; one that Flink restarts has only fallen. `counted` is told what it has asked of its
   * store, however it ended.
   */
  async runToEnd(plan: FlinkPlan, watcher: BatchWatcher, counted: (counts: StoreCounts) => void): Promise<void> {
    const job = await this.rest.run(await this.jar(), { programArguments: planArguments(plan) });
    this.#batchJobs.add(job);
    try {
      for (let fellMs = 0; ; ) {
        const details = await this.#details(job);
        if (details !== undefined) {
          const [newest] = await this.rest.exceptions(job, 1);
          if (newest !== undefined && newest.atMs > fellMs) {
            fellMs = newest.atMs;
            await watcher.fell(newest.rootCause, newest.taskManager);
          }
          if (isOver(details.state)) {
            counted(sumOf(lastWordsOf(await this.rest.accumulators(job))));
            if (details.state === 'FINISHED') return;
            throw new FlinkRefusedError(
              `Flink ended it as ${details.state}: ${newest?.rootCause ?? 'nobody says why'}`,
            );
          }
          await this.#lookAt(details, watcher);
        }
        await this.#runtime.sleep(POLL_EVERY_MS);
      }
    } finally {
      this.#batchJobs.delete(job);
      watcher.runs([]);
    }
  }

  async #lookAt({ id, vertices }: JobDetails, watcher: BatchWatcher): Promise<void> {
    const running = vertices.find(({ status }) => status === 'RUNNING');
    if (running !== undefined) watcher.runs(await this.rest.subtasks(id, running.id));
  }

  async cancelBatchJobs(): Promise<void> {
    for (const job of this.#batchJobs) await this.rest.cancel(job).catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.#state?.close();
    this.#client.close();
    const jar = await this.#jar?.catch(() => undefined);
    if (jar !== undefined) await this.rest.deleteJar(jar).catch(() => undefined);
  }

  #openState(): StatePath | undefined {
    const { declaration, log } = this.#job;
    const index = queryableStageOf(declaration);
    const stage = index === undefined ? undefined : declaration.stages[index];
    if (index === undefined || stage?.kind !== 'window-state') return undefined;
    const { stateUpdates: updates } = this.#options;
    if (updates === undefined || log.kind !== 'kafka') return queryableState(this.#client, index, stage.keep);
    return stateUpdates(log, updates.topicOf(log.topic), stage.keep);
  }

  /** Undefined while the job manager does not answer. */
  async #details(job: string): Promise<JobDetails | undefined> {
    try {
      return await this.rest.job(job);
    } catch (error) {
      if (error instanceof FlinkUnavailableError) return undefined;
      throw error;
    }
  }
}
