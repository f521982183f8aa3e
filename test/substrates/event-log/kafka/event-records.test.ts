/** Event framing: one impression a record, byte for byte, and back. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createBlock, type ImpressionBlock } from '../../../../generators/impression.ts';
import { createEventBatch, decodeEvents, encodeEvents } from '../../../../substrates/event-log/kafka/event-records.ts';
import { BadRecordError } from '../../../../substrates/event-log/kafka/kafka-errors.ts';
import { viewOf } from '../../../../substrates/event-log/kafka/record-batch.ts';
import { numberedBlock } from '../../../support/impressions.ts';
import { hex } from './record-bytes.ts';

const HEADER_BYTES = 61;

/** Two impressions as they lie behind the header of their batch. */
const TWO_RECORDS = hex(`
  /89 bytes/ b201 00 00 00 /key/ 10 01020304 05060708 /sequence/ 20 00000001 ffffffff /time/ 0000018c 00000010
  /header block/ 02 0a 626c6f636b 68 4f454231 00000003 00000002
    /offset 5/ 4014000000000000 /position 7/ 401c000000000000 /arrival 1.5/ 3ff8000000000000
    /least and greatest time/ 4278c00000010000 4278c00000040000
  /30 bytes/ 3c 00 00 02 10 a0000000 00000001 20 00000002 00000000 0000018c 00000040 00`);

function twoImpressions(): ImpressionBlock {
  const block = createBlock(3, 2);
  block.count = 2;
  block.firstSequence = 2 ** 33 - 1;
  block.tweetIdHi.set([0x01020304, 0xa0000000]);
  block.tweetIdLo.set([0x05060708, 1]);
  block.minEventTimeMs = 0x18c * 2 ** 32 + 0x10;
  block.maxEventTimeMs = 0x18c * 2 ** 32 + 0x40;
  block.eventTimeDeltaMs.set([0, 0x30]);
  return block;
}

function recordsOf(block: ImpressionBlock, stamp = { offset: 5, position: 7, arrivalMs: 1.5 }): Uint8Array {
  const batch = createEventBatch();
  return batch.bytes.slice(HEADER_BYTES, encodeEvents(batch, block, stamp));
}

function decode(bytes: Uint8Array, records: number) {
  const into = createBlock(0);
  const stamp = decodeEvents(viewOf(bytes), 0, 0, records, into);
  const cut = (column: Uint32Array) => [...column.subarray(0, into.count)];
  return { stamp, into, rows: [cut(into.tweetIdHi), cut(into.tweetIdLo), cut(into.eventTimeDeltaMs)] };
}

const word = fc.integer({ min: 0, max: 0xffffffff });
const blocks = fc
  .record({
    rows: fc.array(fc.tuple(word, word, word), { minLength: 1, maxLength: 150 }),
    partition: fc.integer({ min: 0, max: 1000 }),
    firstSequence: fc.integer({ min: 0, max: 2 ** 52 }),
    minEventTimeMs: fc.integer({ min: -(2 ** 45), max: 2 ** 45 }),
    offset: fc.integer({ min: 0, max: 2 ** 52 }),
    arrivalMs: fc.double({ noNaN: true }),
  })
  .map(({ rows, offset, arrivalMs, minEventTimeMs, ...rest }) => {
    const block: ImpressionBlock = {
      ...rest,
      minEventTimeMs,
      maxEventTimeMs: minEventTimeMs + Math.max(...rows.map(([, , delta]) => delta)),
      count: rows.length,
      tweetIdHi: Uint32Array.from(rows, ([hi]) => hi),
      tweetIdLo: Uint32Array.from(rows, ([, lo]) => lo),
      eventTimeDeltaMs: Uint32Array.from(rows, ([, , delta]) => delta),
    };
    return { block, stamp: { offset, position: offset + 3, arrivalMs } };
  });

describe('event framing', () => {
  test('two impressions are the records that the format says', () => {
    expect(recordsOf(twoImpressions())).toEqual(TWO_RECORDS);
  });

  test('the records of the format are the two impressions', () => {
    const { stamp, into, rows } = decode(TWO_RECORDS, 2);
    expect(stamp).toEqual({ offset: 5, position: 7, arrivalMs: 1.5 });
    const { partition, firstSequence, minEventTimeMs, maxEventTimeMs } = into;
    expect({ partition, firstSequence, minEventTimeMs, maxEventTimeMs }).toEqual({
      partition: 3,
      firstSequence: 2 ** 33 - 1,
      minEventTimeMs: 0x18c00000010,
      maxEventTimeMs: 0x18c00000040,
    });
    expect(rows).toEqual([
      [0x01020304, 0xa0000000],
      [0x05060708, 1],
      [0, 0x30],
    ]);
  });

  test('a block of any rows is decoded to what was encoded', () => {
    fc.assert(
      fc.property(blocks, ({ block, stamp }) => {
        const { into, rows, stamp: found } = decode(recordsOf(block, stamp), block.count);
        expect(found).toEqual(stamp);
        expect(rows).toEqual([[...block.tweetIdHi], [...block.tweetIdLo], [...block.eventTimeDeltaMs]]);
        const { partition, firstSequence, minEventTimeMs, maxEventTimeMs } = block;
        expect(into).toMatchObject({ partition, firstSequence, minEventTimeMs, maxEventTimeMs });
      }),
    );
  });

  test('a buffer that held a longer block holds a shorter one without a trace of it', () => {
    const batch = createEventBatch();
    encodeEvents(batch, numberedBlock(0, 0, 4096), { offset: 0, position: 0, arrivalMs: 0 });
    const end = encodeEvents(batch, twoImpressions(), { offset: 5, position: 7, arrivalMs: 1.5 });
    expect(batch.bytes.slice(HEADER_BYTES, end)).toEqual(TWO_RECORDS);
  });

  test('records that were left out, added or put in another order are refused', () => {
    const records = recordsOf(numberedBlock(0, 0, 3));
    const third = records.length - 31;
    expect(() => decode(records.subarray(0, third), 2)).toThrow(/block of 3 impressions lies in a batch of 2/);
    expect(() => decode(records.subarray(0, third), 3)).toThrow(BadRecordError);
    expect(() => decode(new Uint8Array([...records, ...records.subarray(third)]), 4)).toThrow(/batch of 4/);
    const swapped = new Uint8Array([
      ...records.subarray(0, third - 31),
      ...records.subarray(third),
      ...records.subarray(third - 31, third),
    ]);
    expect(() => decode(swapped, 3)).toThrow(/sequence 2 stands where 1 is due/);
  });

  test('an event time outside of its block is refused', () => {
    const block = twoImpressions();
    block.maxEventTimeMs -= 1;
    expect(() => decode(recordsOf(block), 2)).toThrow(/outside of its block/);
  });

  test('a beginning of the records is refused, at every length', () => {
    for (let end = 0; end < TWO_RECORDS.length; end++) {
      expect(() => decode(TWO_RECORDS.subarray(0, end), 2)).toThrow(BadRecordError);
    }
  });

  test('a batch without the block header is none of this framing', () => {
    const foreign = hex('0e 00 00 00 01 02 78 00');
    expect(decodeEvents(viewOf(foreign), 0, 0, 1, createBlock(0))).toBeUndefined();
  });
});
