/**
 * A batch-job stage on Flink: one job in BATCH mode for each hour, submitted when everything that belongs to it is in
 * the log. The job reads the hour's places of the topic, counts and loads; loading replaces, so a job that failed is
 * submitted again. When it has finished, the hour is published for all partitions.
 *
 * The semantics are those of the embedded engine's batch task; there each partition has jobs of its own.
 */
import { hourStartOf } from '../../../generators/impression.ts';
import type { BatchJobStage } from '../../declaration.ts';
import type { LastEntry, TopicArrivals } from '../../event-log/kafka/topic-arrivals.ts';
import { createRows, type KeyValueStore, type StoreCounts } from '../../key-value-store/key-value-store.ts';
import { addCounts, zeroCounts } from '../../key-value-store/store-counts.ts';
import type { Runtime } from '../../runtime.ts';
import { JobFailedError, type PartitionProgress } from '../stream-engine.ts';
import { FlinkUnavailableError } from './flink-errors.ts';
import type { FlinkPlan, FlinkPlanMode } from './plan.ts';

/** Look again after this long while an hour is not over. */
const LOOK_EVERY_MS = 50;
/** A job of an hour that fails as often as this fails for a reason of its own. */
const MAX_ATTEMPTS = 5;
/** A job manager that was killed may be started again meanwhile. */
const UNREACHABLE_FOR_MS = 60_000;

export interface HourJobsOptions {
  runtime: Runtime;
  stage: BatchJobStage;
  index: number;
  hourMs: number;
  partitions: number;
  arrivals: Pick<TopicArrivals, 'last' | 'firstArrivalMs' | 'placeAt' | 'start'>;
  /** The store that the stage loads: markers are set by way of it. */
  store: KeyValueStore;
  /** The plan of a job of this mode. */
  planOf(mode: FlinkPlanMode): FlinkPlan;
  /** Runs a job to its end, and says what it asked of its store. Rejects if it failed, so that it is run again. */
  runToEnd(plan: FlinkPlan, counted: (counts: StoreCounts) => void): Promise<void>;
}

type BatchMode = Extract<FlinkPlanMode, { kind: 'batch' }>;

interface Hour {
  mode: BatchMode;
  /** Impressions of each partition that arrived before the hour's end, or the cut-off. */
  offsets: number[];
  /** Nothing follows in any partition. */
  isLast: boolean;
}

export class HourJobs {
  readonly #options: HourJobsOptions;
  readonly #counts = zeroCounts();
  #nextHourMs: number | undefined;
  /** How far the archive is read, and how much of it is in published hours. */
  #readOffsets: number[];
  #publishedOffsets: number[];
  #drainedAtMs: number | undefined;
  #newestPublishedMs: number | undefined;
  #isStopped = false;

  constructor(options: HourJobsOptions) {
    this.#options = options;
    this.#readOffsets = new Array<number>(options.partitions).fill(0);
    this.#publishedOffsets = new Array<number>(options.partitions).fill(0);
  }

  /** The last hour that is published; undefined before the first. */
  get newestPublishedMs(): number | undefined {
    return this.#newestPublishedMs;
  }

  /** Of the jobs; the markers are counted by the handle that sets them. */
  counts(): StoreCounts {
    return this.#counts;
  }

