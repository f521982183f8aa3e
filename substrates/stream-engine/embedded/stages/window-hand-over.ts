/**
 * Hands closed windows over to a store in sorted chunks, one chunk a call, so that neither ingestion nor queries wait
 * for a window.
 *
 * First the window as it was when the watermark passed its end; then, when no event can be counted any more, what came
 * late. An upsert writes totals (idempotent), an increment writes what is to be added (a replay adds again).
 */
import type { WindowStateStage } from '../../../declaration.ts';
import { createRows, type KeyValueStore, type RowColumns } from '../../../key-value-store/key-value-store.ts';
import type { HookSite } from '../hooks.ts';
import type { Window } from '../partition-windows.ts';
import type { WindowTable } from '../window-table.ts';
import { boundStore, type TaskContext } from './stage-task.ts';

interface Running {
  window: Window;
  late: WindowTable | undefined;
  ids: BigUint64Array;
  next: number;
  events: number;
}

export class WindowHandOver {
  readonly #context: TaskContext;
  readonly #store: KeyValueStore;
  readonly #mode: 'upsert' | 'increment';
  readonly #maxKeys: number;
  readonly #rows: RowColumns;
  #running: Running | undefined;
  /** Events of acknowledged chunks, those of windows under way included. */
  #acknowledgedEvents = 0;
  /** Events of windows that are handed over as a whole: what a checkpoint covers. */
  #coveredEvents = 0;

  constructor(context: TaskContext, stage: WindowStateStage, mode: 'upsert' | 'increment', store: 'serving' | 'speed') {
    this.#context = context;
    this.#store = boundStore(context, store);
    this.#mode = mode;
    this.#maxKeys = stage.maxFlushKeys;
    this.#rows = createRows(stage.maxFlushKeys);
  }

  get acknowledgedEvents(): number {
    return this.#acknowledgedEvents;
  }

  get coveredEvents(): number {
    return this.#coveredEvents;
  }

  restore(coveredEvents: number): void {
    this.#coveredEvents = coveredEvents;
    this.#acknowledgedEvents = coveredEvents;
  }

  /** True if a window has something to hand over now. */
  isDue(windows: readonly Window[]): boolean {
    return this.#running !== undefined || windows.some(isDue);
  }

  /** Writes one chunk. `offset` is the position of the log up to which the windows have counted. */
  async step(windows: readonly Window[], offset: number): Promise<void> {
    this.#running ??= this.#begin(windows);
    const running = this.#running;
    if (running === undefined) return;
    const { stage, partition } = this.#context;
    const site = { stage, partition, offset };
    if (running.next < running.ids.length) await this.#writeChunk(running, site);
    if (running.next < running.ids.length) return;
    this.#finish(running);
    await this.#context.hooks.failpoint('after-flush-before-purge', site);
  }

  #begin(windows: readonly Window[]): Running | undefined {
    const window = windows.find(isDue);
    if (window === undefined) return undefined;
    const late = window.phase === 'closed' ? undefined : window.late;
    return { window, late, ids: (late ?? window.table).sortedIds(), next: 0, events: 0 };
  }

  async #writeChunk(running: Running, site: HookSite): Promise<void> {
    const { hooks, fence } = this.#context;
    const { events, next } = this.#fillRows(running);
    const total = this.#acknowledgedEvents + events;
    await hooks.sending(site, total);
    if (this.#mode === 'upsert') {
      await this.#store.upsert(this.#rows, this.#versionOf(running), fence);
    } else {
      const noteTransaction = (transaction: number): void => void hooks.sending(site, total, transaction);
      await this.#store.increment(this.#rows, fence, { noteTransaction });
    }
    await hooks.acknowledged(site, total);
    this.#acknowledgedEvents = total;
    running.events += events;
    running.next = next;
    await hooks.failpoint('mid-flush', site);
  }

  /**
   * The watermark from which on the values are final: a function of the log, unlike the position at which a chunk
   * happens to be written, which after a replay may be less for what came late than it was for the window at its close.
   */
  #versionOf({ window, late }: Running): number {
    const { hourMs, allowedLatenessMs } = this.#context.settings;
    return window.hourStartMs + hourMs + (late === undefined ? 0 : allowedLatenessMs);
  }

  /**
   * The next chunk's rows: how many events they bring that the store did not have, and the next id that was not looked
   * at.
   */
  #fillRows(running: Running): { events: number; next: number } {
    const { window, late, ids } = running;
    const rows = this.#rows;
    const lanes = new Int32Array(ids.buffer);
    rows.count = 0;
    let events = 0;
    let next = running.next;
    for (; next < ids.length && rows.count < this.#maxKeys; next++) {
      const lo = lanes[2 * next] as number;
      const hi = lanes[2 * next + 1] as number;
      rows.tweetIdLo[rows.count] = lo;
      rows.tweetIdHi[rows.count] = hi;
      rows.hourStartMs[rows.count] = window.hourStartMs;
      events += this.#fillValue(window, late, lo, hi, rows.count);
      // A tweet that was only seen after the close has nothing to hand over yet.
      if (rows.counter[rows.count] !== 0) rows.count += 1;
    }
    return { events, next };
  }

  #fillValue(window: Window, late: WindowTable | undefined, lo: number, hi: number, row: number): number {
    const { counter, fingerprint } = this.#rows;
    if (late !== undefined) {
      late.read(lo, hi, counter, fingerprint, row);
      const events = counter[row] as number;
      if (this.#mode === 'upsert') window.table.read(lo, hi, counter, fingerprint, row);
      return events;
    }
    window.table.read(lo, hi, counter, fingerprint, row);
    if (window.late === undefined) return counter[row] as number;
    // The window as it was at its close: what came late is handed over once, later.
    const total = counter[row] as number;
    const totalFingerprint = fingerprint[row] as number;
    window.late.read(lo, hi, counter, fingerprint, row);
    counter[row] = total - (counter[row] as number);
    fingerprint[row] = totalFingerprint - (fingerprint[row] as number);
    return counter[row] as number;
  }

  #finish(running: Running): void {
    if (running.late === undefined) running.window.phase = 'handed-over';
    else running.window.late = undefined;
    this.#coveredEvents += running.events;
    this.#running = undefined;
  }
}

function isDue(window: Window): boolean {
  if (window.phase === 'closed') return true;
  return window.phase === 'handed-over' && window.sealed && window.late !== undefined;
}
