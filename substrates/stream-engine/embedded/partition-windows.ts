/**
 * The windows of one partition: tumbling event-time windows of tweet counters, with a watermark that is a function of
 * the log.
 *
 * The watermark before an event is the greatest event time before it in the partition minus `maxOutOfOrderMs`. An event
 * is dropped, and counted, if its window's end + `allowedLatenessMs` ≤ watermark. So a replay drops the same events as
 * the first run.
 */
import { hourStartOf, type ImpressionBlock } from '../../../generators/impression.ts';
import { WindowTable } from './window-table.ts';

export interface WindowRules {
  hourMs: number;
  maxOutOfOrderMs: number;
  allowedLatenessMs: number;
}

/**
 * A window's way: `open` until the watermark passes its end, then `closed`; `handed-over` when a store has acknowledged
 * all of it. Events that come later than its end but within the allowed lateness are counted, and kept in `late` until
 * they are handed over too.
 */
export interface Window {
  readonly hourStartMs: number;
  readonly table: WindowTable;
  phase: 'open' | 'closed' | 'handed-over';
  /** What came after the watermark had passed the end, also counted in `table`; undefined if nothing did. */
  late: WindowTable | undefined;
  /** No event can be counted any more. */
  sealed: boolean;
}

export class PartitionWindows {
  readonly #rules: WindowRules;
  readonly #windows = new Map<number, Window>();
  /** The window of the last event: events come in runs of one window. */
  #current: Window | undefined;
  /** Windows that are not open any more and that nobody has let go, oldest first. */
  #settling: Window[] = [];
  /** Nothing closes and nothing is sealed before the watermark reaches this. */
  #nextEdgeMs = Number.POSITIVE_INFINITY;
  #maxEventTimeMs = Number.NEGATIVE_INFINITY;
  #lateDroppedEvents = 0;
  #countedEvents = 0;

  constructor(rules: WindowRules) {
    this.#rules = rules;
  }

  get maxEventTimeMs(): number {
    return this.#maxEventTimeMs;
  }

  get watermarkMs(): number {
    return this.#maxEventTimeMs - this.#rules.maxOutOfOrderMs;
  }

  get lateDroppedEvents(): number {
    return this.#lateDroppedEvents;
  }

  get countedEvents(): number {
    return this.#countedEvents;
  }

  /** The windows in state, oldest first. */
  all(): Window[] {
    return [...this.#windows.values()].sort((a, b) => a.hourStartMs - b.hourStartMs);
  }

  get(hourStartMs: number): Window | undefined {
    return this.#windows.get(hourStartMs);
  }

  /** Windows past their end that still have something to be done, oldest first, until `settled` is called for them. */
  get settling(): readonly Window[] {
    return this.#settling;
  }

  settled(window: Window): void {
    this.#settling = this.#settling.filter((other) => other !== window);
  }

  remove(window: Window): void {
    this.#windows.delete(window.hourStartMs);
    this.settled(window);
    if (this.#current === window) this.#current = undefined;
  }

  bytes(): number {
    let sum = 0;
    for (const window of this.#windows.values()) sum += window.table.bytes + (window.late?.bytes ?? 0);
    return sum;
  }

  restore(maxEventTimeMs: number, lateDroppedEvents: number, countedEvents: number, windows: readonly Window[]): void {
    this.#maxEventTimeMs = maxEventTimeMs;
    this.#lateDroppedEvents = lateDroppedEvents;
    this.#countedEvents = countedEvents;
    for (const window of windows) this.#windows.set(window.hourStartMs, window);
    this.#settling = this.all().filter((window) => window.phase !== 'open');
    this.#nextEdgeMs = Number.NEGATIVE_INFINITY;
  }

  /** Counts all rows of a block. */
  apply(block: ImpressionBlock): void {
    const { hourMs, maxOutOfOrderMs, allowedLatenessMs } = this.#rules;
    const start = hourStartOf(block.minEventTimeMs, hourMs);
    const latest = Math.max(this.#maxEventTimeMs, block.maxEventTimeMs);
    const window = this.#current?.hourStartMs === start ? this.#current : this.#windows.get(start);
    const inOneOpenWindow =
      block.maxEventTimeMs < start + hourMs && latest - maxOutOfOrderMs < start + hourMs + allowedLatenessMs;
    if (window?.phase === 'open' && inOneOpenWindow) {
      window.table.countBlock(block, 0, block.count);
      this.#current = window;
      this.#countedEvents += block.count;
      this.#maxEventTimeMs = latest;
    } else {
      this.#applyRows(block);
    }
    this.#close();
  }

  /** The end of the stream: the watermark is +∞. */
  end(): void {
    this.#maxEventTimeMs = Number.POSITIVE_INFINITY;
    this.#close();
  }

  /** Row by row, for blocks that touch more than one window or a window's edge. */
  #applyRows(block: ImpressionBlock): void {
    const { hourMs, maxOutOfOrderMs, allowedLatenessMs } = this.#rules;
    let greatest = this.#maxEventTimeMs;
    for (let row = 0; row < block.count; row++) {
      const timeMs = block.minEventTimeMs + (block.eventTimeDeltaMs[row] as number);
      const start = hourStartOf(timeMs, hourMs);
      const watermark = greatest - maxOutOfOrderMs;
      if (start + hourMs + allowedLatenessMs <= watermark) this.#lateDroppedEvents += 1;
      else this.#countRow(block, row, start, start + hourMs <= watermark);
      if (timeMs > greatest) greatest = timeMs;
    }
    this.#maxEventTimeMs = greatest;
  }

  #countRow(block: ImpressionBlock, row: number, start: number, afterClose: boolean): void {
    let window = this.#current;
    if (window?.hourStartMs !== start) {
      window = this.#windows.get(start) ?? this.#create(start);
      this.#current = window;
    }
    window.table.countBlock(block, row, row + 1);
    this.#countedEvents += 1;
    if (!afterClose) return;
    window.late ??= new WindowTable();
    window.late.countBlock(block, row, row + 1);
  }

  #create(hourStartMs: number): Window {
    const window: Window = { hourStartMs, table: new WindowTable(), phase: 'open', late: undefined, sealed: false };
    this.#windows.set(hourStartMs, window);
    this.#nextEdgeMs = Math.min(this.#nextEdgeMs, hourStartMs + this.#rules.hourMs);
    return window;
  }

  /** Closes and seals what the watermark has passed. */
  #close(): void {
    const watermark = this.watermarkMs;
    if (watermark < this.#nextEdgeMs) return;
    const { hourMs, allowedLatenessMs } = this.#rules;
    let nextEdgeMs = Number.POSITIVE_INFINITY;
    for (const window of this.all()) {
      const end = window.hourStartMs + hourMs;
      if (window.phase === 'open' && end <= watermark) {
        window.phase = 'closed';
        this.#settling.push(window);
      }
      window.sealed ||= end + allowedLatenessMs <= watermark;
      if (!window.sealed) nextEdgeMs = Math.min(nextEdgeMs, window.phase === 'open' ? end : end + allowedLatenessMs);
    }
    this.#nextEdgeMs = nextEdgeMs;
  }
}
