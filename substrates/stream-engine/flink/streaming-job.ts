/**
 * One streaming job on a Flink cluster, from its submission to its end: watched over REST, its falls and restores
 * noted, and submitted again from its newest checkpoint where a new job manager knows nothing of it.
 */
import type { StoreName } from '../../declaration.ts';
import type { StoreCounts } from '../../key-value-store/key-value-store.ts';
import type { Runtime } from '../../runtime.ts';
import { type CheckpointFigures, JobFailedError, type PartitionProgress } from '../stream-engine.ts';
import { CheckpointWatch } from './checkpoint-watch.ts';
import { FlinkRefusedError, FlinkUnavailableError } from './flink-errors.ts';
import { JobFigures } from './job-figures.ts';
import { progressOfStages, type StageProgresses, stateBytesOf } from './job-progress.ts';
import { newestCheckpoint } from './newest-checkpoint.ts';
import { type FlinkPlan, planArguments } from './plan.ts';
import type { QueryableStateClient } from './queryable-state/queryable-state-client.ts';
import type { FlinkRest } from './rest/flink-rest.ts';
import type { JobDetails, SubtaskPlace } from './rest/types.ts';

/** Slots may have to come back first: a task manager that was killed, or one that is late. */
const RUNNING_WITHIN_MS = 120_000;
const POLL_EVERY_MS = 50;
/** Figures of checkpoints change with each of them only. */
const CHECKPOINTS_EVERY_MS = 500;
/** A job manager that does not answer for so long is taken for dead. */
const SILENT_MS = 1000;

/** Gauges say where partitions began; a cluster that has lost a task manager may keep them back for long. */
const FIRST_OFFSETS_WITHIN_MS = 2000;

/** What the watcher of a job tells; times are the run's. */
export interface JobWatcher {
  /** All tasks run, for the first time or again. */
  began(attempt: Attempt): void;
  /** The job stands still. */
  fell(fall: Fall): Promise<void>;
  /** Called while the job stands still, again and again. */
  standsStill(): Promise<void>;
  /** The first figures of an attempt after a fall; from nothing, where there was no checkpoint yet. */
  restored(from: string | null, progresses: StageProgresses): Promise<void>;
}

export interface Attempt {
  job: string;
  /** From 1 on; greater with every restart. */
  epoch: number;
  /** Where the subtasks that read the log run. */
  readers: readonly SubtaskPlace[];
}

export interface Fall {
  epoch: number;
  /** As Flink says it. */
  why: string;
  taskManager: string | undefined;
}

/** How to reach the cluster. */
export interface JobAccess {
  readonly rest: FlinkRest;
  readonly markers: Pick<QueryableStateClient, 'look'>;
  /** Id of the uploaded jar. */
  readonly jar: () => Promise<string>;
}

export class StreamingJob {
  readonly #runtime: Runtime;
  readonly #rest: FlinkRest;
  readonly #plan: FlinkPlan;
  readonly #jar: () => Promise<string>;
  readonly #watcher: JobWatcher;
  #job: string | undefined;
  #attempt: Attempt | undefined;
  #phase: 'starting' | 'running' | 'fallen' = 'starting';
  #answeredMs = 0;
  #isRestored = true;
  /** When the figures of this attempt were there. */
  #freshSinceMs: number | undefined;
  #seenExceptionMs = 0;
  readonly #figures: JobFigures;
  readonly #checkpoints: CheckpointWatch;
  #nextCheckpointsMs = 0;

  constructor(runtime: Runtime, { rest, markers, jar }: JobAccess, plan: FlinkPlan, watcher: JobWatcher) {
    this.#figures = new JobFigures(rest, plan, markers, runtime.clock);
    this.#runtime = runtime;
    this.#rest = rest;
    this.#checkpoints = new CheckpointWatch(rest);
    this.#plan = plan;
    this.#jar = jar;
    this.#watcher = watcher;
  }

  /** Flink's id of the job; it changes when the job is submitted again. */
  get job(): string | undefined {
    return this.#job;
  }

  get attempt(): Attempt | undefined {
    return this.#attempt;
  }

