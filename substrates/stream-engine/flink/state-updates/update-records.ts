/**
 * The records by which the job tells a compacted topic of its in-flight counts. The key is the tweet and the hour, so
 * that compaction keeps the newest value of each: tweet id i64, start of the hour i64 (milliseconds). The value is the
 * count in the low 32 bits and the fingerprint, signed, in the high ones. No value says that the hour has left the
 * state, after a store has acknowledged it. All big-endian.
 */
import { codecOf } from '../../../event-log/kafka/compression.ts';
import {
  BATCH_HEADER_BYTES,
  RecordCursor,
  readBatchHeader,
  verifyBatch,
  viewOf,
} from '../../../event-log/kafka/record-batch.ts';

const TWO_32 = 4294967296;
const KEY_BYTES = 16;
const VALUE_BYTES = 8;

export interface UpdateSink {
  set(tweetIdLo: number, tweetIdHi: number, hourStartMs: number, counter: number, fingerprint: number): void;
  remove(tweetIdLo: number, tweetIdHi: number, hourStartMs: number): void;
}

/**
 * Applies fetched record batches from Kafka's offset `from` on; returns the number of records. Codecs must be loaded.
 * Error: `BadRecordError`.
 */
export function applyUpdates(fetched: Uint8Array, from: number, sink: UpdateSink): number {
  const batches = viewOf(fetched);
  let records = 0;
  for (let at = 0; ; ) {
    const batch = readBatchHeader(batches, at);
    if (batch === undefined) return records;
    const section = fetched.subarray(at + BATCH_HEADER_BYTES, at + batch.bytes);
    // Markers of transactions are the broker's own; compaction leaves batches without records.
    if (!batch.isControl && batch.nextPosition > from && batch.records > 0) {
      verifyBatch(batches, at, batch);
      const bytes = codecOf(batch.codec)?.decompress(section) ?? section;
      const cursor = new RecordCursor(batch.position, bytes, 0, batch.records);
      records += applyRecords(cursor, viewOf(bytes).view, from - batch.position, sink);
    }
    at += batch.bytes;
  }
}

/** Applies the records whose offset in the batch is at least `fromDelta`. */
function applyRecords(cursor: RecordCursor, view: DataView, fromDelta: number, sink: UpdateSink): number {
  let records = 0;
  while (cursor.next()) {
    if (cursor.offsetDelta < fromDelta) continue;
    const { keyAt, valueAt, valueBytes } = cursor;
    if (cursor.keyBytes !== KEY_BYTES || (valueBytes !== VALUE_BYTES && valueBytes !== -1)) {
      throw cursor.bad('a record is no update of state; does something else write to the topic?');
    }
    const tweetIdHi = view.getUint32(keyAt);
    const tweetIdLo = view.getUint32(keyAt + 4);
    const hourStartMs = view.getInt32(keyAt + 8) * TWO_32 + view.getUint32(keyAt + 12);
    if (valueBytes < 0) sink.remove(tweetIdLo, tweetIdHi, hourStartMs);
    else sink.set(tweetIdLo, tweetIdHi, hourStartMs, view.getUint32(valueAt + 4), view.getInt32(valueAt));
    records++;
  }
  return records;
}
