/**
 * The batches of one shard: a Redis server, or the keys of one slot of a cluster.
 *
 * A batch is one transaction, MULTI to EXEC. Before it, the connection WATCHes the edition of the shard's control hash
 * and has read it, so that EXEC does nothing if a fence was raised or an hour has changed meanwhile; the same round
 * trip that carries a batch watches and reads again for the next:
 *
 *     MULTI  [HSET control, INCR edition]  rows…  [HSET marker]  INCR transaction  EXEC  WATCH edition  GET  GET
 *
 * A batch that was not applied for that reason is made anew, unless its partition is fenced. Batches of one handle take
 * turns, because what a connection watches ends with its EXEC.
 */
import { type Fence, FencedError, type Marker, type StoreCounts, StoreUnavailableError } from '../key-value-store.ts';
import { countSent, countWrites } from '../store-counts.ts';
import { Control, entryText, hourField } from './control.ts';
import type { KeySpace } from './key-space.ts';
import { type Lane, LaneError, type Reply } from './lane.ts';
import { explainReply } from './refusals.ts';
import type { RowBatch } from './row-batch.ts';

export interface BatchOptions {
  marker?: Marker | undefined;
  /** Called with the number that the transaction will have, before anything is sent. */
  noteTransaction?: ((transaction: number) => void) | undefined;
}

/** Somebody else changed the control hash as often as this while a batch was tried; each time they got on. */
const MAX_ATTEMPTS = 1000;
/** WATCH, GET of the edition, GET of the transaction's number. */
const TAIL = 3;

