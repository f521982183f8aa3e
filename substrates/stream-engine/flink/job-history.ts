/**
 * What happened to a job on Flink, as events of any engine: a fall and a restore of the job are the end of a worker and
 * the start of its successor. Workers are the task managers that are ours, by their number.
 */
import type { TopicArrivals } from '../../event-log/kafka/topic-arrivals.ts';
import type { Runtime } from '../../runtime.ts';
import type { JobEvent, JobSpecification, PartitionProgress, RestoredPosition, WorkerLife } from '../stream-engine.ts';
import { AppliedOffsets, type Interval, notesIn } from './applied-offsets.ts';
import type { BatchWatcher, FlinkCluster } from './flink-cluster.ts';
import { firstOffsetOf, type StageProgresses } from './job-progress.ts';
import type { SubtaskPlace } from './rest/types.ts';
import type { Attempt, Fall, JobWatcher, StreamingJob } from './streaming-job.ts';

type EventBody<E> = E extends unknown ? Omit<E, 'atMs'> : never;

/** A task manager that is killed is gone when Flink says so; what Flink says first may be that others miss it. */
const GONE_WITHIN_MS = 500;

export class JobHistory implements JobWatcher {
  readonly events: JobEvent[] = [];
  readonly #runtime: Runtime;
  readonly #job: JobSpecification;
  readonly #arrivals: TopicArrivals;
  readonly #cluster: FlinkCluster;
  readonly #listeners: ((event: JobEvent) => void)[] = [];
  /** By stage that increments. */
  readonly #applied = new Map<number, AppliedOffsets>();
  #streaming: StreamingJob | undefined;
  #places: readonly SubtaskPlace[] = [];
  #batchPlaces: readonly SubtaskPlace[] = [];
  #epoch = 1;
  /** The worker that fell last. */
  #fallen = 0;
  /** What the predecessor had told last, by partition. */
  #predecessor: readonly number[] = [];
  /** Where partitions go on from that are not where the predecessor was. */
  readonly #behind = new Map<number, number>();

  constructor(runtime: Runtime, job: JobSpecification, arrivals: TopicArrivals, cluster: FlinkCluster) {
    this.#runtime = runtime;
    this.#job = job;
    this.#arrivals = arrivals;
    this.#cluster = cluster;
    for (const [index, stage] of job.declaration.stages.entries()) {
      const binding = stage.kind === 'increment-store' ? job.stores[stage.store] : undefined;
      if (binding !== undefined) this.#applied.set(index, new AppliedOffsets(notesIn(binding), job.log.partitions));
    }
  }

  follow(streaming: StreamingJob): void {
    this.#streaming = streaming;
  }

  onEvent(listener: (event: JobEvent) => void): void {
    this.#listeners.push(listener);
  }

