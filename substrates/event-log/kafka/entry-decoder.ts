/**
 * Record batches as entries of the log, whatever framing they were written in:
 *
 * - a batch whose first record has the header `block` is one block of impressions, one a record (event framing);
 * - a record with the header `position` has a block of the file log's format as its value: a heartbeat, the end, or
 *   (block framing) impressions.
 *
 * Anything else is not ours and an error.
 */
import { createBlock, type ImpressionBlock } from '../../../generators/impression.ts';
import { BlockKind, checkBlock, createBlockBytes, decodeImpressions, MAX_BLOCK_BYTES } from '../files/codec.ts';
import { codecOf } from './compression.ts';
import { decodeEvents } from './event-records.ts';
import { BadRecordError } from './kafka-errors.ts';
import {
  BATCH_HEADER_BYTES,
  type BatchHeader,
  RecordCursor,
  readBatchHeader,
  type Viewed,
  verifyBatch,
  viewOf,
} from './record-batch.ts';

export const POSITION_HEADER_NAME = new TextEncoder().encode('position');
export const POSITION_HEADER_BYTES = 8;

/** An entry as it lies in the topic. */
export interface StoredEntry {
  kind: 'impressions' | 'heartbeat' | 'end';
  /** Kafka's offset of its first record. */
  position: number;
  /** Kafka's offset after its last. */
  nextPosition: number;
  /** Where the writer expected it. Equal to `position` unless Kafka holds something twice, or lost something. */
  statedPosition: number;
  /** The offset that the writer gave it. */
  statedOffset: number;
  arrivalMs: number;
  partition: number;
  rows: number;
  /** Columns are valid until the next entry is decoded. */
  block: ImpressionBlock | undefined;
}

/** Goes over the entries of fetched batches. */
export class EntryDecoder {
  readonly #columns: ImpressionBlock = createBlock(0);
  readonly #scratch = createBlockBytes(MAX_BLOCK_BYTES);
  #batches: Viewed = viewOf(new Uint8Array());
  #at = 0;
  #from = 0;
  /** The rest of a batch whose records are entries each. */
  #batch: BatchHeader | undefined;
  #records: Viewed = this.#batches;
  #cursor: RecordCursor | undefined;

  /** Goes on with these bytes; what lies before Kafka's offset `from` is passed over. */
  load(bytes: Uint8Array, from: number): void {
    this.#batches = viewOf(bytes);
    this.#at = 0;
    this.#from = from;
    this.#cursor = undefined;
  }

  /** The next entry, undefined behind the last. Error: `BadRecordError`. */
  next(): StoredEntry | undefined {
    for (;;) {
      const entry = this.#cursor === undefined ? this.#nextBatch() : this.#nextRecord(this.#cursor);
      if (entry !== undefined && entry.position >= this.#from) return entry;
      if (entry === undefined && this.#cursor === undefined) return undefined;
    }
  }

  /** The entry of a batch of event framing; or opens the batch for `#nextRecord`. */
  #nextBatch(): StoredEntry | undefined {
    const batch = this.#openBatch();
    if (batch === undefined) return undefined;
    const { bytes, at } = this.#recordsOf(batch);
    const stamp = decodeEvents(this.#records, at, batch.position, batch.records, this.#columns);
    if (stamp === undefined) {
      this.#batch = batch;
      this.#cursor = new RecordCursor(batch.position, bytes, at, batch.records);
      return undefined;
    }
    return {
      kind: 'impressions',
      position: batch.position,
      nextPosition: batch.nextPosition,
      statedPosition: stamp.position,
      statedOffset: stamp.offset,
      arrivalMs: stamp.arrivalMs,
      partition: this.#columns.partition,
      rows: batch.records,
      block: this.#columns,
    };
  }

  /** The next batch of records that was not passed over, verified. */
  #openBatch(): BatchHeader | undefined {
    for (;;) {
      const at = this.#at;
      const batch = readBatchHeader(this.#batches, at);
      if (batch === undefined) return undefined;
      this.#at = at + batch.bytes;
      // Markers of transactions are the broker's own.
      if (batch.isControl || batch.nextPosition <= this.#from) continue;
      verifyBatch(this.#batches, at, batch);
      return batch;
    }
  }

  /** The records of the batch that was just opened, decompressed; `at` is where they begin. */
  #recordsOf(batch: BatchHeader): { bytes: Uint8Array; at: number } {
    const begin = this.#at - batch.bytes + BATCH_HEADER_BYTES;
    const section = this.#batches.bytes.subarray(begin, this.#at);
    const codec = codecOf(batch.codec);
    this.#records = viewOf(codec === undefined ? section : decompress(batch, () => codec.decompress(section)));
    return { bytes: this.#records.bytes, at: 0 };
  }

  #nextRecord(cursor: RecordCursor): StoredEntry | undefined {
    if (!cursor.next()) {
      this.#cursor = undefined;
      // Not the end: another batch may follow.
      return this.#nextBatch();
    }
    const position = (this.#batch as BatchHeader).position + cursor.offsetDelta;
    const stated = cursor.headerAt(POSITION_HEADER_NAME, POSITION_HEADER_BYTES);
    if (stated < 0) throw cursor.bad('a record is not of this log; does something else write to the topic?');
    const length = cursor.valueBytes;
    if (length < 0 || length > MAX_BLOCK_BYTES) throw cursor.bad(`a block of ${length} bytes`);
    // Columns are read in place, so they must be aligned.
    this.#scratch.bytes.set(this.#records.bytes.subarray(cursor.valueAt, cursor.valueAt + length));
    const check = checkBlock(this.#scratch, 0, length);
    if (check.state === 'incomplete') throw cursor.bad('a block is cut short');
    if (check.state === 'corrupt') throw cursor.bad(check.reason);
    const { header } = check;
    if (header.bytes !== length) throw cursor.bad(`a block of ${header.bytes} bytes in a record of ${length}`);
    return {
      kind: KINDS[header.kind],
      position,
      nextPosition: position + 1,
      statedPosition: this.#records.view.getFloat64(stated),
      statedOffset: header.firstOffset,
      arrivalMs: header.arrivalMs,
      partition: header.partition,
      rows: header.rows,
      block: header.kind === BlockKind.Impressions ? decodeImpressions(this.#scratch, 0, header) : undefined,
    };
  }
}

const KINDS = {
  [BlockKind.Impressions]: 'impressions',
  [BlockKind.Heartbeat]: 'heartbeat',
  [BlockKind.End]: 'end',
} as const;

function decompress(batch: BatchHeader, work: () => Uint8Array): Uint8Array {
  try {
    return work();
  } catch (error) {
    throw new BadRecordError(batch.position, `the records cannot be decompressed: ${(error as Error).message}`);
  }
}

/** What a fetch brought, from the headers of its batches alone. */
export interface BatchSpan {
  /** Kafka's offset after the last whole batch; undefined if none is whole. */
  nextPosition: number | undefined;
  /** Kafka's numbers of the codecs in use. */
  codecs: Set<number>;
}

export function spanOf(bytes: Uint8Array): BatchSpan {
  const viewed = viewOf(bytes);
  const codecs = new Set<number>();
  let nextPosition: number | undefined;
  for (let at = 0; ; ) {
    const batch = readBatchHeader(viewed, at);
    if (batch === undefined) return { nextPosition, codecs };
    codecs.add(batch.codec);
    nextPosition = batch.nextPosition;
    at += batch.bytes;
  }
}
