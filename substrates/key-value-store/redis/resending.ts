/**
 * Increments as many people run them: a plain pipeline through ioredis with its own defaults. What was not answered is
 * sent again after a reconnect, although it may have been applied, and then counts twice; no error is seen. There is no
 * transaction to prevent that, so a batch may also be applied in part, and the fence is only looked at before a batch.
 */
import { type Fence, FencedError, type StoreCounts } from '../key-value-store.ts';
import { countSent, countWrites } from '../store-counts.ts';
import { Control } from './control.ts';
import { type Lane, LaneError, type Reply } from './lane.ts';
import type { QuestionLane } from './question-lane.ts';
import { explainReply } from './refusals.ts';
import type { RowBatch } from './row-batch.ts';
import { type BatchOptions, countScripts, firstError, type Shard, unavailable } from './shard.ts';

export class ResendingIncrements {
  readonly #shard: Shard;
  readonly #questions: QuestionLane;
  readonly #counts: StoreCounts;
  readonly #openLane: () => Promise<Lane>;
  #lane: Lane | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(shard: Shard, questions: QuestionLane, counts: StoreCounts, openLane: () => Promise<Lane>) {
    this.#shard = shard;
    this.#questions = questions;
    this.#counts = counts;
    this.#openLane = openLane;
  }

  apply(batch: RowBatch, fence: Fence, options: BatchOptions): Promise<void> {
    const done = this.#turn.then(() => this.#apply(batch, fence, options));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  close(): void {
    this.#lane?.close();
  }

  async #apply(batch: RowBatch, fence: Fence, { marker }: BatchOptions): Promise<void> {
    const control = await this.#plannedControl(batch, fence);
    const { keys } = this.#shard;
    let sent = false;
    try {
      const lane = await this.#ready();
      for (let from = 0; from < batch.count; from += batch.rowsPerFlush) {
        batch.stage(lane, keys, control, from, Math.min(batch.count, from + batch.rowsPerFlush));
        sent = true;
        this.#settle(lane, await lane.flush());
      }
      if (marker !== undefined) {
        lane.stage('HSET', keys.marker(marker.name), String(fence.partition), String(marker.value));
        sent = true;
        this.#settle(lane, await lane.flush());
      }
      countWrites(this.#counts, batch.count);
    } catch (error) {
      if (error instanceof LaneError) this.#lane?.close();
      throw unavailable(error, sent ? 'unknown' : 'no');
    }
  }

  /** The control hash, in which the batch's hours have been entered. */
  async #plannedControl(batch: RowBatch, fence: Fence): Promise<Control> {
    for (;;) {
      const pairs = (await this.#questions.askOne('HGETALL', this.#shard.keys.control)) as string[];
      const control = Control.parse(0, pairs);
      const raisedTo = control.raisedTo(fence.partition);
      if (raisedTo !== undefined && fence.epoch < raisedTo) throw new FencedError(fence, raisedTo);
      const changes = batch.plan(control);
      if (changes.size === 0) return control;
      await this.#shard.apply(hoursOnly(batch), fence);
    }
  }

  #settle(lane: Lane, replies: Reply[]): void {
    for (const [name, times] of lane.takeTally()) countSent(this.#counts, name, times);
    countScripts(this.#counts, replies);
    const refused = firstError(replies);
    if (refused !== undefined) throw explainReply(refused, 'Redis, of a batch that may be applied in part,');
  }

  async #ready(): Promise<Lane> {
    if (this.#lane?.usable !== true) this.#lane = await this.#openLane();
    return this.#lane;
  }
}

/** A batch that enters its hours and writes no rows. */
function hoursOnly(batch: RowBatch): RowBatch {
  return { count: 0, rowsPerFlush: 1, plan: (control) => batch.plan(control), stage: () => undefined };
}
