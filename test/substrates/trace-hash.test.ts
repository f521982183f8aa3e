import { expect, test } from '@jest/globals';
import { TraceHash } from '../../substrates/trace-hash.ts';

function hashOf(...values: (string | number)[]): string {
  const hash = new TraceHash();
  for (const value of values) {
    if (typeof value === 'number') hash.number(value);
    else hash.text(value);
  }
  return hash.toString();
}

test('the same values in the same order have the same hash of 16 digits', () => {
  expect(hashOf('a', 1.5, 'b')).toBe(hashOf('a', 1.5, 'b'));
  expect(hashOf()).toMatch(/^[0-9a-f]{16}$/);
});

test('another order, another value and one value more have other hashes', () => {
  const long = 'x'.repeat(100);
  const hashes = [
    hashOf(),
    hashOf('a'),
    hashOf('a', 'a'),
    hashOf('a', 'b'),
    hashOf('b', 'a'),
    hashOf('', 'a'),
    hashOf(0),
    hashOf(1),
    hashOf(1 + Number.EPSILON),
    hashOf(2 ** 40),
    hashOf(2 ** 40 + 1),
    hashOf(long),
    hashOf(`${long}y`),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
});
