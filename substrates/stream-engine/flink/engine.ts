/**
 * Apache Flink as the engine: the declaration goes as a plan to one generic job, which a cluster runs; from here it is
 * submitted, watched, asked and ended. Nothing of ours runs inside of its workers but that job.
 */
import type { Runtime } from '../../runtime.ts';
import type { CreateHooks, WorkerHooks } from '../embedded/hooks.ts';
import { noHooks } from '../embedded/hooks.ts';
import {
  type EngineCapabilities,
  JobFailedError,
  type JobSpecification,
  type RunningJob,
  type StreamEngine,
} from '../stream-engine.ts';
import { FlinkCluster, type FlinkClusterOptions } from './flink-cluster.ts';
import { FlinkRefusedError, FlinkUnavailableError } from './flink-errors.ts';
import { FlinkJob } from './flink-job.ts';

export interface FlinkEngineOptions extends FlinkClusterOptions {
  /** What the cluster is and how its jobs are set, for the report. */
  settings: Readonly<Record<string, string>>;
}

export class FlinkEngine implements StreamEngine {
  readonly name = 'flink';
  readonly capabilities: EngineCapabilities = { failpoints: false, savepoint: true, enumerate: false };
  readonly settings: Readonly<Record<string, string>>;
  readonly #runtime: Runtime;
  readonly #options: FlinkClusterOptions;

  constructor(runtime: Runtime, { settings, ...options }: FlinkEngineOptions) {
    this.#runtime = runtime;
    this.#options = options;
    this.settings = settings;
  }

  /** Hooks reach what runs here, and nothing inside of Flink. */
  async start(job: JobSpecification): Promise<RunningJob> {
    try {
      const cluster = new FlinkCluster(this.#runtime, job, this.#options);
      return await FlinkJob.start(this.#runtime, job, cluster, await this.#hooksOf(job));
    } catch (error) {
      if (!(error instanceof FlinkRefusedError) && !(error instanceof FlinkUnavailableError)) throw error;
      throw new JobFailedError(error.message, { cause: error });
    }
  }

  async #hooksOf({ hooks }: JobSpecification): Promise<Pick<WorkerHooks, 'deleting'>> {
    if (hooks === undefined) return noHooks;
    const { createHooks } = (await import(hooks.module)) as { createHooks: CreateHooks };
    return createHooks(this.#runtime, { worker: 0, epoch: 1, note: () => undefined }, hooks.data);
  }
}
