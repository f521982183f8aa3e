/** Updates of state are read out of record batches, whatever lies between them. */
import { describe, expect, test } from '@jest/globals';
import { BadRecordError } from '../../../../../substrates/event-log/kafka/kafka-errors.ts';
import { applyUpdates } from '../../../../../substrates/stream-engine/flink/state-updates/update-records.ts';
import { batchOf, hex } from '../../../event-log/kafka/record-bytes.ts';
import { updateBatch } from './update-bytes.ts';

const HOUR = 1_700_000_000_000;
const CONTROL = 32;

function heardFrom(bytes: Uint8Array, from = 0): string[] {
  const heard: string[] = [];
  const records = applyUpdates(bytes, from, {
    set: (lo, hi, hour, counter, fingerprint) => heard.push(`${hi}:${lo} at ${hour} is ${counter}, ${fingerprint}`),
    remove: (lo, hi, hour) => heard.push(`${hi}:${lo} at ${hour} is gone`),
  });
  expect(records).toBe(heard.length);
  return heard;
}

describe('a batch of updates', () => {
  test('is read byte for byte', () => {
    const bytes = hex(
      '/length 30, attributes, two deltas/ 3c 00 00 00 /key of 16: tweet 2:5, hour 3/ 20 0000000200000005' +
        '0000000000000003 /value of 8: fingerprint -1, count 7/ 10 ffffffff00000007 /no headers/ 00',
    );
    expect(heardFrom(batchOf(bytes, 1))).toEqual(['2:5 at 3 is 7, -1']);
  });

  test('sets and removes, in the order of the topic', () => {
    const batch = updateBatch([
      { id: 5n, hourStartMs: HOUR, value: { counter: 4294967295, fingerprint: -2147483648 } },
      { id: 5n, hourStartMs: HOUR },
      { id: 2n ** 64n - 1n, hourStartMs: 0, value: { counter: 1, fingerprint: 2147483647 } },
    ]);
    expect(heardFrom(batch)).toEqual([
      `0:5 at ${HOUR} is 4294967295, -2147483648`,
      `0:5 at ${HOUR} is gone`,
      '4294967295:4294967295 at 0 is 1, 2147483647',
    ]);
  });

  test('is read from an offset in its middle on', () => {
    const value = { counter: 1, fingerprint: 0 };
    const first = updateBatch(
      [1n, 2n, 3n].map((id) => ({ id, hourStartMs: 0, value })),
      10,
    );
    const second = updateBatch([{ id: 4n, hourStartMs: 0 }], 13);
    const both = Buffer.concat([first, second]);
    expect(heardFrom(both, 12)).toEqual(['0:3 at 0 is 1, 0', '0:4 at 0 is gone']);
    expect(heardFrom(both, 13)).toEqual(['0:4 at 0 is gone']);
  });

  test('may be cut off at the end, empty, or the broker’s own', () => {
    const whole = updateBatch([{ id: 1n, hourStartMs: 0 }], 2);
    const control = updateBatch([{ id: 9n, hourStartMs: 0 }], 0, CONTROL);
    const empty = batchOf(new Uint8Array(), 0, 1);
    const bytes = Buffer.concat([control, empty, whole, whole.subarray(0, 40)]);
    expect(heardFrom(bytes)).toEqual(['0:1 at 0 is gone']);
  });

  test('of anything else is an error', () => {
    // Key "a", value "b".
    const foreign = batchOf(hex('10 00 00 00 02 61 02 62 00'), 1);
    expect(() => heardFrom(foreign)).toThrow(BadRecordError);
    expect(() => heardFrom(foreign)).toThrow(/no update of state/);
    const damaged = updateBatch([{ id: 1n, hourStartMs: 0 }]);
    damaged[70] = 1;
    expect(() => heardFrom(damaged)).toThrow(/checksum mismatch/);
  });
});
