/**
 * Every event increments its counter in the store. The log position is committed to a file after the store has
 * acknowledged (at-least-once: a crash in between counts the batch again), or inside the store's own transaction.
 */
import { fingerprintKey, fingerprintOf, hourStartOf, type ImpressionBlock } from '../../../../generators/impression.ts';
import type { IncrementStoreStage } from '../../../declaration.ts';
import type { LogReader } from '../../../event-log/event-log.ts';
import { createRows, type KeyValueStore, type RowColumns } from '../../../key-value-store/key-value-store.ts';
import type { HookSite } from '../hooks.ts';
import { PositionFile } from '../position-file.ts';
import { PublishedHoursDeletion } from './published-hours-deletion.ts';
import {
  boundStore,
  IDLE_MS,
  noCheckpoints,
  notBefore,
  type StageProgress,
  type StageTask,
  type TaskContext,
} from './stage-task.ts';

export class IncrementStoreTask implements StageTask {
  readonly #context: TaskContext;
  readonly #stage: IncrementStoreStage;
  readonly #store: KeyValueStore;
  readonly #position: PositionFile;
  readonly #deletion: PublishedHoursDeletion | undefined;
  readonly #rows: RowColumns;
  #reader: LogReader | undefined;
  #block: ImpressionBlock | undefined;
  #cursor = 0;
  /** Offset of the block's first row. */
  #blockOffset = 0;
  /** Next impression to read. */
  #offset = 0;
  #acknowledgedEvents = 0;
  /** Hour of the last event that was acknowledged. */
  #newestHourMs = Number.NEGATIVE_INFINITY;
  /** The rows are not acknowledged: their write failed, and is tried again. */
  #unwritten = false;
  #ended = false;
  #drainedAtMs: number | undefined;

  constructor(context: TaskContext, stage: IncrementStoreStage, published: KeyValueStore | undefined) {
    this.#context = context;
    this.#stage = stage;
    this.#store = boundStore(context, stage.store);
    this.#rows = createRows(stage.maxBatchEvents);
    const { runtime, directory, partition, fence } = context;
    this.#position = new PositionFile(runtime, directory, context.stage, partition, fence.epoch);
    if (stage.deleteAfterPublishedHours !== undefined && published !== undefined) {
      this.#deletion = new PublishedHoursDeletion(context, this.#store, published, stage.deleteAfterPublishedHours);
    }
  }

