import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { deletedRowsPath, encodeDeletedRows, readDeletedRows } from '../../../harness/faults/deleted-rows.ts';
import { MemoryFiles } from '../../../substrates/memory-files.ts';
import { columnsOf, row, rowsOf, type StoreRow } from '../../support/store-rows.ts';

const DAY = 86_400_000;

async function save(files: MemoryFiles, rows: readonly StoreRow[], stage = 1, partition = 0, epoch = 1) {
  await files.append(deletedRowsPath('d', stage, partition, epoch), encodeDeletedRows(columnsOf(rows)));
}

describe('saved rows', () => {
  test('come back with every bit of id, hour, count and fingerprint', async () => {
    const rows = fc.uniqueArray(
      fc.record({
        hour: fc.integer({ min: 0, max: 100 * 365 }).map((day) => day * DAY),
        id: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
        counter: fc.nat(0xffffffff),
        fingerprint: fc.integer(),
      }),
      { selector: ({ hour, id }) => `${hour} ${id}` },
    );
    await fc.assert(
      fc.asyncProperty(rows, fc.nat(5), async (list, first) => {
        const files = new MemoryFiles();
        await save(files, list.slice(0, first));
        await save(files, list.slice(first));
        expect(rowsOf(await readDeletedRows(files, 'd', 1))).toEqual(list);
      }),
    );
  });

  test('of another stage are left out, and those of all partitions and epochs are taken', async () => {
    const files = new MemoryFiles();
    await save(files, [row(1n, DAY, 5, 6)], 1, 0, 1);
    await save(files, [row(2n, DAY, 7, 8)], 1, 12, 3);
    await save(files, [row(3n, DAY, 9, 9)], 11, 0, 1);
    expect(rowsOf(await readDeletedRows(files, 'd', 1)).map(({ id }) => id)).toEqual([1n, 2n]);
  });

  test('that a restarted worker saved again count once, as they were last', async () => {
    const files = new MemoryFiles();
    await save(files, [row(1n, DAY, 5, 6), row(2n, DAY, 1, 1)], 0, 0, 1);
    await save(files, [row(1n, DAY, 5, 6)], 0, 0, 2);
    expect(rowsOf(await readDeletedRows(files, 'd', 0))).toEqual([row(1n, DAY, 5, 6), row(2n, DAY, 1, 1)]);
  });

  test('lose nothing but a last row that a crash cut short', async () => {
    const files = new MemoryFiles();
    const bytes = encodeDeletedRows(columnsOf([row(1n, DAY, 5, 6), row(2n, DAY, 1, 1)]));
    for (let length = 0; length <= bytes.length; length++) {
      await files.write(deletedRowsPath('d', 0, 0, 1), [bytes.slice(0, length)]);
      expect((await readDeletedRows(files, 'd', 0)).count).toBe(Math.floor(length / 24));
    }
  });

  test('are none where nothing was deleted', async () => {
    expect((await readDeletedRows(new MemoryFiles(), 'd', 0)).count).toBe(0);
  });
});
