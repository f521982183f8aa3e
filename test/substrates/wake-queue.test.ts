import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { WakeQueue } from '../../substrates/wake-queue.ts';

test('gives back by time, then by order, then as they came', () => {
  const wake = fc.record({ atMs: fc.nat(5), order: fc.nat(2) });
  fc.assert(
    fc.property(fc.array(wake, { maxLength: 60 }), (wakes) => {
      const queue = new WakeQueue();
      const woken: number[] = [];
      wakes.forEach(({ atMs, order }, i) => {
        queue.push(atMs, order, () => woken.push(i));
      });
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) next.wake();
      const numbered = wakes.map((one, i) => ({ ...one, i }));
      const expected = numbered.sort((a, b) => a.atMs - b.atMs || a.order - b.order || a.i - b.i);
      expect(woken).toEqual(expected.map(({ i }) => i));
    }),
  );
});

test('what is pushed between two pops takes its place', () => {
  const queue = new WakeQueue();
  const push = (atMs: number): void => queue.push(atMs, 0, () => undefined);
  for (const atMs of [5, 1, 9]) push(atMs);
  expect(queue.pop()?.atMs).toBe(1);
  push(3);
  push(7);
  expect([queue.pop(), queue.pop(), queue.pop(), queue.pop()].map((wake) => wake?.atMs)).toEqual([3, 5, 7, 9]);
  expect(queue.pop()).toBeUndefined();
});