  async open(): Promise<void> {
    const { stage, partition, log } = this.#context;
    const restored = await this.#restore();
    this.#offset = restored.offset;
    this.#acknowledgedEvents = restored.offset;
    await this.#context.hooks.failpoint('during-restore', this.#site());
    this.#reader = this.#context.hooks.wrapReader(this.#site(), await log.openReader(partition, this.#offset));
    this.#context.restored({
      stage,
      partition,
      fromOffset: this.#offset,
      coveredEvents: this.#offset,
      restored: restored.file,
      rejected: [],
    });
  }

  async step(): Promise<number> {
    await this.#deletion?.step(this.#newestHourMs);
    if (this.#drainedAtMs !== undefined) return IDLE_MS * 10;
    const stopDue = this.#unwritten ? false : await this.#gather();
    if (this.#rows.count > 0) {
      await this.#write();
      return 0;
    }
    if (stopDue) {
      await this.#context.hooks.failpoint('position', this.#site());
      return 0;
    }
    if (this.#ended) this.#drainedAtMs = this.#context.runtime.clock.nowMs();
    return IDLE_MS;
  }

  progress(): StageProgress {
    return {
      stage: this.#context.stage,
      partition: this.#context.partition,
      offset: this.#acknowledgedEvents,
      reflectedEvents: this.#acknowledgedEvents,
      store: this.#stage.store,
      storedEvents: this.#acknowledgedEvents,
      lateDroppedEvents: 0,
      drained: this.#drainedAtMs !== undefined,
      drainedAtMs: this.#drainedAtMs,
      stateBytes: 0,
      checkpoints: noCheckpoints,
    };
  }

  async close(): Promise<void> {
    await this.#position.close();
    await this.#reader?.close();
  }

  async #restore(): Promise<{ offset: number; file: string | null }> {
    if (this.#stage.commit === 'with-write') {
      const { partition, log } = this.#context;
      const markers = await this.#store.markers('log-position', log.partitions);
      return { offset: markers[partition] ?? 0, file: markers[partition] === undefined ? null : 'store' };
    }
    const position = await this.#position.restore();
    return { offset: position?.offset ?? 0, file: position?.file ?? null };
  }

  /**
   * Fills the batch with what the log has, over block edges. True if a stop at a position is due before the next row.
   */
  async #gather(): Promise<boolean> {
    const rows = this.#rows;
    rows.count = 0;
    while (rows.count < this.#stage.maxBatchEvents) {
      const block = await this.#currentBlock();
      if (block === undefined) return false;
      const room = Math.min(this.#stage.maxBatchEvents - rows.count, block.count - this.#cursor);
      const take = this.#context.hooks.rowsBeforeStop(this.#site(), room);
      if (take === 0) return true;
      copyIncrements(block, this.#cursor, this.#cursor + take, this.#context.settings.hourMs, rows);
      this.#cursor += take;
      this.#offset = this.#blockOffset + this.#cursor;
    }
    return false;
  }

  /** The block with rows that were not read yet; undefined if the log has none now. */
  async #currentBlock(): Promise<ImpressionBlock | undefined> {
    if (this.#block !== undefined && this.#cursor < this.#block.count) return this.#block;
    this.#block = undefined;
    while (!this.#ended) {
      const entry = await this.#reader?.read();
      if (entry === undefined) return undefined;
      if (entry.kind === 'end') this.#ended = true;
      if (entry.kind !== 'impressions') continue;
      // Only a position that is one with the writes tells what was counted; without it an entry that comes again is
      // counted again.
      const block = this.#stage.commit === 'with-write' ? notBefore(entry, this.#offset) : entry.block;
      if (block === undefined) continue;
      this.#block = block;
      this.#blockOffset = entry.offset + (entry.block.count - block.count);
      this.#cursor = 0;
      return block;
    }
    return undefined;
  }

  async #write(): Promise<void> {
    const { hooks, fence, partition } = this.#context;
    const site = this.#site();
    const events = this.#offset;
    await hooks.failpoint('after-read', site);
    await hooks.failpoint('before-store', site);
    await hooks.sending(site, events);
    const wasApplied = this.#unwritten && (await this.#isApplied(events));
    this.#unwritten = true;
    if (!wasApplied) {
      await this.#store.increment(this.#rows, fence, {
        mode: this.#stage.increment,
        noteTransaction: (transaction) => void hooks.sending(site, events, transaction),
        ...(this.#stage.commit === 'with-write' ? { marker: { name: 'log-position', value: events } as const } : {}),
      });
    }
    this.#unwritten = false;
    await hooks.acknowledged(site, events);
    this.#acknowledgedEvents = events;
    this.#newestHourMs = Math.max(this.#newestHourMs, this.#rows.hourStartMs[this.#rows.count - 1] as number);
    await hooks.failpoint('after-store-ack', site);
    if (this.#stage.commit === 'after-write') await this.#position.commit({ offset: events, value: partition });
    await hooks.committed(site, events);
  }

  /** A write that failed may have been applied and its reply lost: a position in the same transaction tells. */
  async #isApplied(events: number): Promise<boolean> {
    if (this.#stage.commit !== 'with-write') return false;
    const { partition, log } = this.#context;
    const markers = await this.#store.markers('log-position', log.partitions);
    return (markers[partition] ?? 0) >= events;
  }

  #site(): HookSite {
    return { stage: this.#context.stage, partition: this.#context.partition, offset: this.#offset };
  }
}

/** Appends rows `[from, to)` as increments by one. */
function copyIncrements(block: ImpressionBlock, from: number, to: number, hourMs: number, rows: RowColumns): void {
  const key = fingerprintKey(block.partition, block.firstSequence);
  let hourStartMs = hourStartOf(block.minEventTimeMs, hourMs);
  let at = rows.count;
  for (let row = from; row < to; row++, at++) {
    const timeMs = block.minEventTimeMs + (block.eventTimeDeltaMs[row] as number);
    if (timeMs < hourStartMs || timeMs >= hourStartMs + hourMs) hourStartMs = hourStartOf(timeMs, hourMs);
    rows.tweetIdLo[at] = block.tweetIdLo[row] as number;
    rows.tweetIdHi[at] = block.tweetIdHi[row] as number;
    rows.hourStartMs[at] = hourStartMs;
    rows.counter[at] = 1;
    rows.fingerprint[at] = fingerprintOf(key, block.firstSequence + row);
  }
  rows.count = at;
}
