/**
 * Appends to one partition of a Kafka log. An append is done when a sender has taken the block into its bounded queue;
 * what goes wrong afterwards is the error of the next call. `end` and `close` wait until Kafka has everything.
 */
import { type ImpressionBlock, MAX_BLOCK_ROWS } from '../../../generators/impression.ts';
import type { LogWriter } from '../event-log.ts';
import { BlockKind } from '../files/codec.ts';
import type { Stamp } from './event-records.ts';
import type { TopicCursor } from './topic-cursor.ts';

export type ControlKind = typeof BlockKind.Heartbeat | typeof BlockKind.End;

/** Brings the records of one partition to Kafka, in order. */
export interface RecordSender {
  /** Resolves when there is room for one more entry. Error: what was sent before has failed. */
  room(): Promise<void>;
  /** Copies the block. Gives the number of records it takes. */
  sendBlock(block: ImpressionBlock, stamp: Stamp): number;
  sendControl(kind: ControlKind, stamp: Stamp): void;
  /** Resolves when everything is acknowledged. Error: something has failed. */
  drained(): Promise<void>;
  close(): Promise<void>;
}

/** The end of a partition's log. */
export interface TopicEnd {
  /** Kafka's offset of the next record. */
  position: number;
  /** Offset of the next impression. */
  offset: number;
  arrivalMs: number;
  ended: boolean;
}

/** Reads what is left before a cursor. */
export async function readEnd(cursor: TopicCursor): Promise<TopicEnd> {
  let arrivalMs = Number.NEGATIVE_INFINITY;
  let ended = false;
  for (let entry = await cursor.next(); entry !== undefined; entry = await cursor.next()) {
    arrivalMs = entry.arrivalMs;
    ended = entry.kind === 'end';
  }
  return { position: cursor.position, offset: cursor.offset, arrivalMs, ended };
}

export class KafkaLogWriter implements LogWriter {
  readonly #partition: number;
  readonly #sender: RecordSender;
  readonly #end: TopicEnd;
  readonly #released: () => void;
  #closed = false;

  /** `released` is called once, when the writer is closed. */
  constructor(partition: number, end: TopicEnd, sender: RecordSender, released: () => void) {
    this.#partition = partition;
    this.#end = end;
    this.#sender = sender;
    this.#released = released;
  }

  get offset(): number {
    return this.#end.offset;
  }

  async append(block: ImpressionBlock, arrivalMs: number): Promise<void> {
    this.#assertOpen();
    if (!(block.count >= 1 && block.count <= MAX_BLOCK_ROWS)) {
      throw new RangeError(`a block holds 1 to ${MAX_BLOCK_ROWS} impressions, this one ${block.count}: cut it`);
    }
    if (block.partition !== this.#partition) {
      throw new RangeError(`a block of partition ${block.partition} was given to the writer of ${this.#partition}`);
    }
    await this.#sender.room();
    this.#end.position += this.#sender.sendBlock(block, this.#stamp(arrivalMs));
    this.#end.offset += block.count;
  }

  async heartbeat(arrivalMs: number): Promise<void> {
    this.#assertOpen();
    await this.#control(BlockKind.Heartbeat, arrivalMs);
  }

  async end(arrivalMs: number): Promise<void> {
    this.#assertOpen();
    await this.#control(BlockKind.End, arrivalMs);
    this.#end.ended = true;
    await this.#sender.drained();
  }

  /** Resolves when Kafka has acknowledged everything that was appended. Error: something has failed. */
  async flush(): Promise<void> {
    await this.#sender.drained();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.#sender.drained();
    } finally {
      await this.#sender.close();
      this.#released();
    }
  }

  async #control(kind: ControlKind, arrivalMs: number): Promise<void> {
    await this.#sender.room();
    this.#sender.sendControl(kind, this.#stamp(arrivalMs));
    this.#end.position += 1;
  }

  #stamp(arrivalMs: number): Stamp {
    const { offset, position } = this.#end;
    this.#end.arrivalMs = Math.max(arrivalMs, this.#end.arrivalMs);
    return { offset, position, arrivalMs: this.#end.arrivalMs };
  }

  #assertOpen(): void {
    if (this.#closed) throw new Error(`the log writer of partition ${this.#partition} is closed`);
    if (this.#end.ended) {
      throw new Error(`partition ${this.#partition} of the log has ended: nothing can follow its end`);
    }
  }
}
