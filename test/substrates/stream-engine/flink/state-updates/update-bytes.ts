/** Record batches of state updates in tests, put together by hand. */
import { batchOf } from '../../../event-log/kafka/record-bytes.ts';

export interface Update {
  id: bigint;
  hourStartMs: number;
  /** None is a tombstone. */
  value?: { counter: number; fingerprint: number };
}

/** A batch of these updates, the first at Kafka's offset `position`. */
export function updateBatch(updates: readonly Update[], position = 0, attributes = 0): Uint8Array {
  const records = Buffer.concat(updates.map((update, delta) => recordOf(update, delta)));
  return batchOf(records, updates.length, position, attributes);
}

function recordOf({ id, hourStartMs, value }: Update, offsetDelta: number): Buffer {
  const key = Buffer.alloc(16);
  key.writeBigUInt64BE(id, 0);
  key.writeBigInt64BE(BigInt(hourStartMs), 8);
  const bytes = Buffer.alloc(8);
  if (value !== undefined) bytes.writeBigInt64BE(BigInt(value.fingerprint) * 4294967296n + BigInt(value.counter));
  const body = Buffer.concat([
    Buffer.from([0, 0]),
    varint(offsetDelta),
    varint(16),
    key,
    value === undefined ? varint(-1) : Buffer.concat([varint(8), bytes]),
    varint(0),
  ]);
  return Buffer.concat([varint(body.length), body]);
}

/** Zigzag, seven bits a byte. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}
