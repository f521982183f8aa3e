/**
 * The periodic batch job of one partition: when an hour is over by arrival time, it reads that hour from the archive (the log), counts
 * it, and bulk-loads the result; the hour is published when the last chunk is in. Between two jobs nothing runs. A job that was
 * killed is started again from the archive: loading replaces, so nothing is counted twice.
 */
import { hourStartOf, type ImpressionBlock } from '../../../../generators/impression.ts';
import type { BatchJobStage } from '../../../declaration.ts';
import type { LogEntry, LogReader } from '../../../event-log/event-log.ts';
import { createRows, type KeyValueStore, type RowColumns } from '../../../key-value-store/key-value-store.ts';
import type { HookSite } from '../hooks.ts';
import { PositionFile } from '../position-file.ts';
import { WindowTable } from '../window-table.ts';
import {
  boundStore,
  IDLE_MS,
  noCheckpoints,
  type StageProgress,
  type StageTask,
  type TaskContext,
} from './stage-task.ts';

/** Look again after this long while an hour is not over. */
const BETWEEN_JOBS_MS = 20;

/** The job of one hour, while it runs. */
interface Job {
  hourStartMs: number;
  table: WindowTable;
  /** Where the next hour's job starts to read; unknown until an arrival after the hour's end was seen. */
  nextOffset: number | undefined;
  ids: BigUint64Array | undefined;
  loaded: number;
}

export class BatchJobTask implements StageTask {
  readonly #context: TaskContext;
  readonly #stage: BatchJobStage;
  readonly #store: KeyValueStore;
  readonly #position: PositionFile;
  readonly #rows: RowColumns;
  #reader: LogReader | undefined;
  #entry: LogEntry | undefined;
  /** Rows of the current entry that a stop at a position lets through first. */
  #cursor = 0;
  #job: Job | undefined;
  /** Start of the next job's hour; undefined until the first arrival tells. */
  #nextHourMs: number | undefined;
  /** Everything before it is in published hours. */
  #offset = 0;
  #ended = false;
  #drainedAtMs: number | undefined;

  constructor(context: TaskContext, stage: BatchJobStage) {
    this.#context = context;
    this.#stage = stage;
    this.#store = boundStore(context, stage.store);
    this.#rows = createRows(stage.maxLoadKeys);
    const { runtime, directory, partition, fence } = context;
    this.#position = new PositionFile(runtime, directory, context.stage, partition, fence.epoch);
  }