  progress(): PartitionProgress[] {
    const { stage } = this.#options;
    const drainedAtMs = this.#drainedAtMs;
    return this.#publishedOffsets.map((published, partition) => ({
      partition,
      offset: Math.max(published, this.#readOffsets[partition] as number),
      reflectedEvents: published,
      storedEvents: { [stage.store]: published },
      lateDroppedEvents: 0,
      drained: drainedAtMs !== undefined,
      ...(drainedAtMs === undefined ? {} : { drainedAtMs }),
    }));
  }

  /** Runs the jobs of all hours, until the stream has ended or `stop` is called. Error: `JobFailedError`. */
  async run(): Promise<void> {
    while (!this.#isStopped && this.#drainedAtMs === undefined) {
      const hour = await this.#hourThatIsDue();
      if (hour === undefined) await this.#options.runtime.sleep(LOOK_EVERY_MS);
      else if (!this.#isStopped) await this.#runHour(hour);
    }
  }

  /** A job that runs is left to whoever runs it. */
  stop(): void {
    this.#isStopped = true;
  }

  async #hourThatIsDue(): Promise<Hour | undefined> {
    const { arrivals, hourMs, partitions, runtime } = this.#options;
    try {
      const lasts: (LastEntry | undefined)[] = [];
      for (let partition = 0; partition < partitions; partition++) lasts.push(await arrivals.last(partition));
      this.#nextHourMs ??= await this.#firstHour(lasts);
      const startMs = this.#nextHourMs;
      if (startMs === undefined) return undefined;
      const hasEnded = lasts.every((last) => last?.ended === true);
      const beforeMs = startMs + hourMs + this.#cutOffMs();
      if (!hasEnded && runtime.clock.nowMs() < beforeMs) return undefined;
      return await this.#hour(startMs, beforeMs, lasts, hasEnded);
    } catch (error) {
      if (isPassing(error)) return undefined;
      throw error;
    }
  }

  /** Of the first arrival in any partition: the cut-off of earlier hours was over before. */
  async #firstHour(lasts: readonly (LastEntry | undefined)[]): Promise<number | undefined> {
    const { arrivals, hourMs } = this.#options;
    const firsts: number[] = [];
    for (const partition of lasts.keys()) {
      const first = await arrivals.firstArrivalMs(partition);
      if (first === undefined) return undefined;
      firsts.push(first);
    }
    return hourStartOf(Math.min(...firsts) - this.#cutOffMs(), hourMs);
  }

  /** Undefined while a partition may still get something that arrived before. */
  async #hour(
    startMs: number,
    beforeMs: number,
    lasts: readonly (LastEntry | undefined)[],
    hasEnded: boolean,
  ): Promise<Hour | undefined> {
    const { arrivals, index } = this.#options;
    const byEventTime = this.#options.stage.bucketBy === 'event-time';
    const ranges: BatchMode['ranges'] = [];
    const offsets: number[] = [];
    for (const [partition, last] of lasts.entries()) {
      if (last === undefined) return undefined;
      const end = await arrivals.placeAt(partition, beforeMs);
      if (end === undefined && !last.ended) return undefined;
      const to = end ?? last;
      // By event time anything that came before the cut-off may belong to the hour.
      const from = byEventTime ? undefined : await arrivals.placeAt(partition, startMs);
      const fromPosition = byEventTime ? await arrivals.start(partition) : (from?.position ?? last.position);
      ranges.push({ partition, fromPosition, toPosition: to.position });
      offsets.push(to.offset);
    }
    const arrivedFromMs = byEventTime ? Number.MIN_SAFE_INTEGER : startMs;
    const mode: BatchMode = {
      kind: 'batch',
      stage: index,
      hourStartMs: startMs,
      arrivedFromMs,
      arrivedBeforeMs: beforeMs,
      ranges,
    };
    return { mode, offsets, isLast: hasEnded && this.#isLast(startMs, offsets, lasts) };
  }

  /**
   * By arrival the last hour is the one that holds the last impression; by event time nothing happens after it came.
   */
  #isLast(startMs: number, offsets: readonly number[], lasts: readonly (LastEntry | undefined)[]): boolean {
    const { hourMs, stage } = this.#options;
    const holdsAll = offsets.every((offset, partition) => offset === lasts[partition]?.offset);
    if (stage.bucketBy === 'arrival-time') return holdsAll;
    const lastArrivalMs = Math.max(...lasts.map((last) => last?.arrivalMs ?? 0));
    return holdsAll && startMs + hourMs >= lastArrivalMs;
  }

  async #runHour({ mode, offsets, isLast }: Hour): Promise<void> {
    const { runtime, hourMs, store, partitions } = this.#options;
    this.#readOffsets = [...offsets];
    if (!(await this.#runJob(mode))) return;
    for (let partition = 0; partition < partitions; partition++) {
      const marker = { name: 'published-hour', value: mode.hourStartMs } as const;
      await store.bulkLoad(createRows(0), { partition, epoch: 0 }, marker);
    }
    this.#publishedOffsets = [...offsets];
    this.#newestPublishedMs = mode.hourStartMs;
    this.#nextHourMs = mode.hourStartMs + hourMs;
    if (isLast) this.#drainedAtMs = runtime.clock.nowMs();
  }

  /** False if it was stopped. */
  async #runJob(mode: BatchMode): Promise<boolean> {
    const plan = this.#options.planOf(mode);
    const { runtime } = this.#options;
    let unreachableSinceMs: number | undefined;
    for (let attempt = 1; ; attempt++) {
      if (this.#isStopped) return false;
      try {
        await this.#options.runToEnd(plan, (counts) => addCounts(this.#counts, counts));
        return true;
      } catch (error) {
        if (this.#isStopped) return false;
        if (error instanceof FlinkUnavailableError) {
          const nowMs = runtime.clock.nowMs();
          unreachableSinceMs ??= nowMs;
          if (nowMs - unreachableSinceMs < UNREACHABLE_FOR_MS) {
            attempt -= 1;
            await runtime.sleep(LOOK_EVERY_MS);
            continue;
          }
        }
        if (attempt < MAX_ATTEMPTS) continue;
        throw new JobFailedError(
          `the batch job of hour ${mode.hourStartMs} failed ${attempt} times: ${(error as Error).message}`,
        );
      }
    }
  }

  #cutOffMs(): number {
    return this.#options.stage.bucketBy === 'event-time' ? this.#options.stage.cutOffMs : 0;
  }
}

/** The log, or the cluster, may be back at the next look. */
function isPassing(error: unknown): boolean {
  return error instanceof FlinkUnavailableError || (error as Error).name === 'LogUnavailableError';
}
