/** The arithmetic of a ceiling, on a clock that only the work moves. */
import { expect, test } from '@jest/globals';
import { measure } from '../../../harness/calibrate/measure.ts';

const BUDGET = { timeMs: 600, warmupMs: 100 };

function probe(work: () => number) {
  return { name: 'storeGetPerSecond' as const, what: 'keys read', work };
}

test('a rate is the units of the calls over their time, not the mean of their rates', async () => {
  const clock = { atMs: 0, nowMs: () => clock.atMs };
  let call = 0;
  const ceiling = await measure(
    probe(() => {
      // 1 ms and 3 ms in turn for 1000 units: 500 k/s; the mean of both rates would be 667 k/s.
      clock.atMs += call++ % 2 === 0 ? 1 : 3;
      return 1000;
    }),
    clock,
    BUDGET,
  );
  expect(ceiling.unitsPerSecond / 1000).toBeCloseTo(500, -1);
  expect(ceiling.samples).toBeGreaterThanOrEqual(299);
  expect(ceiling.rme).toBeGreaterThan(0);
});

test('what is slow only while it warms up does not count', async () => {
  const clock = { atMs: 0, nowMs: () => clock.atMs };
  const ceiling = await measure(
    probe(() => {
      clock.atMs += clock.atMs < 100 ? 10 : 2;
      return 1000;
    }),
    clock,
    BUDGET,
  );
  expect(ceiling.unitsPerSecond).toBe(500_000);
});

test('work that fails is an error, not a rate', async () => {
  const clock = { nowMs: () => 0 };
  const failing = probe(() => {
    throw new Error('the disk is gone');
  });
  await expect(measure(failing, clock, BUDGET)).rejects.toThrow('the disk is gone');
});
