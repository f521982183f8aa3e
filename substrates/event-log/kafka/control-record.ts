/** A record batch of one record without key, whose value is a block of the file log's format. */
import { POSITION_HEADER_BYTES, POSITION_HEADER_NAME } from './entry-decoder.ts';
import { BATCH_HEADER_BYTES, type Viewed, viewOf } from './record-batch.ts';

/** Zigzag, as Kafka writes numbers of a record; for small ones. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return [...bytes, rest];
}

/** Not sealed yet; `value` is copied. */
export function encodeControlRecord(value: Uint8Array, position: number): Viewed {
  const at = new DataView(new ArrayBuffer(POSITION_HEADER_BYTES));
  at.setFloat64(0, position);
  const body = [
    ...[0, ...varint(0), ...varint(0), ...varint(-1)],
    ...[...varint(value.length), ...value],
    ...[...varint(1), ...varint(POSITION_HEADER_NAME.length), ...POSITION_HEADER_NAME],
    ...[...varint(POSITION_HEADER_BYTES), ...new Uint8Array(at.buffer)],
  ];
  const record = [...varint(body.length), ...body];
  const batch = viewOf(new Uint8Array(BATCH_HEADER_BYTES + record.length));
  batch.bytes.set(record, BATCH_HEADER_BYTES);
  return batch;
}
