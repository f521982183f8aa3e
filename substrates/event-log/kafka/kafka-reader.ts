/** Reads one partition of a Kafka log from an offset on, which may lie inside a block. */
import { type ImpressionBlock, sliceBlock } from '../../../generators/impression.ts';
import type { LogEntry, LogReader } from '../event-log.ts';
import type { StoredEntry } from './entry-decoder.ts';
import type { TopicCursor } from './topic-cursor.ts';

export class KafkaLogReader implements LogReader {
  readonly #partition: number;
  readonly #cursor: TopicCursor;
  readonly #passed: (position: number) => void;
  /** The entry at the offset that the reader was opened at, found while looking for it. */
  #first: { entry: StoredEntry; offset: number } | undefined;
  #skipRows = 0;
  #closed = false;

  private constructor(partition: number, cursor: TopicCursor, passed: (position: number) => void) {
    this.#partition = partition;
    this.#cursor = cursor;
    this.#passed = passed;
  }

  /**
   * A reader whose cursor stands somewhere before `offset`; `passed` is told Kafka's offset of what is read next.
   * Error if the log ends before `offset`.
   */
  static async open(
    partition: number,
    offset: number,
    cursor: TopicCursor,
    passed: (position: number) => void,
  ): Promise<KafkaLogReader> {
    const reader = new KafkaLogReader(partition, cursor, passed);
    try {
      await reader.#seek(offset);
    } catch (error) {
      cursor.close();
      throw error;
    }
    return reader;
  }

  async read(): Promise<LogEntry | undefined> {
    if (this.#closed) throw new Error(`the log reader of partition ${this.#partition} is closed`);
    if (this.#first !== undefined) {
      const { entry, offset } = this.#first;
      this.#first = undefined;
      return this.#give(entry, offset);
    }
    const offset = this.#cursor.offset;
    const entry = await this.#cursor.next();
    return entry === undefined ? undefined : this.#give(entry, offset);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#cursor.close();
  }

  /** Passes over everything before `offset`; stops at a control entry of that very offset. */
  async #seek(offset: number): Promise<void> {
    // Everything from the start on: there is nothing to look for.
    if (this.#cursor.offset === offset) return;
    while (this.#cursor.offset < offset) {
      const before = this.#cursor.offset;
      const entry = await this.#cursor.next();
      if (entry === undefined) {
        throw new RangeError(
          `partition ${this.#partition} of the log ends at offset ${before}, before ${offset}: ` +
            'the topic is shorter than the position to read from; is it the log of that run?',
        );
      }
      if (before + entry.rows <= offset) continue;
      this.#first = { entry, offset: before };
      this.#skipRows = offset - before;
    }
  }

  #give(entry: StoredEntry, start: number): LogEntry {
    this.#passed(entry.nextPosition);
    const skip = this.#skipRows;
    this.#skipRows = 0;
    const { kind, arrivalMs } = entry;
    const offset = start + skip;
    if (kind !== 'impressions') return { kind, offset, arrivalMs };
    const whole = entry.block as ImpressionBlock;
    return { kind, offset, arrivalMs, block: skip === 0 ? whole : sliceBlock(whole, skip, whole.count) };
  }
}