export class Shard {
  readonly keys: KeySpace;
  readonly #counts: StoreCounts;
  readonly #openLane: () => Promise<Lane>;
  #lane: Lane | undefined;
  /** As of the edition that the lane watches; undefined if it must be read again. */
  #control: Control | undefined;
  #transaction = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(keys: KeySpace, counts: StoreCounts, openLane: () => Promise<Lane>) {
    this.keys = keys;
    this.#counts = counts;
    this.#openLane = openLane;
  }

  /**
   * Applies a batch as a whole or not at all. Rejects with `FencedError`, `StoreUnavailableError`,
   * `RedisRefusedError`, or what the note throws.
   */
  apply(batch: RowBatch, fence: Fence, options: BatchOptions = {}): Promise<void> {
    const done = this.#turn.then(() => this.#apply(batch, fence, options));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  close(): void {
    this.#closed = true;
    this.#lane?.close();
  }

  async #apply(batch: RowBatch, fence: Fence, options: BatchOptions): Promise<void> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      if (await this.#attempt(batch, fence, options)) return;
    }
    throw new StoreUnavailableError(`a batch for Redis was overtaken ${MAX_ATTEMPTS} times`, 'no');
  }

  /** False if the control hash had changed. */
  async #attempt(batch: RowBatch, fence: Fence, { marker, noteTransaction }: BatchOptions): Promise<boolean> {
    const { lane, control } = await this.#ready();
    const raisedTo = control.raisedTo(fence.partition);
    if (raisedTo !== undefined && fence.epoch < raisedTo) throw new FencedError(fence, raisedTo);
    const changes = batch.plan(control);
    const planned = control.with(changes);
    noteTransaction?.(this.#transaction + 1);
    // What the lane watches ends with this attempt, however it ends.
    this.#control = undefined;
    let execSent = false;
    try {
      lane.stage('MULTI');
      if (changes.size > 0) {
        const fields = [...changes].flatMap(([hour, entry]) => [hourField(hour), entryText(entry)]);
        lane.stage('HSET', this.keys.control, ...fields);
        lane.stage('INCR', this.keys.edition);
      }
      const refused = await this.#stageRows(lane, batch, planned);
      if (marker !== undefined) {
        lane.stage('HSET', this.keys.marker(marker.name), String(fence.partition), String(marker.value));
      }
      lane.stage('INCR', this.keys.transaction);
      lane.stage('EXEC');
      this.#stageTail(lane);
      execSent = true;
      const replies = await lane.flush();
      return this.#settle(lane, replies, planned, batch.count, refused);
    } catch (error) {
      // A part of a transaction may wait in the connection.
      if (!execSent || error instanceof LaneError) lane.close();
      throw unavailable(error, execSent ? 'unknown' : 'no');
    }
  }

  /** Stages all rows and sends all but the last of them; the first error that came back. */
  async #stageRows(lane: Lane, batch: RowBatch, control: Control): Promise<Error | undefined> {
    let refused: Error | undefined;
    for (let from = 0; from < batch.count; from += batch.rowsPerFlush) {
      if (from > 0) refused ??= firstError(await lane.flush());
      batch.stage(lane, this.keys, control, from, Math.min(batch.count, from + batch.rowsPerFlush));
    }
    return refused;
  }

  #stageTail(lane: Lane): void {
    lane.stage('WATCH', this.keys.edition);
    lane.stage('GET', this.keys.edition);
    lane.stage('GET', this.keys.transaction);
  }

  /** Takes in the answers of an attempt; false if its EXEC did nothing. */
  #settle(lane: Lane, replies: Reply[], planned: Control, rows: number, refused: Error | undefined): boolean {
    const exec = replies.at(-1 - TAIL) as Reply;
    const [edition, transaction] = replies.slice(1 - TAIL);
    const tally = lane.takeTally();
    if (exec instanceof Error) {
      this.#countTransaction(new Map());
      throw explainReply(refused ?? firstError(replies.slice(0, -1 - TAIL)) ?? exec, 'Redis');
    }
    if (Number(edition ?? 0) === planned.edition && Array.isArray(exec)) this.#control = planned;
    this.#transaction = Number(transaction ?? 0);
    if (!Array.isArray(exec)) {
      this.#countTransaction(new Map());
      return false;
    }
    for (const name of ['multi', 'exec', 'watch', 'get']) tally.delete(name);
    this.#countTransaction(tally);
    countScripts(this.#counts, exec);
    const wrong = firstError(exec);
    if (wrong !== undefined) throw explainReply(wrong, 'Redis, of a batch whose other rows were applied,');
    countWrites(this.#counts, rows);
    return true;
  }

  /** A transaction and its tail; `tally` is what ran inside. */
  #countTransaction(tally: ReadonlyMap<string, number>): void {
    for (const name of ['multi', 'exec', 'watch']) countSent(this.#counts, name);
    countSent(this.#counts, 'get', 2);
    for (const [name, times] of tally) countSent(this.#counts, name, times);
  }

  /** A lane that watches the edition, and the control hash as of that. */
  async #ready(): Promise<{ lane: Lane; control: Control }> {
    if (this.#closed) throw new Error('key/value store on Redis: this handle was closed');
    try {
      if (this.#lane?.usable !== true) {
        this.#lane?.close();
        this.#control = undefined;
        this.#lane = await this.#openLane();
      }
      const lane = this.#lane;
      if (this.#control !== undefined) return { lane, control: this.#control };
      this.#stageTail(lane);
      lane.stage('HGETALL', this.keys.control);
      const replies = await lane.flush();
      const refused = firstError(replies);
      if (refused !== undefined) throw explainReply(refused, 'Redis');
      const [edition, transaction, pairs] = replies.slice(-3);
      for (const [name, times] of lane.takeTally()) countSent(this.#counts, name, times);
      this.#transaction = Number(transaction ?? 0);
      this.#control = Control.parse(Number(edition ?? 0), pairs as string[]);
      return { lane, control: this.#control };
    } catch (error) {
      this.#lane?.close();
      throw unavailable(error, 'no');
    }
  }
}

/** The error for a caller: what a lane could not do is an unavailable store. */
export function unavailable(error: unknown, applied: 'no' | 'unknown'): unknown {
  return error instanceof LaneError ? new StoreUnavailableError(error.message, applied) : error;
}

export function firstError(replies: readonly Reply[]): Error | undefined {
  for (const reply of replies) if (reply instanceof Error) return reply;
  return undefined;
}

const CALLED_BY_SCRIPTS = ['hincrby', 'hget', 'hset', 'incr'] as const;

/** Scripts answer what they have called; nothing else in a batch is answered by an array. */
export function countScripts(counts: StoreCounts, replies: readonly Reply[]): void {
  for (const reply of replies) {
    if (!Array.isArray(reply)) continue;
    reply.forEach((times, i) => {
      if (Number(times) > 0) countSent(counts, CALLED_BY_SCRIPTS[i] as string, Number(times));
    });
  }
}
