/**
 * Replies of Redis (RESP 2) from a stream of bytes that may be cut anywhere. What has arrived of a long array is kept
 * as values, so that nothing is parsed twice but the one element that was cut.
 */
import type { Reply } from './lane.ts';

const LF = 10;
const MINUS = 45;
const ZERO = 48;
const PLUS = 43;
const COLON = 58;
const DOLLAR = 36;
const STAR = 42;
const LETTER_Q = 81;
const QUEUED_BYTES = '+QUEUED\r\n'.length;

interface OpenArray {
  values: Reply[];
  missing: number;
}

export class RespParser {
  readonly #onReply: (reply: Reply) => void;
  readonly #open: OpenArray[] = [];
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(onReply: (reply: Reply) => void) {
    this.#onReply = onReply;
  }

  /** Gives every reply that is whole now to the listener. Error if the bytes are not Redis's protocol. */
  push(chunk: Buffer): void {
    const rest = this.#bytes.subarray(this.#at);
    this.#bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    this.#at = 0;
    while (this.#element());
  }

  /** Takes one element; false if it is not whole. */
  #element(): boolean {
    const bytes = this.#bytes;
    const start = this.#at;
    if (start >= bytes.length) return false;
    const type = bytes[start] as number;
    // Nearly every reply to a command inside a transaction.
    if (type === PLUS && bytes[start + 1] === LETTER_Q) {
      if (start + QUEUED_BYTES > bytes.length) return false;
      this.#at = start + QUEUED_BYTES;
      this.#value('QUEUED');
      return true;
    }
    const lineEnd = bytes.indexOf(LF, start);
    if (lineEnd === -1) return false;
    const end = lineEnd - 1;
    if (type === COLON) {
      this.#at = lineEnd + 1;
      this.#value(integer(bytes, start + 1, end));
      return true;
    }
    if (type === DOLLAR) return this.#bulk(integer(bytes, start + 1, end), lineEnd + 1);
    if (type !== PLUS && type !== MINUS && type !== STAR) {
      throw new Error(`a reply that begins with byte ${type} is not of Redis's protocol: is this a Redis server?`);
    }
    this.#at = lineEnd + 1;
    if (type === STAR) this.#array(integer(bytes, start + 1, end));
    else {
      const line = bytes.toString('utf8', start + 1, end);
      this.#value(type === PLUS ? line : new Error(line));
    }
    return true;
  }

  #bulk(length: number, from: number): boolean {
    if (length === -1) {
      this.#at = from;
      this.#value(null);
      return true;
    }
    if (from + length + 2 > this.#bytes.length) return false;
    this.#at = from + length + 2;
    this.#value(this.#bytes.toString('utf8', from, from + length));
    return true;
  }

  #array(length: number): void {
    if (length > 0) this.#open.push({ values: [], missing: length });
    else this.#value(length === 0 ? [] : null);
  }

  #value(reply: Reply): void {
    let value = reply;
    for (let open = this.#open.at(-1); open !== undefined; open = this.#open.at(-1)) {
      open.values.push(value);
      open.missing -= 1;
      if (open.missing > 0) return;
      this.#open.pop();
      value = open.values;
    }
    this.#onReply(value);
  }
}

/** A decimal number between two positions; beyond 2⁵³ the nearest double. */
function integer(bytes: Buffer, from: number, to: number): number {
  const negative = bytes[from] === MINUS;
  let value = 0;
  for (let i = negative ? from + 1 : from; i < to; i++) value = value * 10 + ((bytes[i] as number) - ZERO);
  return negative ? -value : value;
}
