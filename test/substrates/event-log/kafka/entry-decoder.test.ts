/** Batches of either framing as entries: whole, in part, compressed, damaged, and of somebody else. */
import { describe, expect, test } from '@jest/globals';
import {
  BlockKind,
  createBlockBytes,
  encodeControl,
  encodeImpressions,
  MAX_BLOCK_BYTES,
} from '../../../../substrates/event-log/files/codec.ts';
import { codecOf, loadCodec } from '../../../../substrates/event-log/kafka/compression.ts';
import { encodeControlRecord } from '../../../../substrates/event-log/kafka/control-record.ts';
import { EntryDecoder, type StoredEntry, spanOf } from '../../../../substrates/event-log/kafka/entry-decoder.ts';
import { createEventBatch, encodeEvents } from '../../../../substrates/event-log/kafka/event-records.ts';
import { numberedBlock, sequencesOf } from '../../../support/impressions.ts';
import { batchOf, hex } from './record-bytes.ts';

const HEADER_BYTES = 61;
const GZIP = 1;
const CONTROL_ATTRIBUTE = 32;

/** A heartbeat at offset 7, as a record of its own. */
function heartbeatRecord(position: number): Uint8Array {
  const block = createBlockBytes(64);
  encodeControl(block, BlockKind.Heartbeat, 0, 7, 2.5);
  return encodeControlRecord(block.bytes, position).bytes.slice(HEADER_BYTES);
}

/** Impressions 4 to 6, columns in one record. */
function blockRecord(position: number): Uint8Array {
  const block = createBlockBytes(MAX_BLOCK_BYTES);
  const length = encodeImpressions(block, numberedBlock(0, 4, 3), 4, 1.5);
  return encodeControlRecord(block.bytes.subarray(0, length), position).bytes.slice(HEADER_BYTES);
}

/** Impressions 0 to 3, one a record. */
function eventRecords(): Uint8Array {
  const batch = createEventBatch();
  const end = encodeEvents(batch, numberedBlock(0, 0, 4), { offset: 0, position: 20, arrivalMs: 1 });
  return batch.bytes.slice(HEADER_BYTES, end);
}

function join(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function entriesOf(bytes: Uint8Array, from = 0) {
  const decoder = new EntryDecoder();
  decoder.load(bytes, from);
  const entries: (Omit<StoredEntry, 'block'> & { sequences?: number[] })[] = [];
  for (let entry = decoder.next(); entry !== undefined; entry = decoder.next()) {
    const { block, ...rest } = entry;
    entries.push(block === undefined ? rest : { ...rest, sequences: sequencesOf(block) });
  }
  return entries;
}

const EVENTS = batchOf(eventRecords(), 4, 20);
const HEARTBEAT = batchOf(heartbeatRecord(24), 1, 24);
const BLOCK = batchOf(blockRecord(25), 1, 25);

describe('the entries of fetched batches', () => {
  test('are found in both framings, one behind the other', () => {
    expect(entriesOf(join(EVENTS, HEARTBEAT, BLOCK))).toEqual([
      {
        kind: 'impressions',
        ...{ position: 20, nextPosition: 24, statedPosition: 20, statedOffset: 0 },
        ...{ arrivalMs: 1, partition: 0, rows: 4, sequences: [0, 1, 2, 3] },
      },
      {
        kind: 'heartbeat',
        ...{ position: 24, nextPosition: 25, statedPosition: 24, statedOffset: 7 },
        ...{ arrivalMs: 2.5, partition: 0, rows: 0 },
      },
      {
        kind: 'impressions',
        ...{ position: 25, nextPosition: 26, statedPosition: 25, statedOffset: 4 },
        ...{ arrivalMs: 1.5, partition: 0, rows: 3, sequences: [4, 5, 6] },
      },
    ]);
  });

  test('before the position that was asked for are passed over', () => {
    expect(entriesOf(join(EVENTS, HEARTBEAT, BLOCK), 24).map(({ position }) => position)).toEqual([24, 25]);
    expect(entriesOf(join(EVENTS, HEARTBEAT, BLOCK), 25).map(({ position }) => position)).toEqual([25]);
  });

  test('of a last batch that is cut are not there yet', () => {
    const bytes = join(HEARTBEAT, BLOCK);
    for (const end of [HEARTBEAT.length, HEARTBEAT.length + 1, bytes.length - 1]) {
      expect(entriesOf(bytes.subarray(0, end))).toHaveLength(1);
      expect(spanOf(bytes.subarray(0, end)).nextPosition).toBe(25);
    }
    expect(spanOf(bytes).nextPosition).toBe(26);
    expect(spanOf(bytes.subarray(0, 60)).nextPosition).toBeUndefined();
  });

  test('are decompressed', async () => {
    await loadCodec(GZIP);
    const packed = new Uint8Array(codecOf(GZIP)?.compress(eventRecords()) ?? []);
    const batch = batchOf(packed, 4, 20, GZIP);
    expect(entriesOf(batch)[0]).toMatchObject({ position: 20, rows: 4, sequences: [0, 1, 2, 3] });
    expect([...spanOf(batch).codecs]).toEqual([GZIP]);
    const damaged = batchOf(packed.slice(5), 4, 20, GZIP);
    expect(() => entriesOf(damaged)).toThrow(/cannot be decompressed/);
  });

  test('do not include what the broker writes for transactions', () => {
    expect(entriesOf(join(batchOf(hex('0e 00 00 00 01 02 78 00'), 1, 19, CONTROL_ATTRIBUTE), EVENTS))).toHaveLength(1);
  });

  test('that are damaged, or of somebody else, are errors with their place', () => {
    const wrongBlock = blockRecord(25);
    wrongBlock[80] = (wrongBlock[80] as number) ^ 1;
    const faults: [Uint8Array, RegExp][] = [
      [batchOf(wrongBlock, 1, 25), /checksum mismatch/],
      [batchOf(hex('0e 00 00 00 01 02 78 00'), 1, 25), /not of this log/],
      [batchOf(encodeControlRecord(new Uint8Array(64), 25).bytes.slice(HEADER_BYTES), 1, 25), /no block header/],
      [batchOf(encodeControlRecord(new Uint8Array(10), 25).bytes.slice(HEADER_BYTES), 1, 25), /cut short/],
    ];
    for (const [bytes, message] of faults) {
      expect(() => entriesOf(bytes)).toThrow(expect.objectContaining({ name: 'BadRecordError', position: 25 }));
      expect(() => entriesOf(bytes)).toThrow(message);
    }
  });
});
