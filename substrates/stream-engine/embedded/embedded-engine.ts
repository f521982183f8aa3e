/**
 * The embedded stream engine: worker processes on one machine, each owning partitions, under a supervisor in the
 * caller's process. For one machine; whoever outgrows it moves to a distributed engine behind the same interface.
 */
import type { Runtime } from '../../runtime.ts';
import {
  type EngineCapabilities,
  JobFailedError,
  type JobSpecification,
  type RunningJob,
  type StreamEngine,
  type SupervisorHooks,
} from '../stream-engine.ts';
import { RETAINED_CHECKPOINTS } from './checkpoint-store.ts';
import { Supervisor, type SupervisorOptions } from './supervisor.ts';

const defaults: SupervisorOptions = { silentAfterMs: 5000, maxFailedStarts: 3 };

export class EmbeddedEngine implements StreamEngine {
  readonly name = 'embedded';
  readonly capabilities: EngineCapabilities = { failpoints: true, savepoint: true, enumerate: false };
  readonly settings: Readonly<Record<string, string>>;
  readonly #runtime: Runtime;
  readonly #epochOffsetMs: number;
  readonly #options: SupervisorOptions;

  /** `epochOffsetMs` is the run's clock, as workers must have it (see `MonotonicClock`). */
  constructor(runtime: Runtime, epochOffsetMs: number, options: Partial<SupervisorOptions> = {}) {
    this.#runtime = runtime;
    this.#epochOffsetMs = epochOffsetMs;
    this.#options = { ...defaults, ...options };
    this.settings = {
      processes: 'one operating-system process per worker; partition p belongs to worker p mod workers',
      checkpoints: `per partition, state and position in one file, checksummed, renamed when whole, ${RETAINED_CHECKPOINTS} kept`,
      durability: 'survives the death of processes, not of the machine (no fsync)',
      failureDetection: `exit of the process, or ${this.#options.silentAfterMs} ms of silence`,
    };
  }

  async start(job: JobSpecification, hooks: SupervisorHooks = {}): Promise<RunningJob> {
    if (job.restoreFrom !== undefined) {
      throw new JobFailedError(
        'the embedded engine takes up its own checkpoints in its own directory, and no savepoint of another job: ' +
          'start the job without one, or use --engine flink://host:port',
      );
    }
    await this.#runtime.files.makeDirectory(job.directory);
    const supervisor = new Supervisor(this.#runtime, job, this.#epochOffsetMs, hooks, this.#options);
    try {
      await supervisor.start();
    } catch (error) {
      await supervisor.stop();
      throw error;
    }
    return supervisor;
  }
}