  async open(): Promise<void> {
    const { hooks, stage, partition } = this.#context;
    const position = await this.#position.restore();
    await hooks.failpoint('during-restore', this.#site());
    if (position !== undefined) {
      this.#offset = position.offset;
      const markers = await this.#store.markers('published-hour', this.#context.log.partitions);
      const published = markers[partition];
      // The position is committed after the marker: an hour that was published without it is loaded again.
      if (published !== undefined)
        this.#nextHourMs = Math.min(published, position.value) + this.#context.settings.hourMs;
    }
    await this.#openReader(this.#offset);
    this.#context.restored({
      stage,
      partition,
      fromOffset: this.#offset,
      coveredEvents: this.#offset,
      restored: position?.file ?? null,
      rejected: [],
    });
  }

  async step(): Promise<number> {
    if (this.#drainedAtMs !== undefined) return BETWEEN_JOBS_MS;
    if (this.#job === undefined) return this.#startIfDue();
    if (this.#job.ids === undefined) return this.#readEntry(this.#job);
    await this.#loadChunk(this.#job, this.#job.ids);
    return 0;
  }

  progress(): StageProgress {
    return {
      stage: this.#context.stage,
      partition: this.#context.partition,
      offset: this.#offset,
      reflectedEvents: this.#offset,
      store: this.#stage.store,
      storedEvents: this.#offset,
      lateDroppedEvents: 0,
      drained: this.#drainedAtMs !== undefined,
      drainedAtMs: this.#drainedAtMs,
      stateBytes: this.#job?.table.bytes ?? 0,
      checkpoints: noCheckpoints,
    };
  }

  async close(): Promise<void> {
    await this.#position.close();
    await this.#reader?.close();
  }

  /** Starts the next hour's job when the hour, and the cut-off, are over. */
  async #startIfDue(): Promise<number> {
    if (this.#nextHourMs === undefined) {
      const entry = await this.#peek();
      if (entry === undefined) return BETWEEN_JOBS_MS;
      this.#nextHourMs = hourStartOf(entry.arrivalMs, this.#context.settings.hourMs);
    }
    const dueMs = this.#nextHourMs + this.#context.settings.hourMs + this.#cutOffMs();
    const waitMs = dueMs - this.#context.runtime.clock.nowMs();
    // A stream that ended has no more hours than it has arrivals.
    if (waitMs > 0 && (await this.#peek())?.kind !== 'end') return Math.min(BETWEEN_JOBS_MS, waitMs);
    this.#job = {
      hourStartMs: this.#nextHourMs,
      table: new WindowTable(),
      nextOffset: undefined,
      ids: undefined,
      loaded: 0,
    };
    return 0;
  }

  /** Counts one entry of the archive into the job, or finds that the job has read all that is its own. */
  async #readEntry(job: Job): Promise<number> {
    const entry = await this.#peek();
    if (entry === undefined) return IDLE_MS;
    const hourEndMs = job.hourStartMs + this.#context.settings.hourMs;
    const beyond = entry.kind === 'end' || entry.arrivalMs >= hourEndMs;
    if (beyond) job.nextOffset ??= entry.offset + (entry.kind === 'impressions' ? this.#cursor : 0);
    if (entry.kind === 'end' || entry.arrivalMs >= hourEndMs + this.#cutOffMs()) {
      this.#ended = entry.kind === 'end';
      job.ids = job.table.sortedIds();
      return 0;
    }
    if (entry.kind === 'impressions') await this.#countEntry(job, entry);
    else this.#entry = undefined;
    return 0;
  }

  async #countEntry(job: Job, entry: LogEntry & { kind: 'impressions' }): Promise<void> {
    const { block } = entry;
    const from = this.#cursor;
    const take = this.#context.hooks.rowsBeforeStop(this.#site(entry.offset + from), block.count - from);
    if (take === 0) {
      await this.#context.hooks.failpoint('position', this.#site(entry.offset + from));
      return;
    }
    if (this.#stage.bucketBy === 'arrival-time') job.table.countBlock(block, from, from + take);
    else countHour(job.table, block, from, from + take, job.hourStartMs, this.#context.settings.hourMs);
    this.#cursor += take;
    if (this.#cursor === block.count) this.#entry = undefined;
  }

  /** Loads one chunk; when none is left the hour is published, and then the position is committed. */
  async #loadChunk(job: Job, ids: BigUint64Array): Promise<void> {
    const { hooks, fence } = this.#context;
    const site = this.#site(job.nextOffset as number);
    const rows = this.#rows;
    rows.count = Math.min(this.#stage.maxLoadKeys, ids.length - job.loaded);
    if (rows.count > 0) {
      this.#fillRows(job, ids);
      await this.#store.bulkLoad(rows, fence);
      job.loaded += rows.count;
      await hooks.failpoint('mid-publish', site);
      return;
    }
    await this.#store.bulkLoad(rows, fence, { name: 'published-hour', value: job.hourStartMs });
    await hooks.failpoint('after-store-ack', site);
    await this.#finish(job);
  }

  #fillRows(job: Job, ids: BigUint64Array): void {
    const rows = this.#rows;
    const lanes = new Int32Array(ids.buffer);
    for (let row = 0; row < rows.count; row++) {
      const at = 2 * (job.loaded + row);
      rows.tweetIdLo[row] = lanes[at] as number;
      rows.tweetIdHi[row] = lanes[at + 1] as number;
      rows.hourStartMs[row] = job.hourStartMs;
      job.table.read(lanes[at] as number, lanes[at + 1] as number, rows.counter, rows.fingerprint, row);
    }
  }

  async #finish(job: Job): Promise<void> {
    const nextOffset = job.nextOffset as number;
    await this.#position.commit({ offset: nextOffset, value: job.hourStartMs });
    this.#offset = nextOffset;
    this.#nextHourMs = job.hourStartMs + this.#context.settings.hourMs;
    this.#job = undefined;
    if (this.#cutOffMs() > 0) await this.#openReader(nextOffset);
    // After the end only an hour that has events of its own is left: with a cut-off there may be one.
    if (this.#ended && (await this.#peek())?.kind === 'end') this.#drainedAtMs = this.#context.runtime.clock.nowMs();
  }

  #cutOffMs(): number {
    return this.#stage.bucketBy === 'event-time' ? this.#stage.cutOffMs : 0;
  }

  async #openReader(offset: number): Promise<void> {
    await this.#reader?.close();
    this.#reader = await this.#context.log.openReader(this.#context.partition, offset);
    this.#entry = undefined;
    this.#cursor = 0;
  }

  /** The current entry; control blocks that tell nothing new included. */
  async #peek(): Promise<LogEntry | undefined> {
    if (this.#entry === undefined) {
      this.#entry = await this.#reader?.read();
      this.#cursor = 0;
    }
    return this.#entry;
  }

  #site(offset = this.#offset): HookSite {
    return { stage: this.#context.stage, partition: this.#context.partition, offset };
  }
}

/** Counts the rows whose event time lies in the hour. */
function countHour(
  table: WindowTable,
  block: ImpressionBlock,
  from: number,
  to: number,
  hourStartMs: number,
  hourMs: number,
): void {
  for (let row = from; row < to; row++) {
    const timeMs = block.minEventTimeMs + (block.eventTimeDeltaMs[row] as number);
    if (timeMs >= hourStartMs && timeMs < hourStartMs + hourMs) table.countBlock(block, row, row + 1);
  }
}
