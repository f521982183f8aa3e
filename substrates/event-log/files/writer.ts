/**
 * Appends to one partition of the file log: one positioned write a block, from one reused buffer.
 *
 * The writes are synchronous: they end in the page cache, which takes microseconds and survives the death of the
 * process. A block whose write failed half way is overwritten by the next one, because the position moves on only after
 * success.
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { type ImpressionBlock, MAX_BLOCK_ROWS } from '../../../generators/impression.ts';
import type { LogWriter } from '../event-log.ts';
import { BlockKind, createBlockBytes, encodeControl, encodeImpressions, MAX_BLOCK_BYTES } from './codec.ts';
import { recoverEnd } from './recovery.ts';
import { partitionDirectory, type Segment, segmentPath } from './segments.ts';

export class FileLogWriter implements LogWriter {
  /** Bytes of a torn block, left by a dead writer, that were cut when this writer opened. */
  readonly cutBytes: number;
  readonly #directory: string;
  readonly #partition: number;
  readonly #segmentBytes: number;
  readonly #buffer = createBlockBytes(MAX_BLOCK_BYTES);
  #segment: Segment;
  #file: number;
  #position: number;
  #offset: number;
  #arrivalMs: number;
  #ended: boolean;
  #closed = false;

  /** Opens the end of the partition's log. Error if the last segment is corrupt in the middle. */
  constructor(directory: string, partition: number, segmentBytes: number) {
    this.#directory = directory;
    this.#partition = partition;
    this.#segmentBytes = segmentBytes;
    mkdirSync(partitionDirectory(directory, partition), { recursive: true });
    const end = recoverEnd(directory, partition);
    this.cutBytes = end.cutBytes;
    this.#segment = end.segment ?? { firstOffset: 0, path: segmentPath(directory, partition, 0) };
    this.#file = openSync(this.#segment.path, end.segment === undefined ? 'wx' : 'r+');
    this.#position = end.bytes;
    this.#offset = end.offset;
    this.#arrivalMs = end.arrivalMs;
    this.#ended = end.ended;
  }

  get offset(): number {
    return this.#offset;
  }

  async append(block: ImpressionBlock, arrivalMs: number): Promise<void> {
    this.#assertOpen();
    if (!(block.count >= 1 && block.count <= MAX_BLOCK_ROWS)) {
      throw new RangeError(`a block holds 1 to ${MAX_BLOCK_ROWS} impressions, this one ${block.count}: cut it`);
    }
    if (block.partition !== this.#partition) {
      throw new RangeError(`a block of partition ${block.partition} was given to the writer of ${this.#partition}`);
    }
    // Only before impressions, so that no two segments begin at the same offset.
    if (this.#position >= this.#segmentBytes && this.#offset > this.#segment.firstOffset) this.#roll();
    const arrival = Math.max(arrivalMs, this.#arrivalMs);
    this.#write(encodeImpressions(this.#buffer, block, this.#offset, arrival), arrival);
    this.#offset += block.count;
  }

  async heartbeat(arrivalMs: number): Promise<void> {
    this.#assertOpen();
    this.#control(BlockKind.Heartbeat, arrivalMs);
  }

  async end(arrivalMs: number): Promise<void> {
    this.#assertOpen();
    this.#control(BlockKind.End, arrivalMs);
    this.#ended = true;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#file);
  }

  #control(kind: typeof BlockKind.Heartbeat | typeof BlockKind.End, arrivalMs: number): void {
    const arrival = Math.max(arrivalMs, this.#arrivalMs);
    this.#write(encodeControl(this.#buffer, kind, this.#partition, this.#offset, arrival), arrival);
  }

  #write(length: number, arrivalMs: number): void {
    const { bytes } = this.#buffer;
    let written = 0;
    while (written < length) {
      written += writeSync(this.#file, bytes, written, length - written, this.#position + written);
    }
    this.#position += length;
    this.#arrivalMs = arrivalMs;
  }

  #roll(): void {
    const next = { firstOffset: this.#offset, path: segmentPath(this.#directory, this.#partition, this.#offset) };
    const file = openSync(next.path, 'wx');
    closeSync(this.#file);
    this.#segment = next;
    this.#file = file;
    this.#position = 0;
  }

  #assertOpen(): void {
    if (this.#closed) throw new Error(`the log writer of partition ${this.#partition} is closed`);
    if (this.#ended) throw new Error(`partition ${this.#partition} of the log has ended: nothing can follow its end`);
  }
}