  /** Those that run the job now and are ours. */
  workers(): WorkerLife[] {
    return this.#cluster.taskManagers.flatMap((taskManager, worker) => {
      const own = [...this.#places, ...this.#batchPlaces].filter((place) => taskManager.isCalled(place.taskManager));
      if (own.length === 0 || !taskManager.isRunning()) return [];
      const partitions = this.#partitionsOf(own);
      const kill = (signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void => void taskManager.kill(signal);
      return [{ worker, epoch: this.#epoch, partitions, kill }];
    });
  }

  began({ job, epoch, readers }: Attempt): void {
    this.#cluster.stateOf(job);
    this.#places = readers;
    this.#epoch = Math.max(this.#epoch, epoch);
    const started = this.workers();
    if (started.length === 0) this.#emit({ kind: 'started', worker: 0, epoch: this.#epoch, pid: 0 });
    for (const { worker } of started) {
      const pid = this.#cluster.taskManagers[worker]?.pid ?? 0;
      this.#emit({ kind: 'started', worker, epoch: this.#epoch, pid });
    }
  }

  async fell({ why, taskManager }: Fall): Promise<void> {
    this.#predecessor = this.#streaming?.progress().map(({ offset }) => offset) ?? [];
    await this.#ended(why, taskManager, this.#places);
    this.#places = [];
  }

  async standsStill(): Promise<void> {
    for (const applied of this.#applied.values()) await applied.note();
  }

  async restored(restoredFrom: string | null, progresses: StageProgresses): Promise<void> {
    this.#behind.clear();
    const { log, declaration } = this.#job;
    for (const [stage, subtasks] of progresses) {
      for (let partition = 0; partition < log.partitions; partition++) {
        const fromOffset =
          restoredFrom === null ? 0 : firstOffsetOf(declaration.stages[stage]?.kind, subtasks, partition);
        const appliedEvents = await this.#appliedEvents(stage, partition, fromOffset);
        const restored: RestoredPosition = {
          stage,
          partition,
          fromOffset,
          coveredEvents: fromOffset,
          restored: restoredFrom,
          rejected: [],
          ...(appliedEvents === undefined ? {} : { appliedEvents }),
        };
        this.#emit({ kind: 'restored', worker: this.#fallen, epoch: this.#epoch, ...restored });
        this.#behind.set(partition, Math.min(fromOffset, this.#behind.get(partition) ?? fromOffset));
      }
    }
  }

  /** To be told how far the job is: says so when it is where its predecessor was. */
  look(progress: readonly Pick<PartitionProgress, 'partition' | 'offset'>[]): void {
    for (const [partition, fromOffset] of this.#behind) {
      const before = this.#predecessor[partition] ?? 0;
      if ((progress[partition]?.offset ?? 0) < before) continue;
      this.#behind.delete(partition);
      const replayedEvents = Math.max(0, before - fromOffset);
      this.#emit({ kind: 'caught-up', worker: this.#fallen, epoch: this.#epoch, partition, replayedEvents });
    }
  }

  /** Of the job of an hour, which reads it again from the archive when it has fallen. */
  watcherOfBatch(stage: number): BatchWatcher {
    return {
      runs: (places) => {
        this.#batchPlaces = places;
      },
      fell: async (why, taskManager) => {
        await this.#ended(why, taskManager, this.#batchPlaces);
        this.#batchPlaces = [];
        this.#epoch += 1;
        const restored = { stage, partition: 0, fromOffset: 0, coveredEvents: 0, restored: null, rejected: [] };
        this.#emit({ kind: 'restored', worker: this.#fallen, epoch: this.#epoch, ...restored });
      },
    };
  }

  async #ended(why: string, taskManager: string | undefined, places: readonly SubtaskPlace[]): Promise<void> {
    const epoch = this.#epoch;
    const { taskManagers } = this.#cluster;
    const isOfJob = (worker: number): boolean =>
      places.some((place) => taskManagers[worker]?.isCalled(place.taskManager) === true);
    let gone = -1;
    for (let waitedMs = 0; waitedMs <= GONE_WITHIN_MS && gone < 0; waitedMs += 50) {
      gone = taskManagers.findIndex((one, worker) => isOfJob(worker) && !one.isRunning());
      if (gone < 0) await this.#runtime.sleep(50);
    }
    const named = taskManagers.findIndex((one) => taskManager !== undefined && one.isCalled(taskManager));
    this.#fallen = Math.max(0, gone < 0 ? named : gone);
    this.#emit({ kind: 'note', worker: this.#fallen, epoch, note: { error: why } });
    this.#emit({ kind: 'exited', worker: this.#fallen, epoch, code: null, signal: gone < 0 ? null : 'SIGKILL' });
  }

  async #appliedEvents(stage: number, partition: number, fromOffset: number): Promise<Interval | undefined> {
    const { declaration, log } = this.#job;
    const applied = this.#applied.get(stage);
    if (applied !== undefined) {
      const last = await this.#arrivals.last(partition).catch(() => undefined);
      const lastSeen = this.#predecessor[partition] ?? 0;
      return applied.restored(partition, fromOffset, lastSeen, last?.offset ?? Number.MAX_SAFE_INTEGER);
    }
    const of = declaration.stages[stage];
    if (of?.kind !== 'window-state' || of.onClose.kind !== 'increment' || partition >= log.partitions) return undefined;
    // Windows that were handed over since the checkpoint are handed over again; how many is known to nobody.
    return { atLeast: fromOffset, atMost: Math.max(fromOffset, this.#predecessor[partition] ?? 0) + fromOffset };
  }

  #partitionsOf(own: readonly SubtaskPlace[]): number[] {
    const { parallelism } = this.#cluster;
    const subtasks = new Set(own.map(({ subtask }) => subtask));
    const all = Array.from({ length: this.#job.log.partitions }, (_, partition) => partition);
    return all.filter((partition) => subtasks.has(partition % parallelism));
  }

  #emit(body: EventBody<JobEvent>): void {
    const event = { atMs: this.#runtime.clock.nowMs(), ...body } as JobEvent;
    this.events.push(event);
    for (const listener of this.#listeners) listener(event);
  }
}
