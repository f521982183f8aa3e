import { describe, expect, test } from '@jest/globals';
import { LEDGER_BYTES, Ledger, ledgerPath, readLedger } from '../../../harness/faults/ledger.ts';
import { MemoryFiles } from '../../../substrates/memory-files.ts';

async function written(): Promise<{ files: MemoryFiles; path: string; bytes: Uint8Array }> {
  const files = new MemoryFiles();
  const path = ledgerPath('/faults', 0, 3, 7);
  const ledger = await Ledger.open(files, path, 7);
  await ledger.sending(3000, 41);
  await ledger.acknowledged(2000);
  await ledger.committed(1000);
  return { files, path, bytes: (await files.read(path)) as Uint8Array };
}

describe('a ledger', () => {
  test('says what was sent, acknowledged and committed last, in which epoch and transaction', async () => {
    const { files, path, bytes } = await written();
    expect(bytes.length).toBe(LEDGER_BYTES);
    expect(await readLedger(files, path)).toEqual({
      epoch: 7,
      sentEvents: 3000,
      acknowledgedEvents: 2000,
      committedEvents: 1000,
      transaction: 41,
    });
  });

  test('is whole after every write', async () => {
    const files = new MemoryFiles();
    const ledger = await Ledger.open(files, 'l', 1);
    await ledger.sending(10, 5);
    expect(await readLedger(files, 'l')).toMatchObject({ sentEvents: 10, acknowledgedEvents: 0, committedEvents: 0 });
    await ledger.acknowledged(10);
    expect(await readLedger(files, 'l')).toMatchObject({ sentEvents: 10, acknowledgedEvents: 10, committedEvents: 0 });
  });

  test('of a successor takes the place of its predecessor’s', async () => {
    const { files, path } = await written();
    const next = await Ledger.open(files, path, 8);
    expect(await readLedger(files, path)).toMatchObject({ epoch: 7, sentEvents: 3000 });
    await next.sending(20, 0);
    expect(await readLedger(files, path)).toMatchObject({ epoch: 8, sentEvents: 20, acknowledgedEvents: 0 });
  });

  test('is undefined where none was written', async () => {
    const files = new MemoryFiles();
    expect(await readLedger(files, 'nothing')).toBeUndefined();
    await files.openPositional('opened');
    expect(await readLedger(files, 'opened')).toBeUndefined();
  });

  test('is refused with its path when any of its bytes was changed or is missing', async () => {
    const { files, path, bytes } = await written();
    for (const length of [LEDGER_BYTES - 1, 8, LEDGER_BYTES + 8]) {
      const other = new Uint8Array(length);
      other.set(bytes.subarray(0, Math.min(length, bytes.length)));
      await files.write(path, [other]);
      await expect(readLedger(files, path)).rejects.toThrow(`the ledger ${path} is damaged`);
    }
    for (const field of [0, 1, 2, 3, 4, 7]) {
      const other = bytes.slice();
      new DataView(other.buffer).setFloat64(8 * field, 12_345, true);
      await files.write(path, [other]);
      await expect(readLedger(files, path)).rejects.toThrow('damaged');
    }
  });

  test('is one file for each stage, partition and epoch', () => {
    const paths = [0, 1].flatMap((stage) =>
      [0, 11].flatMap((partition) => [1, 2].map((epoch) => ledgerPath('d', stage, partition, epoch))),
    );
    expect(new Set(paths).size).toBe(8);
  });
});
