import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { int64Text, readInt64, writeInt64 } from '../../../../substrates/key-value-store/redis/int64-text.ts';

const lane = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.constantFrom(0, 1, 999_999, 1_000_000, 0x7fffffff, 0x80000000, 0xffffffff),
);
const numberOf = (hi: number, lo: number): bigint => BigInt.asIntN(64, (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0));

describe('64-bit integers as text', () => {
  test.each([
    [0, 0, '0'],
    [0, 999_999, '999999'],
    [0, 1_000_000, '1000000'],
    [1, 0, '4294967296'],
    [-1, 1, '-4294967295'],
    [-1, 0xffffffff, '-1'],
    [0x7fffffff, 0xffffffff, '9223372036854775807'],
    [-0x80000000, 0, '-9223372036854775808'],
    [232, 3_567_587_328, '1000000000000'],
  ])('lanes %d and %d are %s', (hi, lo, text) => {
    expect(int64Text(hi, lo)).toBe(text);
  });

  test('the text is that of a BigInt, and the bytes are those of the text', () => {
    fc.assert(
      fc.property(lane, lane, fc.nat(5), (hi, lo, at) => {
        const expected = numberOf(hi, lo).toString();
        expect(int64Text(hi, lo)).toBe(expected);
        const bytes = new Uint8Array(26);
        const end = writeInt64(bytes, at, hi, lo);
        expect(Buffer.from(bytes.subarray(at, end)).toString()).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test('what was written is read back', () => {
    const into = new Int32Array(2);
    fc.assert(
      fc.property(lane, lane, (hi, lo) => {
        readInt64(numberOf(hi, lo).toString(), into);
        expect([...into]).toEqual([hi | 0, lo | 0]);
      }),
      { numRuns: 2000 },
    );
  });

  test.each(['', '-', 'x', '12x', 'abcdefgh'])('%j is refused as foreign', (text) => {
    expect(() => readInt64(text, new Int32Array(2))).toThrow(/who else writes there/);
  });
});
