/**
 * A job of an architecture on a Flink cluster, as every engine's job looks to the harness: one streaming job for the
 * stages that run all the time, and a batch job for each hour of the stages that do not.
 */
import { hourStartOf } from '../../../generators/impression.ts';
import type { StoreName } from '../../declaration.ts';
import { TopicArrivals } from '../../event-log/kafka/topic-arrivals.ts';
import { addCounts, zeroCounts } from '../../key-value-store/store-counts.ts';
import type { StateReader } from '../../query-service.ts';
import type { Runtime } from '../../runtime.ts';
import type { WorkerHooks } from '../embedded/hooks.ts';
import {
  type JobEvent,
  JobFailedError,
  type JobSpecification,
  type JobStatus,
  type PartitionProgress,
  type RunningJob,
  type Savepoint,
  type WorkerLife,
} from '../stream-engine.ts';
import type { FlinkCluster } from './flink-cluster.ts';
import { HourJobs } from './hour-jobs.ts';
import { JobHistory } from './job-history.ts';
import { inOne } from './job-progress.ts';
import { OwnStores } from './own-stores.ts';
import { hasStreamingStages } from './plan-of.ts';
import { stopWithSavepoint } from './savepoint.ts';
import { deletionOf, SpeedHours } from './speed-hours.ts';
import { StreamingJob } from './streaming-job.ts';

const POLL_EVERY_MS = 100;

export class FlinkJob implements RunningJob {
  readonly #runtime: Runtime;
  readonly #job: JobSpecification;
  readonly #cluster: FlinkCluster;
  readonly #arrivals: TopicArrivals;
  readonly #stores: OwnStores;
  readonly #history: JobHistory;
  readonly #streaming: StreamingJob | undefined;
  readonly #hours: HourJobs[] = [];
  readonly #speedHours: SpeedHours | undefined;
  readonly #loops: Promise<void>[] = [];
  readonly #waiting: (() => void)[] = [];
  #drainedAtMs: number | undefined;
  #failure: JobFailedError | undefined;
  #isSubmitted = false;
  #savepoint: Savepoint | undefined;
  #stopping: Promise<JobStatus> | undefined;

  private constructor(
    runtime: Runtime,
    job: JobSpecification,
    cluster: FlinkCluster,
    arrivals: TopicArrivals,
    stores: OwnStores,
    hooks: Pick<WorkerHooks, 'deleting'>,
  ) {
    this.#runtime = runtime;
    this.#job = job;
    this.#cluster = cluster;
    this.#arrivals = arrivals;
    this.#stores = stores;
    this.#history = new JobHistory(runtime, job, arrivals, cluster);
    const { declaration } = job;
    if (hasStreamingStages(declaration)) {
      const plan = cluster.planOf({ kind: 'stream' });
      this.#streaming = new StreamingJob(runtime, cluster, plan, this.#history);
      this.#history.follow(this.#streaming);
    }
    for (const [index, stage] of declaration.stages.entries()) {
      if (stage.kind !== 'batch-job') continue;
      this.#hours.push(
        new HourJobs({
          runtime,
          stage,
          index,
          hourMs: job.settings.hourMs,
          partitions: job.log.partitions,
          arrivals,
          store: stores.get(stage.store),
          planOf: (mode) => cluster.planOf(mode),
          runToEnd: (plan, counted) => cluster.runToEnd(plan, this.#history.watcherOfBatch(index), counted),
        }),
      );
    }
    this.#speedHours = this.#deletion(hooks);
  }

  /** Resolves when the streaming job runs, if the log is empty; one that is filled is read from `go` on. */
  static async start(
    runtime: Runtime,
    job: JobSpecification,
    cluster: FlinkCluster,
    hooks: Pick<WorkerHooks, 'deleting'>,
  ): Promise<FlinkJob> {
    if (job.log.kind !== 'kafka') throw new JobFailedError('a job on Flink reads its log from Kafka');
    const arrivals = new TopicArrivals(job.log);
    const stores = new OwnStores();
    try {
      await stores.open(runtime, job);
      const running = new FlinkJob(runtime, job, cluster, arrivals, stores, hooks);
      if (await arrivals.isEmpty(job.log.partitions)) await running.#submit();
      return running;
    } catch (error) {
      await stores.close();
      arrivals.close();
      await cluster.close();
      throw error;
    }
  }

  get events(): readonly JobEvent[] {
    return this.#history.events;
  }

  get state(): StateReader {
    return this.#cluster.state;
  }

