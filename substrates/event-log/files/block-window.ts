/**
 * A window on one segment file: reads it in large pieces into one buffer and shows the block at the current position in
 * place. A block that the buffer ends inside of is moved to the front and completed by the next read.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { type BlockBytes, type BlockCheck, checkBlock, createBlockBytes } from './codec.ts';

/** Large enough that a system call costs nothing per event, small enough to stay in the cache of a core. */
const WINDOW_BYTES = 1024 * 1024;

export class BlockWindow {
  readonly path: string;
  readonly #file: number;
  readonly #buffer: BlockBytes = createBlockBytes(WINDOW_BYTES);
  /** Place in the file of the first byte of the buffer. */
  #base = 0;
  /** Where the current block begins, and where the bytes that were read end, in the buffer. */
  #at = 0;
  #end = 0;

  constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, 'r');
  }

  get buffer(): BlockBytes {
    return this.#buffer;
  }

  /** Where the current block begins in the buffer: the place for `decodeImpressions` after a `look`. */
  get at(): number {
    return this.#at;
  }

  /** Where the current block begins in the file. */
  get position(): number {
    return this.#base + this.#at;
  }

  /** Bytes from the current position on that the last look found; 0 at the end of the file. */
  get available(): number {
    return this.#end - this.#at;
  }

  /**
   * Looks at the current block, and reads on if the buffer does not hold it whole. Views of earlier blocks are lost by
   * reading.
   */
  look(): BlockCheck {
    const check = checkBlock(this.#buffer, this.#at, this.#end);
    if (check.state !== 'incomplete') return check;
    this.#readOn();
    return checkBlock(this.#buffer, this.#at, this.#end);
  }

  /** Moves on by a number of bytes that the last look has seen. */
  advance(bytes: number): void {
    this.#at += bytes;
  }

  /** Forgets what was read beyond the current position, because the file may have other bytes there by now. */
  forget(): void {
    this.#base += this.#at;
    this.#at = 0;
    this.#end = 0;
  }

  close(): void {
    closeSync(this.#file);
  }

  #readOn(): void {
    const { bytes } = this.#buffer;
    bytes.copyWithin(0, this.#at, this.#end);
    this.#base += this.#at;
    this.#end -= this.#at;
    this.#at = 0;
    while (this.#end < bytes.length) {
      const read = readSync(this.#file, bytes, this.#end, bytes.length - this.#end, this.#base + this.#end);
      if (read === 0) return;
      this.#end += read;
    }
  }
}
