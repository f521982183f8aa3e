/** Kafka's record batch against bytes written by hand, and against damage. */
import { describe, expect, test } from '@jest/globals';
import { BadRecordError } from '../../../../substrates/event-log/kafka/kafka-errors.ts';
import {
  getInt64,
  RecordCursor,
  readBatchHeader,
  sealBatch,
  verifyBatch,
  viewOf,
} from '../../../../substrates/event-log/kafka/record-batch.ts';
import { batchOf, crc32cByBits, hex } from './record-bytes.ts';

/** Key `k`, value `hi`, header `h` = 0xff, offset delta 1, timestamp delta -1. */
const RECORD = hex('1a /13 bytes/ 00 01 02 02 6b 04 6869 02 02 68 02 ff');
/** No key, no value, no header, offset delta 300. */
const BARE = hex('0e 00 00 d804 01 01 00');

/** One record, sealed as `sealBatch` is asked to below; the checksum's place is empty. */
const SEALED = hex(`
  0000000000000000 /length 12 less/ 0000003f ffffffff 02 00000000 /codec/ 0003 /last delta/ 00000000
  0000018bcfe56800 0000018bcfe56800 /producer/ 0000000100000002 0007 /sequence/ 7ffffffe 00000001`);

describe('a record batch', () => {
  test('the checksum of this test is the CRC-32C that everyone knows', () => {
    expect(crc32cByBits(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  });

  test('is sealed with every field in its place', () => {
    const batch = viewOf(new Uint8Array(75));
    batch.bytes.set(RECORD, 61);
    sealBatch(batch, 75, {
      records: 1,
      codec: 3,
      timestampMs: 1_700_000_000_000,
      producerId: 4_294_967_298,
      producerEpoch: 7,
      baseSequence: 0x7ffffffe,
    });
    const expected = new Uint8Array([...SEALED, ...RECORD]);
    new DataView(expected.buffer).setUint32(17, crc32cByBits(expected.subarray(21)));
    expect(batch.bytes).toEqual(expected);
  });

  test('is read with what it says of itself', () => {
    const bytes = batchOf(new Uint8Array([...RECORD, ...BARE]), 301, 2 ** 40 + 5, 0x24);
    const batch = viewOf(bytes);
    const header = readBatchHeader(batch, 0);
    expect(header).toEqual({
      position: 2 ** 40 + 5,
      nextPosition: 2 ** 40 + 306,
      bytes: bytes.length,
      records: 301,
      codec: 4,
      isControl: true,
    });
    if (header !== undefined) verifyBatch(batch, 0, header);
  });

  test('that is cut anywhere is not there yet', () => {
    const bytes = batchOf(RECORD, 1);
    for (let end = 0; end < bytes.length; end++) {
      expect(readBatchHeader(viewOf(bytes.subarray(0, end)), 0)).toBeUndefined();
    }
  });

  test('with any bit turned behind the checksum is found out', () => {
    const bytes = batchOf(RECORD, 1);
    const header = readBatchHeader(viewOf(bytes), 0);
    if (header === undefined) throw new Error('no batch');
    for (let bit = 17 * 8; bit < bytes.length * 8; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => verifyBatch(viewOf(damaged), 0, header)).toThrow(/checksum/);
    }
  });

  test('of the formats before this one is an error', () => {
    const bytes = batchOf(RECORD, 1, 9);
    bytes[16] = 1;
    expect(() => readBatchHeader(viewOf(bytes), 0)).toThrow(/format 1, not 2/);
  });

  test('numbers of 64 bits are exact on both sides of zero', () => {
    const { view } = viewOf(hex('ffffffffffffffff 001fffffffffffff fffffffeffffffff'));
    expect([0, 8, 16].map((at) => getInt64(view, at))).toEqual([-1, Number.MAX_SAFE_INTEGER, -4294967297]);
  });
});

describe('the cursor over records', () => {
  const cursorOver = (bytes: Uint8Array, records: number) => new RecordCursor(100, bytes, 0, records);

  test('finds key, value and headers of each record', () => {
    const bytes = new Uint8Array([...RECORD, ...BARE]);
    const cursor = cursorOver(bytes, 2);
    expect(cursor.next()).toBe(true);
    const { offsetDelta, keyAt, keyBytes, valueAt, valueBytes, headers } = cursor;
    expect({ offsetDelta, keyAt, keyBytes, valueAt, valueBytes, headers }).toEqual({
      offsetDelta: 1,
      keyAt: 5,
      keyBytes: 1,
      valueAt: 7,
      valueBytes: 2,
      headers: 1,
    });
    expect(cursor.headerAt(hex('68'), 1)).toBe(13);
    expect(cursor.headerAt(hex('68'), 2)).toBe(-1);
    expect(cursor.headerAt(hex('69'), 1)).toBe(-1);
    expect(cursor.next()).toBe(true);
    expect([cursor.offsetDelta, cursor.keyBytes, cursor.valueBytes, cursor.headers]).toEqual([300, -1, -1, 0]);
    expect(cursor.next()).toBe(false);
  });

  test('refuses records that are cut, at every byte', () => {
    for (let end = 0; end < RECORD.length; end++) {
      expect(() => cursorOver(RECORD.subarray(0, end), 1).next()).toThrow(BadRecordError);
    }
  });

  test('refuses bytes behind the last record', () => {
    const cursor = cursorOver(new Uint8Array([...RECORD, 0]), 1);
    cursor.next();
    expect(() => cursor.next()).toThrow(/bytes follow/);
  });

  test('refuses a record whose parts are longer than it, and a number without end', () => {
    const long = RECORD.slice();
    long[9] = 0;
    expect(() => cursorOver(long, 1).next()).toThrow(/not as long as it says/);
    expect(() => cursorOver(hex('ffffffffffffffffffff'), 1).next()).toThrow(/does not end/);
  });
});
