/**
 * Event framing: one impression a record, one block a record batch. The key is the tweet id (u64), the value the
 * sequence (u64) and the event time in milliseconds (i64), all big-endian, so that any Kafka client reads them.
 *
 * The first record of a batch has the header `block`, with what belongs to the block as a whole:
 *   0 magic "OEB1"   4 partition u32   8 rows u32   12 offset f64   20 position f64   28 arrivalMs f64
 *   36 minEventTimeMs f64   44 maxEventTimeMs f64
 *
 * Every byte of a batch but these numbers is the same in all batches, so a buffer is laid out once and used again.
 */
import { type ImpressionBlock, MAX_BLOCK_ROWS } from '../../../generators/impression.ts';
import { BATCH_HEADER_BYTES, RecordCursor, type Viewed, viewOf } from './record-batch.ts';

const TWO_32 = 4294967296;
/** "OEB1": the first version of this format. */
const MAGIC = 0x4f454231;
export const BLOCK_HEADER_NAME = new TextEncoder().encode('block');
export const BLOCK_HEADER_BYTES = 52;
const KEY_BYTES = 8;
const VALUE_BYTES = 16;

/** Bytes of a record from its offset delta on, without header: key and value with a length byte each, header count. */
const BODY_BYTES = 1 + KEY_BYTES + 1 + VALUE_BYTES + 1;
/** The first record: 2 bytes of length, attributes, timestamp and offset delta, the body, the header. */
const FIRST_BYTES = 2 + 3 + BODY_BYTES + 1 + BLOCK_HEADER_NAME.length + 1 + BLOCK_HEADER_BYTES;
/** Records up to this row have an offset delta of one byte, the others of two. */
const SHORT_ROWS = 64;
const SHORT_BYTES = 1 + 3 + BODY_BYTES;
const LONG_BYTES = SHORT_BYTES + 1;

/** What a block carries besides its rows. */
export interface Stamp {
  /** Offset of the first impression. */
  offset: number;
  /** Kafka's offset that the writer expects for the first record. */
  position: number;
  arrivalMs: number;
}

/** Where the record of a row begins in a batch. */
function recordAt(row: number): number {
  if (row === 0) return BATCH_HEADER_BYTES;
  const shorts = Math.min(row, SHORT_ROWS) - 1;
  return BATCH_HEADER_BYTES + FIRST_BYTES + shorts * SHORT_BYTES + Math.max(0, row - SHORT_ROWS) * LONG_BYTES;
}

/** Where the key of a row lies. */
function keyOf(row: number): number {
  if (row === 0) return BATCH_HEADER_BYTES + 2 + 3 + 1;
  return recordAt(row) + (row < SHORT_ROWS ? 5 : 6);
}

/** A buffer with all the bytes of a batch that do not change. */
export function createEventBatch(rows = MAX_BLOCK_ROWS): Viewed {
  const batch = viewOf(new Uint8Array(recordAt(rows)));
  const { bytes } = batch;
  for (let row = 0; row < rows; row++) {
    let at = recordAt(row);
    const length = recordAt(row + 1) - at;
    if (row === 0) {
      at = putVarint(bytes, at, length - 2);
      bytes.set(BLOCK_HEADER_NAME, at + 3 + BODY_BYTES + 1);
      bytes[at + 2 + BODY_BYTES] = 2;
      bytes[at + 3 + BODY_BYTES] = 2 * BLOCK_HEADER_NAME.length;
      bytes[at + 4 + BODY_BYTES + BLOCK_HEADER_NAME.length] = 2 * BLOCK_HEADER_BYTES;
    } else {
      at = putVarint(bytes, at, length - 1);
    }
    at = putVarint(bytes, at + 2, row);
    bytes[at] = 2 * KEY_BYTES;
    bytes[at + 1 + KEY_BYTES] = 2 * VALUE_BYTES;
  }
  return batch;
}

function putVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value * 2;
  let next = at;
  for (; rest > 127; rest >>>= 7) bytes[next++] = (rest & 127) | 128;
  bytes[next++] = rest;
  return next;
}

/** Writes a block into a buffer of `createEventBatch` and returns the batch's length; the batch is not sealed yet. */
export function encodeEvents({ view }: Viewed, block: ImpressionBlock, stamp: Stamp): number {
  const rows = block.count;
  const header = recordAt(1) - BLOCK_HEADER_BYTES;
  view.setUint32(header, MAGIC);
  view.setUint32(header + 4, block.partition);
  view.setUint32(header + 8, rows);
  view.setFloat64(header + 12, stamp.offset);
  view.setFloat64(header + 20, stamp.position);
  view.setFloat64(header + 28, stamp.arrivalMs);
  view.setFloat64(header + 36, block.minEventTimeMs);
  view.setFloat64(header + 44, block.maxEventTimeMs);
  putRow(view, keyOf(0), block, 0);
  const shorts = Math.min(rows, SHORT_ROWS);
  if (rows > 1) putRows(view, keyOf(1), SHORT_BYTES, block, 1, shorts);
  if (rows > SHORT_ROWS) putRows(view, keyOf(SHORT_ROWS), LONG_BYTES, block, SHORT_ROWS, rows);
  return recordAt(rows);
}

