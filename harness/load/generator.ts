/**
 * The open-loop generator: appends every row of a stream to the log when it is due, whatever the pipelines behind the
 * log do.
 *
 * Rows wait at most 10 ms for a block of 4,096. A generator that falls behind appends as fast as it can: nothing is
 * skipped, thinned or rescheduled, so the delay shows in the data's age, and in the lateness that is reported here.
 */
import { setTimeout as sleep, setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { MAX_BLOCK_ROWS } from '../../generators/impression.ts';
import type { ImpressionSource } from '../../generators/impression-source.ts';
import type { Clock } from '../../substrates/clock.ts';
import type { EventLog } from '../../substrates/event-log/event-log.ts';
import type { RepeatedRun } from '../faults/offer.ts';
import { BLOCK_INTERVAL_MS, BlockCutter } from './block-cutter.ts';
import { Lateness, type LatenessFigures } from './lateness.ts';

/** Blocks that one partition may append before the next has its turn. */
const BLOCKS_PER_TURN = 8;

export interface GeneratorProgress {
  /** Rows appended so far, by partition; 0 of those that this generator has not. */
  appendedRows: number[];
  latenessMs: LatenessFigures;
}

export interface GeneratorReport extends GeneratorProgress {
  /** Lateness in microseconds, weighted by rows: an HdrHistogram in compressed base64. */
  latenessHistogramUs: string;
  /** Part of the time from go to end that went into making and appending blocks. */
  busyShare: number;
  /** It was told to stop before the last row. */
  stopped: boolean;
}

export interface GeneratorOptions {
  source: ImpressionSource;
  /** Empty, with as many partitions as the source. */
  log: EventLog;
  clock: Clock;
  /** Lets time pass, and the event loop turn; 0 for a turn alone. */
  wait?: (durationMs: number) => Promise<void>;
  /** Appended a second time, each as soon as all of it is in the log; in the order of sequences. */
  repeated?: readonly RepeatedRun[];
  /** Only these partitions; the others are another generator's. */
  partitions?: readonly number[];
  /** Whether a partition gets its end if the generator is stopped before its last row; it does, if nothing is said. */
  endsWhenStopped?: boolean;
}

/** A partition's rows and its place in the rhythm of blocks. */
interface Lane {
  cutter: BlockCutter;
  /** When rows that wait are cut into a block, full or not. */
  cutAtMs: number;
  lastEntryMs: number;
  ended: boolean;
  /** What is still to be appended a second time. */
  repeated: RepeatedRun[];
}

export class Generator {
  readonly #clock: Clock;
  readonly #wait: (durationMs: number) => Promise<void>;
  readonly #cutters: readonly BlockCutter[];
  readonly #repeated: readonly RepeatedRun[];
  readonly #logPartitions: number;
  readonly #endsWhenStopped: boolean;
  readonly #lateness = new Lateness();

  private constructor(options: GeneratorOptions, cutters: readonly BlockCutter[]) {
    this.#clock = options.clock;
    this.#wait = options.wait ?? waitInRealTime;
    this.#cutters = cutters;
    this.#repeated = options.repeated ?? [];
    this.#logPartitions = options.log.partitions;
    this.#endsWhenStopped = options.endsWhenStopped ?? true;
  }

  /** Opens the log for writing; nothing is appended before `run`. */
  static async open(options: GeneratorOptions): Promise<Generator> {
    return new Generator(options, await BlockCutter.openAll(options.source, options.log, options.partitions));
  }

  progress(): GeneratorProgress {
    const appendedRows = new Array<number>(this.#logPartitions).fill(0);
    for (const { partition, next } of this.#cutters) appendedRows[partition] = next;
    return { appendedRows, latenessMs: this.#lateness.figures() };
  }

  /**
   * Runs to the end of the stream, or until `signal` aborts; in both cases every partition gets its end, unless the
   * options say otherwise.
   */
  async run(signal?: AbortSignal): Promise<GeneratorReport> {
    const startMs = this.#clock.nowMs();
    let busyMs = 0;
    const lanes = this.#cutters.map((cutter, index) => {
      // The partitions' blocks are spread over the interval, so that the log's readers have steady work.
      const cutAtMs = startMs + (BLOCK_INTERVAL_MS * (index + 1)) / this.#cutters.length;
      const repeated = this.#repeatedOf(cutter.partition);
      return { cutter, cutAtMs, lastEntryMs: startMs, ended: false, repeated };
    });
    while (signal?.aborted !== true && lanes.some((lane) => !lane.ended)) {
      const turnMs = this.#clock.nowMs();
      let appended = false;
      for (const lane of lanes) {
        if (!lane.ended && (await this.#turn(lane))) appended = true;
      }
      if (appended) busyMs += this.#clock.nowMs() - turnMs;
      await this.#wait(appended ? 0 : 1);
    }
    const stopped = lanes.some((lane) => !lane.ended);
    for (const lane of lanes) {
      if (this.#endsWhenStopped) await this.#end(lane);
      else if (!lane.ended) await lane.cutter.writer.close();
    }
    const elapsedMs = this.#clock.nowMs() - startMs;
    const busyShare = elapsedMs > 0 ? busyMs / elapsedMs : 0;
    return { ...this.progress(), latenessHistogramUs: this.#lateness.encode(), busyShare, stopped };
  }

  /** Appends what is to be appended now; false if that is no impression. */
  async #turn(lane: Lane): Promise<boolean> {
    const { cutter } = lane;
    const nowMs = this.#clock.nowMs();
    const isSilent = nowMs - lane.lastEntryMs >= BLOCK_INTERVAL_MS;
    const cutIsDue = nowMs >= lane.cutAtMs || isSilent;
    // Rows that come due during the turn wait for the next block.
    let waiting = cutter.waitingAt(nowMs);
    const all = cutIsDue || cutter.next + waiting === cutter.length;
    let blocks = 0;
    while (waiting >= (all ? 1 : MAX_BLOCK_ROWS) && blocks < BLOCKS_PER_TURN) {
      const rows = Math.min(waiting, MAX_BLOCK_ROWS);
      await this.#append(lane, rows);
      waiting -= rows;
      blocks++;
    }
    if (cutter.next === cutter.length) await this.#end(lane);
    else if (waiting === 0) {
      if (nowMs >= lane.cutAtMs) lane.cutAtMs = nextCutMs(lane.cutAtMs, nowMs);
      if (isSilent && blocks === 0) await this.#heartbeat(lane);
    }
    return blocks > 0;
  }

  async #append(lane: Lane, rows: number): Promise<void> {
    const { cutter } = lane;
    const nowMs = this.#clock.nowMs();
    this.#lateness.record(nowMs - cutter.scheduledMs(cutter.next), rows);
    await cutter.append(rows, nowMs);
    lane.lastEntryMs = nowMs;
    for (let run = lane.repeated[0]; run !== undefined; run = lane.repeated[0]) {
      if (run.firstSequence + run.count > cutter.next) break;
      await cutter.appendAgain(run.firstSequence, run.count, nowMs);
      lane.repeated.shift();
    }
  }

  #repeatedOf(wanted: number): RepeatedRun[] {
    return this.#repeated.filter(({ partition }) => partition === wanted);
  }

  async #heartbeat(lane: Lane): Promise<void> {
    const nowMs = this.#clock.nowMs();
    await lane.cutter.writer.heartbeat(nowMs);
    lane.lastEntryMs = nowMs;
  }

  async #end(lane: Lane): Promise<void> {
    if (lane.ended) return;
    await lane.cutter.writer.end(this.#clock.nowMs());
    await lane.cutter.writer.close();
    lane.ended = true;
  }
}

/** The first time after `nowMs` on the grid of `cutAtMs`. */
function nextCutMs(cutAtMs: number, nowMs: number): number {
  return cutAtMs + (Math.floor((nowMs - cutAtMs) / BLOCK_INTERVAL_MS) + 1) * BLOCK_INTERVAL_MS;
}

async function waitInRealTime(durationMs: number): Promise<void> {
  if (durationMs > 0) await sleep(durationMs);
  else await yieldToEventLoop();
}
