import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  isSmallIncrement,
  leavesRoom,
  readValue,
  valueText,
} from '../../../../substrates/key-value-store/redis/counter-value.ts';

const counter = fc.integer({ min: 0, max: 0xffffffff });
const fingerprint = fc.integer();

function read(text: string | null): [number, number, number | undefined] {
  const into = { counter: Uint32Array.of(7), fingerprint: Int32Array.of(7) };
  const version = readValue(text, into, 0);
  return [into.counter[0] as number, into.fingerprint[0] as number, version];
}

test('a value of the version of its hour is one number, another names its version', () => {
  expect(valueText(3, 2, 0, 0)).toBe('8589934595');
  expect(valueText(1, -1, 5, 5)).toBe('-4294967295');
  expect(valueText(3, -2, 1.5, 0)).toBe('3,-2,1.5');
});

test('what was written is read back, and a missing value as zeros', () => {
  expect(read(null)).toEqual([0, 0, undefined]);
  fc.assert(
    fc.property(counter, fingerprint, fc.maxSafeNat(), fc.boolean(), (count, sum, version, plain) => {
      const text = valueText(count, sum, version, plain ? version : -1);
      expect(read(text)).toEqual([count, sum, plain ? undefined : version]);
    }),
  );
});

test('numbers of small increments add up as counts and fingerprints do', () => {
  const small = fc.record({
    count: fc.integer({ min: 0, max: 2 ** 24 - 1 }),
    sum: fc.integer({ min: -(2 ** 23), max: 2 ** 23 - 1 }),
  });
  fc.assert(
    fc.property(fc.array(small, { maxLength: 100 }), (increments) => {
      const total = increments.reduce((sum, each) => sum + BigInt(valueText(each.count, each.sum, 0, 0)), 0n);
      const count = increments.reduce((sum, each) => sum + each.count, 0);
      const fingerprints = increments.reduce((sum, each) => sum + each.sum, 0);
      for (const each of increments) expect(isSmallIncrement(each.count, each.sum)).toBe(true);
      expect(read(total.toString())).toEqual([count, fingerprints, undefined]);
    }),
  );
});

test('what could carry from the count to the fingerprint is neither small nor leaves room', () => {
  expect([isSmallIncrement(2 ** 24, 0), isSmallIncrement(1, 2 ** 23), isSmallIncrement(1, -(2 ** 23) - 1)]).toEqual([
    false,
    false,
    false,
  ]);
  expect([leavesRoom(2 ** 31, 0), leavesRoom(0, 2 ** 30), leavesRoom(0, -(2 ** 30) - 1)]).toEqual([
    false,
    false,
    false,
  ]);
  expect(leavesRoom(2 ** 31 - 1, -(2 ** 30))).toBe(true);
});
