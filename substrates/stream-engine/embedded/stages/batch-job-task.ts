/**
 * The periodic batch job of one partition: when an hour is over by arrival time, it reads that hour from the archive
 * (the log), counts it, and bulk-loads the result; the hour is published when the last chunk is in. Between two jobs
 * nothing runs. A job that was killed is started again from the archive: loading replaces, so nothing is counted twice.
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
  notBefore,
  type StageProgress,
  type StageTask,
  type TaskContext,
} from './stage-task.ts';

/** Look again after this long while an hour is not over. */
const BETWEEN_JOBS_MS = 20;
/** Entries of the archive that one step looks through for the stream's end. */
const ENTRIES_PER_LOOK = 16;

/** The job of one hour, while it runs. */
interface Job {
  hourStartMs: number;
  table: WindowTable;
  /** Where the next hour's job starts to read; unknown until something that is not of this hour was seen. */
  nextOffset: number | undefined;
  /** Least event time after the hour that was seen, where events are bucketed by it. */
  nextEventMs: number;
  sawEnd: boolean;
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
  /** Runs ahead and looks for the stream's end, where events may have arrived before their hour. */
  #scout: LogReader | undefined;
  #entry: LogEntry | undefined;
  /** Rows of the current entry that a stop at a position lets through first. */
  #cursor = 0;
  #job: Job | undefined;
  /** Start of the next job's hour; undefined until the first arrival tells. */
  #nextHourMs: number | undefined;
  /** Offset of the next entry that was not delivered yet. */
  #expectedOffset = 0;
  /** How far the archive is read. */
  #readOffset = 0;
  /** Everything before it is in published hours. */
  #offset = 0;
  /** Where the stream ends; undefined until a job has read as far. */
  #endOffset: number | undefined;
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
      offset: Math.max(this.#offset, this.#readOffset),
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
    await this.#scout?.close();
  }

  /** Starts the next hour's job when the hour, and the cut-off, are over. */
  async #startIfDue(): Promise<number> {
    if (this.#nextHourMs === undefined) {
      const entry = await this.#peek();
      if (entry === undefined) return BETWEEN_JOBS_MS;
      // The cut-off of earlier hours was over before anything arrived.
      this.#nextHourMs = hourStartOf(entry.arrivalMs - this.#cutOffMs(), this.#context.settings.hourMs);
    }
    const dueMs = this.#nextHourMs + this.#context.settings.hourMs + this.#cutOffMs();
    const waitMs = dueMs - this.#context.clock.nowMs();
    if (waitMs > 0) {
      const look = await this.#lookForEnd();
      if (look !== 'ended') return look === 'looking' ? 0 : Math.min(BETWEEN_JOBS_MS, waitMs);
    }
    this.#job = {
      hourStartMs: this.#nextHourMs,
      table: new WindowTable(),
      nextOffset: undefined,
      nextEventMs: Number.POSITIVE_INFINITY,
      sawEnd: false,
      ids: undefined,
      loaded: 0,
    };
    return 0;
  }

  /** A stream that has ended leaves nothing to wait for: what is not published is then published at once. */
  async #lookForEnd(): Promise<'ended' | 'running' | 'looking'> {
    if (this.#endOffset !== undefined) return 'ended';
    // By arrival the next job begins where the last one ended.
    if (!this.#byEventTime()) return (await this.#peek())?.kind === 'end' ? 'ended' : 'running';
    this.#scout ??= await this.#context.log.openReader(this.#context.partition, this.#offset);
    for (let looked = 0; looked < ENTRIES_PER_LOOK; looked++) {
      const entry = await this.#scout.read();
      if (entry === undefined) return 'running';
      if (entry.kind !== 'end') continue;
      this.#endOffset = entry.offset;
      return 'ended';
    }
    return 'looking';
  }

  /** Counts one entry of the archive into the job, or finds that the job has read all that is its own. */
  async #readEntry(job: Job): Promise<number> {
    const entry = await this.#peek();
    if (entry === undefined) return IDLE_MS;
    const hourEndMs = job.hourStartMs + this.#context.settings.hourMs;
    const isOver = entry.kind === 'end' || entry.arrivalMs >= hourEndMs + this.#cutOffMs();
    if (isOver || (this.#byEventTime() && entry.kind === 'impressions' && entry.block.maxEventTimeMs >= hourEndMs)) {
      job.nextOffset ??= entry.offset + (entry.kind === 'impressions' ? this.#cursor : 0);
    }
    if (isOver) {
      job.sawEnd = entry.kind === 'end';
      if (job.sawEnd) this.#endOffset = entry.offset;
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
    if (this.#byEventTime()) countHour(job, block, from, from + take, this.#context.settings.hourMs);
    else job.table.countBlock(block, from, from + take);
    this.#cursor += take;
    this.#readOffset = entry.offset + this.#cursor;
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
    const { hourMs } = this.#context.settings;
    this.#nextHourMs = job.hourStartMs + hourMs;
    // Nothing more will come: hours without events need no job.
    if (job.sawEnd && job.nextEventMs < Number.POSITIVE_INFINITY)
      this.#nextHourMs = hourStartOf(job.nextEventMs, hourMs);
    this.#job = undefined;
    if (this.#byEventTime()) await this.#openReader(nextOffset);
    // By event time the end may be seen by a job that leaves events to the next hour's.
    if (nextOffset === this.#endOffset) this.#drainedAtMs = this.#context.runtime.clock.nowMs();
  }

  #byEventTime(): boolean {
    return this.#stage.bucketBy === 'event-time';
  }

  #cutOffMs(): number {
    return this.#byEventTime() ? this.#stage.cutOffMs : 0;
  }

  async #openReader(offset: number): Promise<void> {
    await this.#reader?.close();
    const { log, partition, hooks } = this.#context;
    this.#reader = hooks.wrapReader(this.#site(offset), await log.openReader(partition, offset));
    this.#entry = undefined;
    this.#cursor = 0;
    this.#expectedOffset = offset;
  }

  /** The current entry; control blocks that tell nothing new included. */
  async #peek(): Promise<LogEntry | undefined> {
    while (this.#entry === undefined) {
      const entry = await this.#reader?.read();
      if (entry === undefined) return undefined;
      this.#cursor = 0;
      this.#entry = entry;
      if (entry.kind !== 'impressions') break;
      // What the log delivers again was read already.
      const block = notBefore(entry, this.#expectedOffset);
      if (block === undefined) this.#entry = undefined;
      else if (block !== entry.block) this.#entry = { ...entry, block, offset: this.#expectedOffset };
      this.#expectedOffset = Math.max(this.#expectedOffset, entry.offset + entry.block.count);
    }
    return this.#entry;
  }

  #site(offset = this.#offset): HookSite {
    return { stage: this.#context.stage, partition: this.#context.partition, offset };
  }
}

/** Counts the rows whose event time lies in the job's hour, and notes the first after it. */
function countHour(job: Job, block: ImpressionBlock, from: number, to: number, hourMs: number): void {
  const { table, hourStartMs } = job;
  for (let row = from; row < to; row++) {
    const timeMs = block.minEventTimeMs + (block.eventTimeDeltaMs[row] as number);
    if (timeMs >= hourStartMs + hourMs) job.nextEventMs = Math.min(job.nextEventMs, timeMs);
    else if (timeMs >= hourStartMs) table.countBlock(block, row, row + 1);
  }
}
