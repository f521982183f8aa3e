/**
 * Commands in Redis's protocol (RESP), one after another in one buffer that is used again.
 */
import { INT64_MAX_CHARACTERS, writeInt64 } from './int64-text.ts';
import type { CounterKey } from './key-space.ts';

const DOLLAR = 36;
const ZERO = 48;
const CR = 13;
const LF = 10;
/** Two integers with their lengths and line ends. */
const INCREMENT_ROOM = 2 * (INT64_MAX_CHARACTERS + 7);

export class RespWriter {
  #bytes = Buffer.allocUnsafe(64 * 1024);
  #length = 0;
  #scratch = new Uint8Array(INT64_MAX_CHARACTERS);

  command(name: string, args: readonly string[]): void {
    let text = `*${args.length + 1}\r\n$${name.length}\r\n${name}\r\n`;
    for (const arg of args) text += `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`;
    this.#reserve(3 * text.length);
    this.#length += this.#bytes.write(text, this.#length);
  }

  /** HINCRBY key id delta, both 64-bit integers as lanes. */
  increment(key: CounterKey, idHi: number, idLo: number, deltaHi: number, deltaLo: number): void {
    const head = key.incrementHead;
    this.#reserve(head.length + INCREMENT_ROOM);
    const bytes = this.#bytes;
    bytes.set(head, this.#length);
    this.#length += head.length;
    this.#integer(bytes, idHi, idLo);
    this.#integer(bytes, deltaHi, deltaLo);
  }

  /** What was written since the last `take`; a view that is valid until the next command is written. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #integer(bytes: Buffer, hi: number, lo: number): void {
    const scratch = this.#scratch;
    const size = writeInt64(scratch, 0, hi, lo);
    let at = this.#length;
    bytes[at++] = DOLLAR;
    if (size >= 10) bytes[at++] = size >= 20 ? ZERO + 2 : ZERO + 1;
    bytes[at++] = ZERO + (size % 10);
    bytes[at++] = CR;
    bytes[at++] = LF;
    for (let i = 0; i < size; i++) bytes[at++] = scratch[i] as number;
    bytes[at++] = CR;
    bytes[at++] = LF;
    this.#length = at;
  }

  #reserve(room: number): void {
    if (this.#length + room <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#length + room));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