  get isRunning(): boolean {
    return this.#phase === 'running';
  }

  /** When the newest figures were taken, on the run's clock. */
  get takenAtMs(): number {
    return this.#figures.takenAtMs;
  }

  get checkpoints(): CheckpointFigures {
    return this.#checkpoints.figures();
  }

  progress(): Omit<PartitionProgress, 'drainedAtMs'>[] {
    return progressOfStages(this.#plan.declaration, this.#plan.log.partitions, this.#figures.progresses);
  }

  storeCounts(): Partial<Record<StoreName, StoreCounts>> {
    return this.#figures.storeCounts();
  }

  /** Of the slowest subtask; undefined before the first. */
  watermarkMs(): number | undefined {
    const all = [...this.#figures.progresses.values()].flat().map((one) => one?.watermarkMs ?? undefined);
    const known = all.filter((watermarkMs) => watermarkMs !== undefined);
    return known.length === 0 || known.length < all.length ? undefined : Math.min(...known);
  }

  stateBytes(): number {
    return stateBytesOf(this.#figures.progresses);
  }

  /** Resolves when all tasks run, from a savepoint if there is one. Errors: Flink refuses, or has no slots so long. */
  async submit(restoreFrom?: string): Promise<void> {
    if (restoreFrom !== undefined) this.#checkpoints.beginsFrom(restoreFrom);
    await this.#run(restoreFrom);
    const giveUpMs = this.#nowMs() + RUNNING_WITHIN_MS;
    for (;;) {
      await this.poll();
      if (this.#phase === 'running') return;
      if (this.#nowMs() > giveUpMs) {
        throw new JobFailedError(
          `Flink has not started the job within ${RUNNING_WITHIN_MS / 1000} s: has it ` +
            `${this.#plan.parallelism} free slots? 'omegabench doctor --engine …' tells`,
        );
      }
      await this.#runtime.sleep(POLL_EVERY_MS);
    }
  }

  /** Looks once. Error: `JobFailedError` if the job is over. */
  async poll(): Promise<void> {
    if (this.#job === undefined) return;
    let details: JobDetails;
    try {
      details = await this.#rest.job(this.#job);
      this.#answeredMs = this.#nowMs();
    } catch (error) {
      if (error instanceof FlinkUnavailableError) return this.#unreachable(error.message);
      if (error instanceof FlinkRefusedError && error.status === 404) return this.#again();
      throw error;
    }
    if (['FAILED', 'CANCELED', 'FINISHED', 'SUSPENDED'].includes(details.state)) {
      const [newest] = await this.#rest.exceptions(this.#job);
      throw new JobFailedError(`Flink ended the job as ${details.state}: ${newest?.rootCause ?? 'nobody says why'}`);
    }
    try {
      await this.#look(details);
    } catch (error) {
      // The next look finds what it was.
      if (!(error instanceof FlinkUnavailableError) && !isGone(error)) throw error;
    }
  }

  async #look(details: JobDetails): Promise<void> {
    const { vertices, state } = details;
    const isRunning =
      state === 'RUNNING' && vertices.length > 0 && vertices.every(({ status }) => status === 'RUNNING');
    if (!isRunning) {
      if (this.#phase === 'running') await this.#fell();
      if (this.#phase === 'fallen') await this.#watcher.standsStill();
      return;
    }
    const readers = await this.#rest.subtasks(details.id, readerOf(vertices));
    // A fall that was over before anybody looked.
    if (this.#phase === 'running' && attemptOf(readers) > attemptOf(this.#attempt?.readers ?? [])) {
      await this.#fell();
      await this.#watcher.standsStill();
    }
    if (this.#phase !== 'running') await this.#begin(details.id, readers);
    await this.#figures.read(details);
    await this.#tellRestored();
    if (this.#nowMs() >= this.#nextCheckpointsMs) await this.#readCheckpoints(details);
  }

  /** Ends the job; idempotent. Resolves when it is over. */
  async cancel(): Promise<void> {
    const job = this.#job;
    this.#job = undefined;
    if (job === undefined) return;
    try {
      await this.#rest.cancel(job);
      await this.#rest.untilState(job, ['CANCELED', 'FAILED', 'FINISHED'], 60_000);
      await this.#figures.readLastWords(job);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  async #run(restoreFrom: string | undefined): Promise<void> {
    const request = {
      programArguments: planArguments(this.#plan),
      ...(restoreFrom === undefined ? {} : { restoreFrom }),
    };
    this.#job = await this.#rest.run(await this.#jar(), request);
    this.#seenExceptionMs = 0;
    this.#figures.jobChanges();
  }

  async #begin(id: string, readers: readonly SubtaskPlace[]): Promise<void> {
    const epoch = (this.#attempt?.epoch ?? 0) + 1;
    this.#attempt = { job: id, epoch, readers };
    this.#phase = 'running';
    this.#figures.attemptBegins();
    this.#freshSinceMs = undefined;
    this.#isRestored = epoch === 1 && this.#checkpoints.latest === undefined;
    this.#watcher.began(this.#attempt);
  }

  async #fell(): Promise<void> {
    this.#phase = 'fallen';
    this.#figures.attemptEnds();
    const [newest] = this.#job === undefined ? [] : await this.#rest.exceptions(this.#job);
    const isNew = newest !== undefined && newest.atMs > this.#seenExceptionMs;
    this.#seenExceptionMs = newest?.atMs ?? 0;
    const epoch = this.#attempt?.epoch ?? 0;
    const why = isNew ? newest.rootCause : 'the job is restarting';
    await this.#watcher.fell({ epoch, why, taskManager: isNew ? newest.taskManager : undefined });
  }

  async #unreachable(why: string): Promise<void> {
    if (this.#phase !== 'running' || this.#nowMs() - this.#answeredMs < SILENT_MS) return;
    this.#phase = 'fallen';
    this.#figures.attemptEnds();
    await this.#watcher.fell({ epoch: this.#attempt?.epoch ?? 0, why, taskManager: undefined });
  }

  /** A job manager that has never heard of the job. */
  async #again(): Promise<void> {
    if (this.#phase === 'running') await this.#unreachableNow();
    await this.#watcher.standsStill();
    const from = await newestCheckpoint(this.#runtime.files, this.#checkpoints.latest);
    try {
      await this.#run(from);
    } catch (error) {
      if (!(error instanceof FlinkUnavailableError)) throw error;
    }
  }

  async #unreachableNow(): Promise<void> {
    this.#answeredMs = Number.NEGATIVE_INFINITY;
    await this.#unreachable('the job manager does not know the job any more');
  }

  async #tellRestored(): Promise<void> {
    if (this.#isRestored || this.#attempt === undefined || !this.#figures.isFresh) return;
    this.#freshSinceMs ??= this.#nowMs();
    const waitedMs = this.#nowMs() - this.#freshSinceMs;
    if (!this.#figures.knowsFirstOffsets && waitedMs < FIRST_OFFSETS_WITHIN_MS) return;
    const { latestRestored } = await this.#rest.checkpoints(this.#attempt.job);
    this.#isRestored = true;
    const from = latestRestored === undefined ? null : `checkpoint ${latestRestored.id}`;
    await this.#watcher.restored(from, this.#figures.progresses);
  }

  async #readCheckpoints({ id, vertices }: JobDetails): Promise<void> {
    this.#nextCheckpointsMs = this.#nowMs() + CHECKPOINTS_EVERY_MS;
    if (this.#plan.checkpoints.intervalMs > 0) await this.#checkpoints.look(id, vertices);
  }

  #nowMs(): number {
    return this.#runtime.clock.nowMs();
  }
}

/** The vertex whose subtasks own partitions of the log. */
function readerOf(vertices: JobDetails['vertices']): string {
  const reader = vertices.find(({ name }) => name.includes('expand')) ?? vertices[0];
  return reader?.id ?? '';
}

function attemptOf(readers: readonly SubtaskPlace[]): number {
  return Math.max(0, ...readers.map(({ attempt }) => attempt));
}

function isGone(error: unknown): boolean {
  return error instanceof FlinkRefusedError && error.status === 404;
}
