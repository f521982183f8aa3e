import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createRows } from '../../../../substrates/key-value-store/key-value-store.ts';
import {
  counterOf,
  fingerprintOf,
  KEY_BYTES,
  readRow,
  VALUE_BYTES,
  versionOf,
  writeKey,
  writeValue,
} from '../../../../substrates/key-value-store/lmdb/key-codec.ts';

function key(hour: number, hi: number, lo: number): Buffer {
  const bytes = Buffer.alloc(KEY_BYTES);
  writeKey(new DataView(bytes.buffer, bytes.byteOffset), hour, hi, lo);
  return bytes;
}

function value(counter: number, fingerprint: number, version: number): Buffer {
  const bytes = Buffer.alloc(VALUE_BYTES);
  writeValue(new DataView(bytes.buffer, bytes.byteOffset), counter, fingerprint, version);
  return bytes;
}

const hour = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -3, max: 3 }));
const lane = fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0, 0x7fffffff, 0x80000000, 0xffffffff));
const keyParts = fc.tuple(hour, lane, lane);

test('a key has the hour, the high and the low half of the id in big-endian order', () => {
  expect(key(0x0123_4567_89ab, 0x11223344, 0x55667788).toString('hex')).toBe(
    '800001234567 89ab 11223344 55667788'.replaceAll(' ', ''),
  );
  expect(key(-1, 0, 1).toString('hex')).toBe('7fffffffffffffff0000000000000001');
});

test('keys sort as bytes as they sort by hour and 64-bit id', () => {
  const order = ([time, hi, lo]: [number, number, number]): bigint =>
    (BigInt(time) << 64n) | (BigInt(hi) << 32n) | BigInt(lo);
  fc.assert(
    fc.property(keyParts, keyParts, (a, b) => {
      const [left, right] = [order(a), order(b)];
      expect(Buffer.compare(key(...a), key(...b))).toBe(left < right ? -1 : left > right ? 1 : 0);
    }),
  );
});

test('a value is the counter, the fingerprint and the version, little-endian', () => {
  expect(value(1, -2, 1.5).toString('hex')).toBe('01000000feffffff000000000000f83f');
});

test('rows are read back as they were written', () => {
  const counter = lane;
  const version = fc.double({ noNaN: true });
  fc.assert(
    fc.property(keyParts, counter, fc.integer(), version, ([time, hi, lo], count, fingerprint, atVersion) => {
      const rows = createRows(2);
      const written = value(count, fingerprint, atVersion);
      readRow(rows, 1, key(time, hi, lo), written);
      expect([rows.tweetIdHi[1], rows.tweetIdLo[1], rows.counter[1], rows.fingerprint[1]]).toEqual([
        hi,
        lo,
        count,
        fingerprint,
      ]);
      expect(rows.hourStartMs[1] === time).toBe(true);
      expect([counterOf(written), fingerprintOf(written), versionOf(written)]).toEqual([count, fingerprint, atVersion]);
    }),
  );
});
