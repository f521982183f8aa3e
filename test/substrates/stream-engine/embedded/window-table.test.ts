import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fingerprintKey, fingerprintOf } from '../../../../generators/impression.ts';
import { WindowTable } from '../../../../substrates/stream-engine/embedded/window-table.ts';
import { blockOf } from '../../../support/blocks.ts';
import { range } from '../../../support/impressions.ts';

interface Value {
  count: number;
  fingerprint: number;
}
type Model = Map<bigint, Value>;

function addTo(model: Model, id: bigint, count: number, fingerprint: number): void {
  const old = model.get(id) ?? { count: 0, fingerprint: 0 };
  model.set(id, { count: old.count + count, fingerprint: (old.fingerprint + fingerprint) | 0 });
}

const lo = (id: bigint): number => Number(id & 0xffffffffn);
const hi = (id: bigint): number => Number(id >> 32n);

function tableValue(table: WindowTable, id: bigint): Value {
  const counter = new Uint32Array(3);
  const fingerprint = new Int32Array(3);
  table.read(lo(id), hi(id), counter, fingerprint, 1);
  return { count: counter[1] as number, fingerprint: fingerprint[1] as number };
}

function contentOf(packed: Int32Array): Model {
  const model: Model = new Map();
  for (let at = 0; at < packed.length; at += 4) {
    const id = BigInt.asUintN(64, (BigInt(packed[at + 1] as number) << 32n) | BigInt((packed[at] as number) >>> 0));
    model.set(id, { count: packed[at + 2] as number, fingerprint: packed[at + 3] as number });
  }
  return model;
}

const specialId = fc.constantFrom(0n, 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n);
const tweetId = fc.oneof(specialId, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 0n, max: 20n }));

describe('a window table', () => {
  test('counts blocks and additions as a map does', () => {
    const rows = fc.array(tweetId, { minLength: 1, maxLength: 300 });
    const addition = fc.tuple(tweetId, fc.integer({ min: 1, max: 1000 }), fc.integer());
    const step = fc.oneof(
      fc.record({ rows, firstSequence: fc.nat(2 ** 40) }),
      fc.record({ additions: fc.array(addition, { maxLength: 50 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const table = new WindowTable();
        const model: Model = new Map();
        for (const one of steps) {
          if ('additions' in one) {
            for (const [id, count, fingerprint] of one.additions) {
              table.add(lo(id), hi(id), count, fingerprint);
              addTo(model, id, count, fingerprint);
            }
            continue;
          }
          const block = blockOf(
            one.rows.map((id) => ({ tweetId: id, eventTimeMs: 1 })),
            one.firstSequence,
            3,
          );
          table.countBlock(block, 0, block.count);
          one.rows.forEach((id, row) => {
            const sequence = one.firstSequence + row;
            addTo(model, id, 1, fingerprintOf(fingerprintKey(3, one.firstSequence), sequence));
          });
        }
        expect(contentOf(table.pack())).toEqual(model);
        expect(table.size).toBe(model.size);
        for (const [id, value] of model) expect(tableValue(table, id)).toEqual(value);
      }),
    );
  });

  test('counts only the rows that it is told to', () => {
    const table = new WindowTable();
    table.countBlock(blockOf([7n, 8n, 9n, 7n].map((id) => ({ tweetId: id, eventTimeMs: 0 }))), 1, 3);
    expect(table.sortedIds()).toEqual(BigUint64Array.of(8n, 9n));
  });

  test('grows beyond any expectation without forgetting or inventing', () => {
    const table = new WindowTable();
    const ids = range(0, 20_000).map((n) => (BigInt(n * 2654435761) % 2n ** 64n) ^ (BigInt(n) << 40n));
    for (const [n, id] of ids.entries()) table.add(lo(id), hi(id), n + 1, -n);
    expect(table.size).toBe(20_000);
    for (const [n, id] of ids.entries()) expect(tableValue(table, id)).toEqual({ count: n + 1, fingerprint: 0 - n });
  });

  test('answers 0 for a key that it does not have, tweet 0 included', () => {
    const table = new WindowTable();
    expect(tableValue(table, 0n)).toEqual({ count: 0, fingerprint: 0 });
    table.add(0, 0, 2, 5);
    expect(tableValue(table, 0n)).toEqual({ count: 2, fingerprint: 5 });
    expect(tableValue(table, 2n ** 32n)).toEqual({ count: 0, fingerprint: 0 });
  });

  test('packs a copy: counting on does not change it', () => {
    const table = new WindowTable();
    table.add(1, 2, 3, 4);
    const packed = table.pack();
    table.add(1, 2, 1, 1);
    table.add(9, 9, 1, 1);
    expect(packed).toEqual(Int32Array.of(1, 2, 3, 4));
  });

  test('is the same again when its packed rows are added to an empty one', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(tweetId, fc.integer({ min: 1, max: 2 ** 31 }), fc.integer())), (additions) => {
        const table = new WindowTable();
        for (const [id, count, fingerprint] of additions) table.add(lo(id), hi(id), count, fingerprint);
        const copy = new WindowTable();
        copy.addRows(table.pack());
        expect(contentOf(copy.pack())).toEqual(contentOf(table.pack()));
        expect(copy.size).toBe(table.size);
      }),
    );
  });

  test('lists ids in the order of unsigned 64-bit numbers', () => {
    fc.assert(
      fc.property(fc.uniqueArray(tweetId), (ids) => {
        const table = new WindowTable();
        for (const id of ids) table.add(lo(id), hi(id), 1, 0);
        expect([...table.sortedIds()]).toEqual([...ids].sort((a, b) => (a < b ? -1 : 1)));
      }),
    );
  });
});
