/**
 * Keyed window state: counts the partition's log into tumbling windows, checkpoints them with the position, and hands
 * closed windows over to a store if the declaration says so. Snapshots are copied in one go and written while ingestion
 * goes on.
 */
import { type ImpressionBlock, sliceBlock } from '../../../../generators/impression.ts';
import type { WindowStateStage } from '../../../declaration.ts';
import type { LogReader } from '../../../event-log/event-log.ts';
import { type KeyColumns, StoreUnavailableError } from '../../../key-value-store/key-value-store.ts';
import { StateAnswer, type StateAnswers } from '../../../query-service.ts';
import type { CheckpointFigures } from '../../stream-engine.ts';
import type { PartitionState } from '../checkpoint-codec.ts';
import { CheckpointStore } from '../checkpoint-store.ts';
import type { HookSite } from '../hooks.ts';
import { PartitionWindows, type Window } from '../partition-windows.ts';
import { packWindow, unpackWindow } from '../window-snapshot.ts';
import { IDLE_MS, notBefore, RETRY_MS, type StageProgress, type StageTask, type TaskContext } from './stage-task.ts';
import { WindowHandOver } from './window-hand-over.ts';

export class WindowStateTask implements StageTask {
  readonly #context: TaskContext;
  readonly #stage: WindowStateStage;
  readonly #windows: PartitionWindows;
  readonly #checkpoints: CheckpointStore;
  readonly #handOver: WindowHandOver | undefined;
  /** Files of sealed windows that are kept, by hour. */
  readonly #sealedFiles = new Map<number, string>();
  readonly #figures: CheckpointFigures = { count: 0, bytes: 0, longestPauseMs: 0 };
  #reader: LogReader | undefined;
  /** Rows of a block that a stop at a position has cut off. */
  #rest: ImpressionBlock | undefined;
  #offset = 0;
  #ended = false;
  #drainedAtMs: number | undefined;
  #nextCheckpointMs = 0;
  #lastCheckpointDone = false;
  /** After a store could not be reached: not before this. */
  #nextHandOverMs = 0;
  #writing: Promise<void> | undefined;
  #failure: unknown;

  constructor(context: TaskContext, stage: WindowStateStage) {
    this.#context = context;
    this.#stage = stage;
    this.#windows = new PartitionWindows(context.settings);
    const { runtime, directory, partition, fence } = context;
    this.#checkpoints = new CheckpointStore(runtime, directory, context.stage, partition, fence.epoch);
    const onClose = stage.onClose;
    if (onClose.kind !== 'nothing') this.#handOver = new WindowHandOver(context, stage, onClose.kind, onClose.store);
  }

  get partition(): number {
    return this.#context.partition;
  }

  get queryable(): boolean {
    return this.#stage.queryable;
  }

