/** The table of state updates behaves as a map from (tweet, hour) to (count, fingerprint). */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { StateTable } from '../../../../../substrates/stream-engine/flink/state-updates/state-table.ts';

function readOf(table: StateTable, lo: number, hi: number, hour: number): [number, number] | undefined {
  const counter = new Uint32Array(2);
  const fingerprint = new Int32Array(2);
  if (!table.read(lo, hi, hour, counter, fingerprint, 1)) return undefined;
  return [counter[1] as number, fingerprint[1] as number];
}

test('what was set last is read, what was removed is gone', () => {
  const hour = fc.constantFrom(0, 1_700_000_000_000);
  const half = fc.oneof(fc.nat(3), fc.constantFrom(0xffffffff, 0x80000000));
  const step = fc.record({
    isRemoval: fc.boolean(),
    lo: half,
    hi: half,
    hour,
    counter: fc.nat(0xffffffff),
    fingerprint: fc.integer(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const table = new StateTable();
      const model = new Map<string, [number, number]>();
      for (const { isRemoval, lo, hi, hour, counter, fingerprint } of steps) {
        const name = `${lo} ${hi} ${hour}`;
        if (isRemoval) {
          table.remove(lo, hi, hour);
          model.delete(name);
        } else {
          table.set(lo, hi, hour, counter, fingerprint);
          model.set(name, [counter, fingerprint]);
        }
        expect(table.size).toBe(model.size);
      }
      for (const { lo, hi, hour } of steps)
        expect(readOf(table, lo, hi, hour)).toEqual(model.get(`${lo} ${hi} ${hour}`));
    }),
  );
});

test('it grows with its tweets, and shrinks to nothing with its hours', () => {
  const table = new StateTable();
  const empty = table.bytes;
  for (let id = 0; id < 20_000; id++) table.set(id, id * 7, 0, id + 1, -id);
  expect(table.size).toBe(20_000);
  expect(readOf(table, 12_345, 86_415, 0)).toEqual([12_346, -12_345]);
  expect(table.bytes).toBeGreaterThanOrEqual(20_000 * 17);
  for (let id = 0; id < 20_000; id++) table.remove(id, id * 7, 0);
  expect([table.size, table.bytes]).toEqual([0, empty]);
});

test('tweets that come and go do not fill it', () => {
  const table = new StateTable();
  table.set(0, 1, 0, 1, 1);
  table.set(1, 0, 0, 1, 1);
  const { bytes } = table;
  for (let id = 2; id < 100_000; id++) {
    table.set(id, 0, 0, 1, 0);
    table.remove(id, 0, 0);
  }
  expect(table.bytes).toBe(bytes);
  expect(readOf(table, 0, 1, 0)).toEqual([1, 1]);
  expect(readOf(table, 99_999, 0, 0)).toBeUndefined();
});
