/**
 * Kafka's primitives: big-endian integers, strings and arrays of requests and responses. For the control plane; the
 * records of a batch have a codec of their own.
 */

const TWO_32 = 4294967296;

/** Builds a request body. */
export class RequestWriter {
  #bytes = Buffer.allocUnsafe(256);
  #at = 0;

  int8(value: number): this {
    this.#at = this.#room(1).writeInt8(value, this.#at);
    return this;
  }

  int16(value: number): this {
    this.#at = this.#room(2).writeInt16BE(value, this.#at);
    return this;
  }

  int32(value: number): this {
    this.#at = this.#room(4).writeInt32BE(value, this.#at);
    return this;
  }

  /** A whole number within ±2⁵³. */
  int64(value: number): this {
    const high = Math.floor(value / TWO_32);
    return this.int32(high).int32((value - high * TWO_32) | 0);
  }

  /** Null where undefined. */
  string(value: string | undefined): this {
    if (value === undefined) return this.int16(-1);
    const bytes = Buffer.from(value);
    return this.int16(bytes.length).raw(bytes);
  }

  bytes(value: Uint8Array): this {
    return this.int32(value.length).raw(value);
  }

  array<T>(values: readonly T[], write: (value: T) => void): this {
    this.int32(values.length);
    for (const value of values) write(value);
    return this;
  }

  /** A string of a flexible version: its length and one, as an unsigned varint. */
  compactString(value: string): this {
    const bytes = Buffer.from(value);
    return this.unsignedVarint(bytes.length + 1).raw(bytes);
  }

  unsignedVarint(value: number): this {
    let rest = value;
    for (; rest > 127; rest >>>= 7) this.int8(((rest & 127) | 128) - 256);
    return this.int8(rest);
  }

  raw(bytes: Uint8Array): this {
    this.#room(bytes.length).set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  #room(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(2 * (this.#at + length));
      larger.set(this.#bytes.subarray(0, this.#at));
      this.#bytes = larger;
    }
    return this.#bytes;
  }
}

/** Takes a response apart. Error (`RangeError`) where it ends too early. */
export class ResponseReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  int8(): number {
    return this.#bytes.readInt8(this.#step(1));
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#step(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#step(4));
  }

  /** Exact within ±2⁵³. */
  int64(): number {
    return this.int32() * TWO_32 + (this.int32() >>> 0);
  }

  /** Undefined where null. */
  string(): string | undefined {
    const length = this.int16();
    return length < 0 ? undefined : this.#text(length);
  }

  compactString(): string {
    return this.#text(Math.max(0, this.unsignedVarint() - 1));
  }

  unsignedVarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.int8();
      value += (byte & 127) * 2 ** shift;
      if (byte >= 0) return value;
    }
    throw new RangeError('a varint of a response does not end');
  }

  /** A view; empty where null. */
  bytes(): Uint8Array {
    const length = Math.max(0, this.int32());
    const at = this.#step(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** Empty where null. */
  array<T>(read: () => T): T[] {
    return this.#repeat(this.int32(), read);
  }

  compactArray<T>(read: () => T): T[] {
    return this.#repeat(this.unsignedVarint() - 1, read);
  }

  skip(bytes: number): this {
    this.#step(bytes);
    return this;
  }

  #repeat<T>(length: number, read: () => T): T[] {
    const values: T[] = [];
    for (let i = 0; i < length; i++) values.push(read());
    return values;
  }

  #text(length: number): string {
    const at = this.#step(length);
    return this.#bytes.toString('utf8', at, at + length);
  }

  #step(length: number): number {
    const at = this.#at;
    if (length < 0 || at + length > this.#bytes.length) throw new RangeError('a response of the broker is cut short');
    this.#at = at + length;
    return at;
  }
}