  async open(): Promise<void> {
    const { hooks, stage, partition, log, settings, clock } = this.#context;
    const restored = await this.#checkpoints.restore();
    await hooks.failpoint('during-restore', this.#site());
    if (restored !== undefined) await this.#restoreState(restored.state);
    this.#reader = hooks.wrapReader(this.#site(), await log.openReader(partition, this.#offset));
    const share = (partition + 1) / log.partitions;
    this.#nextCheckpointMs = clock.nowMs() + settings.checkpointIntervalMs * share;
    this.#context.restored({
      stage,
      partition,
      fromOffset: this.#offset,
      coveredEvents: this.#handOver?.coveredEvents ?? this.#offset,
      restored: restored?.file ?? null,
      rejected: restored?.rejected ?? [],
    });
  }

  async step(): Promise<number> {
    if (this.#failure !== undefined) throw this.#failure;
    const settling = this.#windows.settling;
    if (settling.length > 0) {
      await this.#handOverChunk(settling);
      this.#retire(settling);
    }
    this.#checkpointIfDue();
    const read = await this.#readBlock();
    if (read) return 0;
    if (this.#isHandingOver()) return Math.max(0, this.#nextHandOverMs - this.#context.clock.nowMs());
    if (this.#ended && this.#writing === undefined) this.#finish();
    return IDLE_MS;
  }

  progress(): StageProgress {
    const handOver = this.#handOver;
    const onClose = this.#stage.onClose;
    const counted = this.#windows.countedEvents;
    return {
      stage: this.#context.stage,
      partition: this.#context.partition,
      offset: this.#offset,
      reflectedEvents: this.#stage.queryable ? counted : (handOver?.acknowledgedEvents ?? 0),
      store: onClose.kind === 'nothing' ? undefined : onClose.store,
      storedEvents: handOver?.acknowledgedEvents ?? 0,
      lateDroppedEvents: this.#windows.lateDroppedEvents,
      drained: this.#drainedAtMs !== undefined,
      drainedAtMs: this.#drainedAtMs,
      stateBytes: this.#windows.bytes(),
      checkpoints: { ...this.#figures },
    };
  }

  /** Answers row `row` of the keys from state. */
  answer(keys: KeyColumns, row: number, into: StateAnswers): void {
    const window = this.#windows.get(keys.hourStartMs[row] as number);
    if (window === undefined) {
      into.answer[row] = StateAnswer.NotHeld;
      return;
    }
    into.answer[row] = StateAnswer.Held;
    window.table.read(
      keys.tweetIdLo[row] as number,
      keys.tweetIdHi[row] as number,
      into.counter,
      into.fingerprint,
      row,
    );
  }

  async close(savepoint: boolean): Promise<void> {
    await this.#writing;
    if (savepoint) await this.#checkpoint();
    await this.#reader?.close();
  }

  async #restoreState(state: PartitionState): Promise<void> {
    const windows: Window[] = [];
    for (const saved of state.windows) {
      const named = 'file' in saved.rows ? saved.rows.file : undefined;
      const rows = 'file' in saved.rows ? await this.#checkpoints.readSealed(saved.rows.file) : saved.rows;
      if (named !== undefined) this.#sealedFiles.set(saved.hourStartMs, named);
      windows.push(unpackWindow(saved, rows));
    }
    this.#windows.restore(state.maxEventTimeMs, state.lateDroppedEvents, state.countedEvents, windows);
    this.#handOver?.restore(state.handedOverEvents);
    this.#offset = state.offset;
    this.#ended = state.ended;
  }

  /** Hands over a chunk; while the store cannot be reached windows wait, and counting and queries go on. */
  async #handOverChunk(settling: readonly Window[]): Promise<void> {
    const { clock } = this.#context;
    if (this.#handOver === undefined || clock.nowMs() < this.#nextHandOverMs) return;
    try {
      await this.#handOver.step(settling, this.#offset);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      this.#nextHandOverMs = clock.nowMs() + RETRY_MS;
    }
  }

  /**
   * Nothing is left to read or to hand over: what is there is checkpointed once more, and then the partition is
   * drained.
   */
  #finish(): void {
    if (this.#lastCheckpointDone) {
      this.#drainedAtMs ??= this.#context.runtime.clock.nowMs();
      return;
    }
    this.#startCheckpoint();
    this.#lastCheckpointDone = true;
  }

  #isHandingOver(): boolean {
    return this.#windows.settling.length > 0 && (this.#handOver?.isDue(this.#windows.settling) ?? false);
  }

  /** Lets go of what is not needed any more, and writes sealed windows that are kept to files of their own. */
  #retire(settling: readonly Window[]): void {
    for (const window of settling) {
      const handedOver = this.#handOver === undefined || (window.phase === 'handed-over' && window.late === undefined);
      if (!window.sealed || !handedOver) continue;
      if (this.#stage.keep === 'open') {
        this.#windows.remove(window);
      } else {
        this.#windows.settled(window);
        if (!this.#sealedFiles.has(window.hourStartMs)) this.#background(this.#seal(window));
      }
    }
  }

  async #seal(window: Window): Promise<void> {
    const file = await this.#checkpoints.writeSealed(window.hourStartMs, window.table.pack());
    this.#sealedFiles.set(window.hourStartMs, file);
  }

  #checkpointIfDue(): void {
    const { settings, clock } = this.#context;
    if (settings.checkpointIntervalMs === 0 || this.#writing !== undefined) return;
    const nowMs = clock.nowMs();
    if (nowMs < this.#nextCheckpointMs) return;
    this.#nextCheckpointMs = nowMs + settings.checkpointIntervalMs;
    this.#startCheckpoint();
  }

  #startCheckpoint(): void {
    this.#writing = this.#checkpoint().finally(() => {
      this.#writing = undefined;
    });
    this.#background(this.#writing);
  }

  async #checkpoint(): Promise<void> {
    const { hooks, runtime } = this.#context;
    const site = this.#site();
    const startedMs = runtime.clock.nowMs();
    const state = this.#capture();
    const written = this.#checkpoints.write(state, () => hooks.failpoint('mid-snapshot', site));
    const pauseMs = runtime.clock.nowMs() - startedMs;
    const { bytes } = await written;
    this.#figures.count += 1;
    this.#figures.bytes += bytes;
    this.#figures.longestPauseMs = Math.max(this.#figures.longestPauseMs, pauseMs);
    await hooks.committed(site, state.handedOverEvents);
  }

  #capture(): PartitionState {
    return {
      partition: this.#context.partition,
      offset: this.#offset,
      ended: this.#ended,
      maxEventTimeMs: this.#windows.maxEventTimeMs,
      lateDroppedEvents: this.#windows.lateDroppedEvents,
      countedEvents: this.#windows.countedEvents,
      handedOverEvents: this.#handOver?.coveredEvents ?? 0,
      windows: this.#windows.all().map((window) => packWindow(window, this.#sealedFiles.get(window.hourStartMs))),
    };
  }

  /** Counts the next block; false if the log has none now. */
  async #readBlock(): Promise<boolean> {
    if (this.#ended) return false;
    const block = this.#rest ?? (await this.#nextBlock());
    this.#rest = undefined;
    if (block === undefined) return false;
    const take = this.#context.hooks.rowsBeforeStop(this.#site(), block.count);
    if (take === 0) {
      this.#rest = block;
      await this.#context.hooks.failpoint('position', this.#site());
    } else if (take < block.count) {
      this.#rest = sliceBlock(block, take, block.count);
      this.#windows.apply(sliceBlock(block, 0, take));
    } else {
      this.#windows.apply(block);
    }
    this.#offset += take;
    return true;
  }

  async #nextBlock(): Promise<ImpressionBlock | undefined> {
    const entry = await this.#reader?.read();
    if (entry === undefined || entry.kind === 'heartbeat') return undefined;
    if (entry.kind === 'impressions') return notBefore(entry, this.#offset);
    this.#ended = true;
    this.#windows.end();
    return undefined;
  }

  /** Work that goes on beside the steps; its failure ends the next step. */
  #background(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#failure ??= error;
    });
  }

  #site(): HookSite {
    return { stage: this.#context.stage, partition: this.#context.partition, offset: this.#offset };
  }
}
