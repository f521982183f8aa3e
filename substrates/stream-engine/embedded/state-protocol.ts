/**
 * The binary multi-get on a worker's state: one frame asks for keys, one answers them in the same order.
 *
 * Request, little-endian: count u32, padding u32, hourStartMs f64[count], low ids u32[count], high ids u32[count].
 * Response: count u32, padding u32, counters u32[count], fingerprints i32[count], answers u8[count] (`StateAnswer`).
 */
import type { KeyColumns } from '../../key-value-store/key-value-store.ts';
import type { StateAnswers } from '../../query-service.ts';

const HEADER_BYTES = 8;

export function createStateAnswers(count: number): StateAnswers {
  return { answer: new Uint8Array(count), counter: new Uint32Array(count), fingerprint: new Int32Array(count) };
}

export function encodeRequest(keys: KeyColumns): Uint8Array {
  const { count } = keys;
  const bytes = new Uint8Array(HEADER_BYTES + count * 16);
  new DataView(bytes.buffer).setUint32(0, count, true);
  new Float64Array(bytes.buffer, HEADER_BYTES, count).set(keys.hourStartMs.subarray(0, count));
  new Uint32Array(bytes.buffer, HEADER_BYTES + count * 8, count).set(keys.tweetIdLo.subarray(0, count));
  new Uint32Array(bytes.buffer, HEADER_BYTES + count * 12, count).set(keys.tweetIdHi.subarray(0, count));
  return bytes;
}

/** Error if the frame is not a request. */
export function decodeRequest(frame: Uint8Array): KeyColumns {
  const bytes = frame.slice();
  const count = frame.length < HEADER_BYTES ? 0 : new DataView(bytes.buffer).getUint32(0, true);
  if (frame.length !== HEADER_BYTES + count * 16)
    throw new Error(`a query of ${frame.length} bytes is not a multi-get`);
  return {
    count,
    hourStartMs: new Float64Array(bytes.buffer, HEADER_BYTES, count),
    tweetIdLo: new Uint32Array(bytes.buffer, HEADER_BYTES + count * 8, count),
    tweetIdHi: new Uint32Array(bytes.buffer, HEADER_BYTES + count * 12, count),
  };
}

export function encodeResponse(answers: StateAnswers): Uint8Array {
  const count = answers.answer.length;
  const bytes = new Uint8Array(HEADER_BYTES + count * 9);
  new DataView(bytes.buffer).setUint32(0, count, true);
  new Uint32Array(bytes.buffer, HEADER_BYTES, count).set(answers.counter);
  new Int32Array(bytes.buffer, HEADER_BYTES + count * 4, count).set(answers.fingerprint);
  bytes.set(answers.answer, HEADER_BYTES + count * 8);
  return bytes;
}

/** Error if the frame is not a response to `expected` keys. */
export function decodeResponse(frame: Uint8Array, expected: number): StateAnswers {
  const bytes = frame.slice();
  const count = frame.length < HEADER_BYTES ? 0 : new DataView(bytes.buffer).getUint32(0, true);
  if (count !== expected || frame.length !== HEADER_BYTES + count * 9) {
    throw new Error(`an answer of ${frame.length} bytes does not answer ${expected} keys`);
  }
  return {
    counter: new Uint32Array(bytes.buffer, HEADER_BYTES, count),
    fingerprint: new Int32Array(bytes.buffer, HEADER_BYTES + count * 4, count),
    answer: bytes.subarray(HEADER_BYTES + count * 8),
  };
}
