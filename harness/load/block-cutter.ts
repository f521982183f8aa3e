/**
 * Cuts one partition of a source into blocks for the log: at 4,096 rows or 10 ms of schedule, whichever comes first.
 * The filler of logs and the live generator share it, so that both leave the same kind of log.
 */
import { createBlock, type ImpressionBlock, MAX_BLOCK_ROWS } from '../../generators/impression.ts';
import type { ImpressionSource } from '../../generators/impression-source.ts';
import type { EventLog, LogWriter } from '../../substrates/event-log/event-log.ts';

/** Longest time between a row that is due and its block, and between two entries of a partition of the log. */
export const BLOCK_INTERVAL_MS = 10;

/** The rows of one partition on their way from the source to the log. */
export class BlockCutter {
  readonly length: number;
  readonly partition: number;
  readonly #source: ImpressionSource;
  readonly #writer: LogWriter;
  readonly #block: ImpressionBlock;
  #next = 0;

  private constructor(source: ImpressionSource, partition: number, writer: LogWriter) {
    this.length = source.length(partition);
    this.partition = partition;
    this.#source = source;
    this.#writer = writer;
    this.#block = createBlock(partition);
  }

  /**
   * One cutter for each of the partitions, all if nothing is said. Error if the log and the source do not fit, or if
   * one of them is not empty in the log.
   */
  static async openAll(
    source: ImpressionSource,
    log: EventLog,
    partitions: readonly number[] = Array.from({ length: log.partitions }, (_, partition) => partition),
  ): Promise<BlockCutter[]> {
    if (source.partitions !== log.partitions) {
      throw new RangeError(
        `the stream has ${source.partitions} partitions and the log ${log.partitions}: make them equal`,
      );
    }
    const cutters: BlockCutter[] = [];
    for (const partition of partitions) {
      const writer = await log.openWriter(partition);
      if (writer.offset > 0) {
        throw new Error(
          `partition ${partition} of the log holds ${writer.offset} impressions already: write to an empty log`,
        );
      }
      cutters.push(new BlockCutter(source, partition, writer));
    }
    return cutters;
  }

  /** Sequence of the next row, which is the number of rows appended. */
  get next(): number {
    return this.#next;
  }

  get writer(): LogWriter {
    return this.#writer;
  }

  /** When the row of that sequence is due. */
  scheduledMs(sequence: number): number {
    return this.#source.scheduledArrivalMs(this.partition, sequence);
  }

  /** Rows that are due at `timeMs` and not appended yet. */
  waitingAt(timeMs: number): number {
    return Math.min(this.#source.dueBy(this.partition, timeMs), this.length) - this.#next;
  }

  /** Rows of the next block if nobody waits for a clock; 0 after the last row. */
  rowsOfNextBlock(): number {
    if (this.#next >= this.length) return 0;
    const waiting = this.waitingAt(this.scheduledMs(this.#next) + BLOCK_INTERVAL_MS);
    return Math.min(Math.max(waiting, 1), MAX_BLOCK_ROWS);
  }

  /** Appends the next `rows` rows as one block. */
  async append(rows: number, arrivalMs: number): Promise<void> {
    this.#source.fill(this.#block, this.partition, this.#next, rows);
    await this.#writer.append(this.#block, arrivalMs);
    this.#next += rows;
  }

  /**
   * Appends rows that are in the log already once more, as a block of their own: duplicates at offsets of their own.
   */
  async appendAgain(firstSequence: number, rows: number, arrivalMs: number): Promise<void> {
    this.#source.fill(this.#block, this.partition, firstSequence, rows);
    await this.#writer.append(this.#block, arrivalMs);
  }
}