  async go(): Promise<void> {
    try {
      await this.#submit();
    } catch (error) {
      this.#fail(error);
      return;
    }
    for (const hours of this.#hours) this.#loop(() => hours.run());
    if (this.#speedHours !== undefined) this.#loop(() => (this.#speedHours as SpeedHours).run());
    this.#loop(() => this.#noteDrained());
  }

  onEvent(listener: (event: JobEvent) => void): void {
    this.#history.onEvent(listener);
  }

  status(): JobStatus {
    const stores: JobStatus['stores'] = {};
    for (const counts of [
      this.#streaming?.storeCounts() ?? {},
      ...this.#hours.map((hours, i) => this.#named(hours, i)),
      this.#stores.counts(),
    ]) {
      for (const [name, one] of Object.entries(counts) as [StoreName, ReturnType<typeof zeroCounts>][]) {
        stores[name] ??= zeroCounts();
        addCounts(stores[name], one);
      }
    }
    const takenAtMs = this.#streaming?.takenAtMs ?? 0;
    return {
      atMs: this.#runtime.clock.nowMs(),
      ...(takenAtMs > 0 ? { takenAtMs } : {}),
      partitions: inOne(this.#parts(), this.#job.log.partitions, this.#drainedAtMs),
      stores,
      checkpoints: this.#streaming?.checkpoints ?? { count: 0, bytes: 0, longestPauseMs: 0 },
      stateBytes: this.#streaming?.stateBytes() ?? 0,
      ...(this.#savepoint === undefined ? {} : { savepoint: this.#savepoint }),
    };
  }

  async drained(): Promise<JobStatus> {
    await this.#until(() => this.#stopping !== undefined || this.#isDrained());
    return this.status();
  }

  workers(): WorkerLife[] {
    return this.#history.workers();
  }

  /** No hooks run inside of Flink. */
  tellHooks(): void {
    // Whoever speaks to them was told so by the capabilities.
  }

  /** What Flink's own processes use is counted with the servers of the run, as far as they are ours. */
  cpuSeconds(): number {
    return 0;
  }

  stop(options: { savepoint?: boolean } = {}): Promise<JobStatus> {
    this.#stopping ??= this.#stop(options.savepoint ?? false);
    return this.#stopping;
  }

  async #stop(savepoint: boolean): Promise<JobStatus> {
    this.#wake();
    this.#speedHours?.stop();
    for (const hours of this.#hours) hours.stop();
    await this.#cluster.cancelBatchJobs();
    const job = this.#streaming?.job;
    try {
      if (savepoint && job !== undefined) this.#savepoint = await stopWithSavepoint(this.#cluster.rest, job);
      else await this.#streaming?.cancel();
    } finally {
      await Promise.allSettled(this.#loops);
      await this.#stores.close();
      this.#arrivals.close();
      await this.#cluster.close();
    }
    return this.status();
  }

  async #submit(): Promise<void> {
    if (this.#isSubmitted) return;
    this.#isSubmitted = true;
    const streaming = this.#streaming;
    if (streaming === undefined) return;
    await this.#cluster.ready();
    await streaming.submit(this.#job.restoreFrom);
    this.#loop(async () => {
      while (this.#stopping === undefined) {
        await streaming.poll();
        this.#history.look(streaming.progress());
        this.#wake();
        await this.#runtime.sleep(POLL_EVERY_MS);
      }
    });
  }

  #loop(run: () => Promise<void>): void {
    this.#loops.push(run().catch((error: unknown) => this.#fail(error)));
  }

  #fail(error: unknown): void {
    if (this.#stopping !== undefined) return;
    const message = error instanceof Error ? error.message : String(error);
    this.#failure ??= error instanceof JobFailedError ? error : new JobFailedError(message, { cause: error });
    this.#wake();
  }

  async #noteDrained(): Promise<void> {
    while (this.#stopping === undefined && this.#failure === undefined && this.#drainedAtMs === undefined) {
      const parts = this.#parts();
      if (parts.every((partitions) => partitions.every(({ drained }) => drained))) {
        this.#drainedAtMs = this.#runtime.clock.nowMs();
      }
      this.#wake();
      await this.#runtime.sleep(POLL_EVERY_MS / 2);
    }
  }

  #isDrained(): boolean {
    return this.#drainedAtMs !== undefined;
  }

  #parts(): Omit<PartitionProgress, 'drainedAtMs'>[][] {
    const streaming = this.#streaming;
    return [
      ...(streaming === undefined ? [] : [streaming.progress()]),
      ...this.#hours.map((hours) => hours.progress()),
    ];
  }

  #named(hours: HourJobs, index: number): Partial<Record<StoreName, ReturnType<typeof zeroCounts>>> {
    const stages = this.#job.declaration.stages.filter((stage) => stage.kind === 'batch-job');
    const stage = stages[index];
    return stage === undefined ? {} : { [stage.store]: hours.counts() };
  }

  #deletion(hooks: Pick<WorkerHooks, 'deleting'>): SpeedHours | undefined {
    const found = deletionOf(this.#job.declaration);
    if (found === undefined) return undefined;
    const { index, stage, published } = found;
    const { settings, log } = this.#job;
    return new SpeedHours({
      runtime: this.#runtime,
      settings,
      stage: index,
      partitions: log.partitions,
      store: this.#stores.get(stage.store),
      published: this.#stores.get(published),
      keepHours: stage.deleteAfterPublishedHours,
      hooks,
      writtenHourMs: () => hourBefore(this.#streaming?.watermarkMs(), settings.hourMs),
    });
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

function hourBefore(watermarkMs: number | undefined, hourMs: number): number {
  return watermarkMs === undefined ? Number.NEGATIVE_INFINITY : hourStartOf(watermarkMs, hourMs);
}
