/** What Cassandra decides by when two writes meet. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { versionTimestamp, WriteClock } from '../../../../substrates/key-value-store/cassandra/timestamps.ts';

describe('versions', () => {
  test.each([
    [0, 0n],
    [1, 1000n],
    [1_763_700_000_000, 1_763_700_000_000_000n],
    [0.5, 500n],
    [-3, -3000n],
  ])('version %p ms is timestamp %p µs', (version, expected) => {
    expect(versionTimestamp(version)).toBe(expected);
  });

  test('later versions have later timestamps', () => {
    const version = fc.integer({ min: -9e12, max: 9e12 });
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(versionTimestamp(a) < versionTimestamp(b)).toBe(a < b);
      }),
    );
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 9.1e12, -9.1e12])('%p is refused', (version) => {
    expect(() => versionTimestamp(version)).toThrow(/no time in milliseconds/);
  });
});

describe('the clock of other writes', () => {
  test('it gives microseconds of the wall clock, each greater than the one before', () => {
    const times = [5, 5, 5, 9];
    const clock = new WriteClock(() => times.shift() as number);
    expect([clock.next(), clock.next(), clock.next(), clock.next()]).toEqual([5000n, 5001n, 5002n, 9000n]);
  });

  test('it never goes back with the wall clock', () => {
    const times = [9, 3, 9.001, 10];
    const clock = new WriteClock(() => times.shift() as number);
    expect([clock.next(), clock.next(), clock.next(), clock.next()]).toEqual([9000n, 9001n, 9002n, 10_000n]);
  });
});
