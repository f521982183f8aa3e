/**
 * Reads one partition of the file log from an offset on, in place and at the speed of the page cache, while a writer
 * may be appending. A block that is not all there yet is read anew at the next call: the writer may have died in it and
 * another one cut it.
 */
import { existsSync } from 'node:fs';
import { sliceBlock } from '../../../generators/impression.ts';
import type { LogEntry, LogReader } from '../event-log.ts';
import { BlockWindow } from './block-window.ts';
import { type BlockHeader, BlockKind, decodeImpressions } from './codec.ts';
import { CorruptLogError } from './corrupt-log-error.ts';
import { listSegments, segmentPath } from './segments.ts';

/** Bytes read while they were being cut and written again look corrupt once; what is corrupt on disk stays so. */
const REREADS = 2;

export class FileLogReader implements LogReader {
  readonly #directory: string;
  readonly #partition: number;
  /** Offset of the block at the window's position. */
  #offset: number;
  /** Rows of that block that are left out, because the reader was opened inside of it. */
  #skipRows = 0;
  #segmentOffset = 0;
  #window: BlockWindow | undefined;
  #closed = false;

  /** Error if `offset` lies before the oldest segment or beyond the end of the log. */
  constructor(directory: string, partition: number, offset: number) {
    this.#directory = directory;
    this.#partition = partition;
    this.#offset = offset;
    const segments = listSegments(directory, partition);
    const oldest = segments[0];
    if (oldest !== undefined && offset < oldest.firstOffset) {
      throw new RangeError(
        `partition ${partition} of the log begins at offset ${oldest.firstOffset}, after ${offset}: ` +
          'that part was removed because no checkpoint needed it; restore a later checkpoint',
      );
    }
    const segment = segments.findLast((candidate) => candidate.firstOffset <= offset);
    this.#segmentOffset = segment?.firstOffset ?? 0;
    this.#offset = this.#segmentOffset;
    try {
      this.#seek(offset);
    } catch (error) {
      this.#window?.close();
      throw error;
    }
  }

  async read(): Promise<LogEntry | undefined> {
    if (this.#closed) throw new Error(`the log reader of partition ${this.#partition} is closed`);
    const header = this.#nextHeader();
    if (header === undefined) return undefined;
    const window = this.#window as BlockWindow;
    const at = window.at;
    const skip = this.#skipRows;
    this.#advance(header);
    const { arrivalMs } = header;
    const offset = header.firstOffset + skip;
    if (header.kind === BlockKind.Heartbeat) return { kind: 'heartbeat', offset, arrivalMs };
    if (header.kind === BlockKind.End) return { kind: 'end', offset, arrivalMs };
    const whole = decodeImpressions(window.buffer, at, header);
    const block = skip === 0 ? whole : sliceBlock(whole, skip, header.rows);
    return { kind: 'impressions', offset, arrivalMs, block };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#window?.close();
  }

  /** Passes over everything before `offset`; stops at a control block of that very offset. */
  #seek(offset: number): void {
    for (;;) {
      const header = this.#nextHeader();
      if (header === undefined) break;
      const end = header.firstOffset + header.rows;
      if (end > offset || header.firstOffset === offset) {
        this.#skipRows = offset - header.firstOffset;
        return;
      }
      this.#advance(header);
    }
    if (this.#offset < offset) {
      throw new RangeError(
        `partition ${this.#partition} of the log ends at offset ${this.#offset}, before ${offset}: ` +
          `the log in ${this.#directory} is shorter than the position to read from; is it the log of that run?`,
      );
    }
  }

  #advance(header: BlockHeader): void {
    (this.#window as BlockWindow).advance(header.bytes);
    this.#offset += header.rows;
    this.#skipRows = 0;
  }

  /** The header of the next whole block, which lies at `window.at`; undefined if there is none yet. */
  #nextHeader(): BlockHeader | undefined {
    const window = this.#window ?? this.#openSegment();
    if (window === undefined) return undefined;
    let check = window.look();
    for (let reread = 0; check.state === 'corrupt' && reread < REREADS; reread++) {
      window.forget();
      check = window.look();
    }
    if (check.state === 'corrupt') throw this.#corrupt(window, check.reason);
    if (check.state === 'incomplete') {
      if (this.#hasNextSegment()) return this.#roll(window);
      window.forget();
      return undefined;
    }
    const { header } = check;
    if (header.partition !== this.#partition || header.firstOffset !== this.#offset) {
      throw this.#corrupt(window, `the block is of partition ${header.partition}, offset ${header.firstOffset}`);
    }
    return header;
  }

  #openSegment(): BlockWindow | undefined {
    const path = segmentPath(this.#directory, this.#partition, this.#segmentOffset);
    if (!existsSync(path)) return undefined;
    this.#window = new BlockWindow(path);
    return this.#window;
  }

  #hasNextSegment(): boolean {
    return (
      this.#offset > this.#segmentOffset && existsSync(segmentPath(this.#directory, this.#partition, this.#offset))
    );
  }

  /** Goes on to the next segment, unless the last one grew between the look at its end and the look for the next. */
  #roll(window: BlockWindow): BlockHeader | undefined {
    window.forget();
    if (window.look().state === 'incomplete') {
      if (window.available > 0) throw this.#corrupt(window, 'cut short, though another segment follows');
      window.close();
      this.#window = undefined;
      this.#segmentOffset = this.#offset;
    }
    return this.#nextHeader();
  }

  #corrupt(window: BlockWindow, reason: string): CorruptLogError {
    const { path, position } = window;
    return new CorruptLogError({ partition: this.#partition, offset: this.#offset, path, position }, reason);
  }
}
