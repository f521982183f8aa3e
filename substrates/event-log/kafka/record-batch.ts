/**
 * Kafka's record batch, version 2, as bytes: the header of 61 bytes that is sealed with a CRC-32C, and a cursor over
 * the records behind it. Nothing is allocated for a record.
 *
 *   0 baseOffset i64   8 length i32 (of what follows)   12 leaderEpoch i32   16 magic i8   17 crc u32 (of byte 21 on)
 *   21 attributes i16   23 lastOffsetDelta i32   27 baseTimestamp i64   35 maxTimestamp i64   43 producerId i64
 *   51 producerEpoch i16   53 baseSequence i32   57 records i32   61 the records, perhaps compressed
 *
 * A record, all numbers zigzag varints: length, attributes (a byte), timestamp delta, offset delta, key length, key,
 * value length, value, number of headers, and each header's key length, key, value length, value.
 */
import { crc32c } from '@node-rs/crc32';
import { BadRecordError } from './kafka-errors.ts';

export const BATCH_HEADER_BYTES = 61;
const MAGIC = 2;
const CODEC_MASK = 7;
const CONTROL_BIT = 32;
const TWO_32 = 4294967296;

export interface BatchSeal {
  records: number;
  /** Kafka's number of the codec. */
  codec: number;
  /** Of all records. */
  timestampMs: number;
  /** -1 for a producer that is not idempotent, as epoch and sequence then are. */
  producerId: number;
  producerEpoch: number;
  baseSequence: number;
}

/** Bytes and the same bytes as numbers. */
export interface Viewed {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

export function viewOf(bytes: Uint8Array): Viewed {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}

function setInt64(view: DataView, at: number, value: number): void {
  const high = Math.floor(value / TWO_32);
  view.setInt32(at, high);
  view.setUint32(at + 4, value - high * TWO_32);
}

export function getInt64(view: DataView, at: number): number {
  return view.getInt32(at) * TWO_32 + view.getUint32(at + 4);
}

/** Writes the header of the batch `[0, end)`, whose records lie behind it already. */
export function sealBatch({ bytes, view }: Viewed, end: number, seal: BatchSeal): void {
  setInt64(view, 0, 0);
  view.setInt32(8, end - 12);
  view.setInt32(12, -1);
  view.setInt8(16, MAGIC);
  view.setInt16(21, seal.codec);
  view.setInt32(23, seal.records - 1);
  setInt64(view, 27, seal.timestampMs);
  setInt64(view, 35, seal.timestampMs);
  setInt64(view, 43, seal.producerId);
  view.setInt16(51, seal.producerEpoch);
  view.setInt32(53, seal.baseSequence);
  view.setInt32(57, seal.records);
  view.setUint32(17, crc32c(bytes.subarray(21, end)));
}

export interface BatchHeader {
  /** Kafka's offset of the first record. */
  position: number;
  /** Kafka's offset after the last. */
  nextPosition: number;
  /** Length of the whole batch in bytes. */
  bytes: number;
  records: number;
  codec: number;
  /** Written by the broker: a transaction's marker. */
  isControl: boolean;
}

/** The batch at byte `at`, without a look at its checksum; undefined if it does not lie there whole. */
export function readBatchHeader({ bytes, view }: Viewed, at: number): BatchHeader | undefined {
  if (at + BATCH_HEADER_BYTES > bytes.length) return undefined;
  const length = view.getInt32(at + 8) + 12;
  const position = getInt64(view, at);
  const magic = view.getInt8(at + 16);
  if (magic !== MAGIC) throw new BadRecordError(position, `a record batch of format ${magic}, not ${MAGIC}`);
  if (length < BATCH_HEADER_BYTES) throw new BadRecordError(position, `a record batch of ${length} bytes`);
  if (at + length > bytes.length) return undefined;
  const attributes = view.getInt16(at + 21);
  return {
    position,
    nextPosition: position + view.getInt32(at + 23) + 1,
    bytes: length,
    records: view.getInt32(at + 57),
    codec: attributes & CODEC_MASK,
    isControl: (attributes & CONTROL_BIT) !== 0,
  };
}

/** Error if the batch at `at` is not what was sealed. */
export function verifyBatch({ bytes, view }: Viewed, at: number, header: BatchHeader): void {
  const found = crc32c(bytes.subarray(at + 21, at + header.bytes));
  if (found !== view.getUint32(at + 17)) throw new BadRecordError(header.position, 'checksum mismatch of the batch');
}

/** Goes over the records of one batch; its fields say where the current record's parts lie. */
export class RecordCursor {
  offsetDelta = 0;
  keyAt = 0;
  /** -1 where there is none; so for the value. */
  keyBytes = -1;
  valueAt = 0;
  valueBytes = -1;
  headers = 0;
  #position: number;
  #bytes: Uint8Array;
  #at: number;
  #left: number;
  #headersAt = 0;
  #recordEnd = 0;