function putRow(view: DataView, at: number, block: ImpressionBlock, row: number): void {
  putRows(view, at, 0, block, row, row + 1);
}

/** Rows `[from, to)`, whose keys lie `stride` bytes apart. */
function putRows(
  view: DataView,
  keyAt: number,
  stride: number,
  block: ImpressionBlock,
  from: number,
  to: number,
): void {
  const { tweetIdLo, tweetIdHi, eventTimeDeltaMs, firstSequence, minEventTimeMs } = block;
  const timeHigh = Math.floor(minEventTimeMs / TWO_32);
  const timeLow = minEventTimeMs - timeHigh * TWO_32;
  const sequenceHigh = Math.floor(firstSequence / TWO_32);
  const sequenceLow = firstSequence - sequenceHigh * TWO_32;
  let at = keyAt;
  for (let row = from; row < to; row++, at += stride) {
    const sequence = sequenceLow + row;
    const time = timeLow + (eventTimeDeltaMs[row] as number);
    view.setUint32(at, tweetIdHi[row] as number);
    view.setUint32(at + 4, tweetIdLo[row] as number);
    // The setters keep the low 32 bits; what is above them belongs to the high word.
    view.setUint32(at + 9, sequence < TWO_32 ? sequenceHigh : sequenceHigh + 1);
    view.setUint32(at + 13, sequence);
    view.setInt32(at + 17, time < TWO_32 ? timeHigh : timeHigh + 1);
    view.setUint32(at + 21, time);
  }
}

/**
 * The block of one batch: `records` records in `[at, end of bytes)`, the first at Kafka's offset `position`. Columns go
 * to `into`, which has room for a whole block. Undefined if the first record has no `block` header; error
 * (`BadRecordError`) if the batch is not one block, whole and in order.
 */
export function decodeEvents(
  { bytes, view }: Viewed,
  at: number,
  position: number,
  records: number,
  into: ImpressionBlock,
): Stamp | undefined {
  const cursor = new RecordCursor(position, bytes, at, records);
  if (!cursor.next()) return undefined;
  const header = cursor.headerAt(BLOCK_HEADER_NAME, BLOCK_HEADER_BYTES);
  if (header < 0) return undefined;
  if (view.getUint32(header) !== MAGIC) throw cursor.bad('the block header of a batch has another format');
  const rows = view.getUint32(header + 8);
  if (rows !== records || rows > MAX_BLOCK_ROWS) {
    throw cursor.bad(`a block of ${rows} impressions lies in a batch of ${records} records`);
  }
  into.partition = view.getUint32(header + 4);
  into.count = rows;
  into.minEventTimeMs = view.getFloat64(header + 36);
  into.maxEventTimeMs = view.getFloat64(header + 44);
  into.firstSequence = sequenceAt(view, cursor);
  takeRows(view, cursor, into);
  return {
    offset: view.getFloat64(header + 12),
    position: view.getFloat64(header + 20),
    arrivalMs: view.getFloat64(header + 28),
  };
}

function sequenceAt(view: DataView, cursor: RecordCursor): number {
  if (cursor.keyBytes !== KEY_BYTES || cursor.valueBytes !== VALUE_BYTES) throw cursor.bad('a record is no impression');
  return view.getUint32(cursor.valueAt) * TWO_32 + view.getUint32(cursor.valueAt + 4);
}

/** Takes the rows, from the cursor's current record on. */
function takeRows(view: DataView, cursor: RecordCursor, into: ImpressionBlock): void {
  const { tweetIdLo, tweetIdHi, eventTimeDeltaMs, firstSequence, minEventTimeMs } = into;
  const spanMs = into.maxEventTimeMs - minEventTimeMs;
  for (let row = 0; row < into.count; row++) {
    const sequence = sequenceAt(view, cursor);
    const { keyAt, valueAt } = cursor;
    const deltaMs = view.getInt32(valueAt + 8) * TWO_32 + view.getUint32(valueAt + 12) - minEventTimeMs;
    if (sequence !== firstSequence + row || cursor.offsetDelta !== row) {
      throw cursor.bad(`sequence ${sequence} stands where ${firstSequence + row} is due`);
    }
    if (!(deltaMs >= 0 && deltaMs <= spanMs)) throw cursor.bad('an event time lies outside of its block');
    tweetIdHi[row] = view.getUint32(keyAt);
    tweetIdLo[row] = view.getUint32(keyAt + 4);
    eventTimeDeltaMs[row] = deltaMs;
    cursor.next();
  }
}
