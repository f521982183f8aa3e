/**
 * Frames of Flink's queryable-state protocol, all numbers big-endian. Nothing is allocated for a request or an answer.
 *
 *   any frame    length i32 (of what follows), version i32 (0x79a1b710), type i32
 *   0 request    id i64, job id (16 bytes in the order of its hex form), name length i32, name,
 *                hash of the key i32, length i32, key (i64), byte 42, namespace (byte 0: `VoidNamespace`)
 *   1 result     id i64, length i32, the serialized value
 *   2 failure    id i64, a Java exception, serialized
 *   3 server failure   a Java exception, serialized: the connection is of no use any more
 */
import { longHashCode } from './key-groups.ts';

const VERSION = 0x79a1b710;
const REQUEST = 0;
const RESULT = 1;
const FAILURE = 2;
const SERVER_FAILURE = 3;
const NAMESPACE_SEPARATOR = 42;

const HEADER_BYTES = 12;
const ID_AT = HEADER_BYTES;
const JOB_AT = ID_AT + 8;
const NAME_AT = JOB_AT + 16;
/** Key, separator and namespace. */
const KEY_BYTES = 8 + 1 + 1;
/** No answer of the job comes near it. */
const MAX_FRAME_BYTES = 64 * 1024 * 1024;

/** Requests for one state of one job, which differ only in id and key. */
export class RequestFrames {
  /** Bytes of each request. */
  readonly bytes: number;
  readonly #template: Buffer;

  /** `job` is the id as Flink prints it: 32 hexadecimal digits. */
  constructor(job: string, state: string) {
    if (!/^[0-9a-f]{32}$/.test(job)) throw new RangeError(`a Flink job id has 32 hexadecimal digits, not '${job}'`);
    const name = Buffer.from(state);
    const hashAt = NAME_AT + 4 + name.length;
    this.bytes = hashAt + 4 + 4 + KEY_BYTES;
    const template = Buffer.alloc(this.bytes);
    template.writeInt32BE(this.bytes - 4, 0);
    template.writeInt32BE(VERSION, 4);
    template.writeInt32BE(REQUEST, 8);
    template.write(job, JOB_AT, 'hex');
    template.writeInt32BE(name.length, NAME_AT);
    name.copy(template, NAME_AT + 4);
    template.writeInt32BE(KEY_BYTES, hashAt + 4);
    template[this.bytes - 2] = NAMESPACE_SEPARATOR;
    this.#template = template;
  }

  /** Writes a request at `at` and returns where the next one begins; `id` is an unsigned 32-bit integer. */
  write(into: Buffer, at: number, id: number, keyLo: number, keyHi: number): number {
    const end = at + this.bytes;
    this.#template.copy(into, at);
    into.writeUInt32BE(id, at + ID_AT + 4);
    into.writeInt32BE(longHashCode(keyLo, keyHi), end - KEY_BYTES - 8);
    into.writeUInt32BE(keyHi, end - KEY_BYTES);
    into.writeUInt32BE(keyLo, end - KEY_BYTES + 4);
    return end;
  }
}

/** What a proxy answers; bytes are valid during the call only. */
export interface ResponseHandler {
  result(id: number, bytes: Buffer, at: number, length: number): void;
  failure(id: number, bytes: Buffer, at: number, length: number): void;
  serverFailure(bytes: Buffer, at: number, length: number): void;
}

/** What came is not Flink's protocol. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** Puts answers together from the pieces in which they come. */
export class ResponseReader {
  readonly #handler: ResponseHandler;
  /** The beginning of a frame whose end has not come yet. */
  #rest: Buffer = Buffer.alloc(4096);
  #restBytes = 0;

  constructor(handler: ResponseHandler) {
    this.#handler = handler;
  }

  /** Throws `FrameError`; the stream cannot be read any further then. */
  push(chunk: Buffer): void {
    let from = 0;
    while (this.#restBytes > 0 && from < chunk.length) from += this.#complete(chunk, from);
    while (chunk.length - from >= 4) {
      const bytes = frameBytes(chunk, from);
      if (from + bytes > chunk.length) break;
      this.#take(chunk, from, bytes);
      from += bytes;
    }
    if (from < chunk.length) this.#keep(chunk, from, chunk.length);
  }

  /** Takes from the chunk what the kept frame lacks, and the frame if it is whole then; returns the bytes taken. */
  #complete(chunk: Buffer, from: number): number {
    const needed = this.#restBytes < 4 ? 4 : frameBytes(this.#rest, 0);
    const taken = Math.min(needed - this.#restBytes, chunk.length - from);
    this.#keep(chunk, from, from + taken);
    if (this.#restBytes >= 4 && this.#restBytes === frameBytes(this.#rest, 0)) {
      const bytes = this.#restBytes;
      this.#restBytes = 0;
      this.#take(this.#rest, 0, bytes);
    }
    return taken;
  }

  #keep(chunk: Buffer, from: number, to: number): void {
    const bytes = this.#restBytes + to - from;
    if (bytes > this.#rest.length) {
      const larger = Buffer.alloc(2 ** Math.ceil(Math.log2(bytes)));
      this.#rest.copy(larger, 0, 0, this.#restBytes);
      this.#rest = larger;
    }
    chunk.copy(this.#rest, this.#restBytes, from, to);
    this.#restBytes = bytes;
  }

  #take(bytes: Buffer, at: number, length: number): void {
    if (bytes.readInt32BE(at + 4) !== VERSION) throw new FrameError('it speaks another version of the protocol');
    const type = bytes.readInt32BE(at + 8);
    const end = at + length;
    if (type === SERVER_FAILURE) {
      this.#handler.serverFailure(bytes, at + HEADER_BYTES, length - HEADER_BYTES);
      return;
    }
    const bodyAt = at + ID_AT + 8;
    if (bodyAt > end) throw new FrameError('an answer is shorter than its header');
    const id = bytes.readUInt32BE(at + ID_AT + 4);
    if (type === FAILURE) {
      this.#handler.failure(id, bytes, bodyAt, end - bodyAt);
      return;
    }
    if (type !== RESULT || bodyAt + 4 > end) throw new FrameError(`an answer of type ${type} is not known`);
    const valueBytes = bytes.readInt32BE(bodyAt);
    if (valueBytes !== end - bodyAt - 4) throw new FrameError('a value is not as long as its frame says');
    this.#handler.result(id, bytes, bodyAt + 4, valueBytes);
  }
}

/** Length of the frame at `at`, its own length field included. */
function frameBytes(bytes: Buffer, at: number): number {
  const length = bytes.readInt32BE(at);
  if (length < HEADER_BYTES - 4 || length > MAX_FRAME_BYTES) {
    throw new FrameError('what it sends is not the queryable-state protocol');
  }
  return length + 4;
}