  constructor(position: number, bytes: Uint8Array, at: number, records: number) {
    this.#position = position;
    this.#bytes = bytes;
    this.#at = at;
    this.#left = records;
  }

  /** Moves to the next record; false behind the last. Error if what lies there is no record. */
  next(): boolean {
    if (this.#left === 0) {
      if (this.#at !== this.#bytes.length) throw this.bad('bytes follow the last record of the batch');
      return false;
    }
    this.#left--;
    const length = this.#varint();
    const end = this.#at + length;
    if (length < 0 || end > this.#bytes.length) throw this.bad('a record is longer than its batch');
    this.#recordEnd = end;
    this.#at++;
    this.#skipVarint();
    this.offsetDelta = this.#varint();
    this.keyBytes = this.#varint();
    this.keyAt = this.#at;
    if (this.keyBytes > 0) this.#at += this.keyBytes;
    this.valueBytes = this.#varint();
    this.valueAt = this.#at;
    if (this.valueBytes > 0) this.#at += this.valueBytes;
    this.headers = this.#varint();
    this.#headersAt = this.#at;
    if (this.#at > end || (this.headers === 0 && this.#at !== end))
      throw this.bad('a record is not as long as it says');
    this.#at = end;
    return true;
  }

  /** Where the value of a header of the current record begins; -1 if there is none of that name and length. */
  headerAt(name: Uint8Array, valueBytes: number): number {
    const next = this.#at;
    this.#at = this.#headersAt;
    let found = -1;
    for (let header = 0; header < this.headers && found < 0; header++) {
      const nameBytes = this.#varint();
      const nameAt = this.#at;
      this.#at += Math.max(0, nameBytes);
      const length = this.#varint();
      if (this.#at + Math.max(0, length) > this.#recordEnd) throw this.bad('a header is longer than its record');
      if (length === valueBytes && nameBytes === name.length && this.#equals(name, nameAt)) found = this.#at;
      this.#at += Math.max(0, length);
    }
    this.#at = next;
    return found;
  }

  bad(reason: string): BadRecordError {
    return new BadRecordError(this.#position + this.offsetDelta, reason);
  }

  #equals(name: Uint8Array, at: number): boolean {
    for (let i = 0; i < name.length; i++) if (this.#bytes[at + i] !== name[i]) return false;
    return true;
  }

  #varint(): number {
    const bytes = this.#bytes;
    let byte = bytes[this.#at++] as number;
    if (byte < 128) return (byte >>> 1) ^ -(byte & 1);
    let value = byte & 127;
    for (let shift = 7; shift < 35; shift += 7) {
      byte = bytes[this.#at++] as number;
      value |= (byte & 127) << shift;
      if (byte < 128) return (value >>> 1) ^ -(value & 1);
    }
    throw this.bad('a number of a record does not end');
  }

  #skipVarint(): void {
    for (let bytes = 0; bytes < 10; bytes++) if ((this.#bytes[this.#at++] as number) < 128) return;
    throw this.bad('a number of a record does not end');
  }
}
