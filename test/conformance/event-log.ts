/** What every EventLog must do, whatever it is made of. An implementation's own test calls `describeEventLog`. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MAX_BLOCK_ROWS } from '../../generators/impression.ts';
import type { EventLog, LogReader } from '../../substrates/event-log/event-log.ts';
import { numberedBlock, range, readAll, see, sequencesOf } from '../support/impressions.ts';

/** Gives an empty log of so many partitions to `body`, and removes it afterwards. */
export type WithLog = (partitions: number, body: (log: EventLog) => Promise<void>) => Promise<void>;

export function describeEventLog(name: string, withLog: WithLog): void {
  describe(`event log conformance: ${name}`, () => {
    describe('reading', () => describeReading(withLog));
    describe('a reader beside a writer', () => describeTailing(withLog));
    describe('opening at an offset', () => describeOffsets(withLog));
    describe('control entries and arrival', () => describeArrival(withLog));
    describe('bad use', () => describeBadUse(withLog));
  });
}

/** Appends blocks of the given sizes, numbered on, the k-th with arrival 100 + k. */
async function write(log: EventLog, partition: number, sizes: readonly number[]): Promise<number> {
  const writer = await log.openWriter(partition);
  let sequence = writer.offset;
  for (const [index, rows] of sizes.entries()) {
    await writer.append(numberedBlock(partition, sequence, rows), 100 + index);
    sequence += rows;
  }
  await writer.close();
  return sequence;
}

async function reading<T>(
  log: EventLog,
  partition: number,
  offset: number,
  body: (reader: LogReader) => Promise<T>,
): Promise<T> {
  const reader = await log.openReader(partition, offset);
  try {
    return await body(reader);
  } finally {
    await reader.close();
  }
}

function describeReading(withLog: WithLog): void {
  test('blocks of any sizes are read as they were written', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: MAX_BLOCK_ROWS }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(sizes, (rows) =>
        withLog(1, async (log) => {
          await write(log, 0, rows);
          const entries = await reading(log, 0, 0, readAll);
          let offset = 0;
          for (const [index, count] of rows.entries()) {
            const sequences = range(offset, offset + count);
            expect(entries[index]).toEqual({ kind: 'impressions', offset, arrivalMs: 100 + index, sequences });
            offset += count;
          }
          expect(entries).toHaveLength(rows.length);
        }),
      ),
      { numRuns: 20 },
    );
  });

  test('partitions are apart', () =>
    withLog(3, async (log) => {
      await write(log, 2, [5]);
      await write(log, 0, [2, 2]);
      expect((await reading(log, 0, 0, readAll)).map((entry) => entry.sequences)).toEqual([
        [0, 1],
        [2, 3],
      ]);
      expect(await reading(log, 1, 0, readAll)).toEqual([]);
      expect((await reading(log, 2, 0, readAll)).map((entry) => entry.sequences)).toEqual([[0, 1, 2, 3, 4]]);
    }));

  test('a sequence other than the offset is kept, as a duplicated impression has it', () =>
    withLog(1, async (log) => {
      const writer = await log.openWriter(0);
      await writer.append(numberedBlock(0, 7, 3), 1);
      await writer.append(numberedBlock(0, 7, 3), 2);
      expect(writer.offset).toBe(6);
      await writer.close();
      const entries = await reading(log, 0, 0, readAll);
      expect(entries.map((entry) => [entry.offset, entry.sequences])).toEqual([
        [0, [7, 8, 9]],
        [3, [7, 8, 9]],
      ]);
    }));
}

function describeTailing(withLog: WithLog): void {
  test('a reader at the end sees what is appended later', () =>
    withLog(1, async (log) => {
      await write(log, 0, [3]);
      await reading(log, 0, 0, async (reader) => {
        expect(await readAll(reader)).toHaveLength(1);
        expect(await reader.read()).toBeUndefined();
        await write(log, 0, [2]);
        expect((await readAll(reader)).map((entry) => entry.sequences)).toEqual([[3, 4]]);
      });
    }));

  test('a reader may open before anything was written', () =>
    withLog(1, async (log) => {
      await reading(log, 0, 0, async (reader) => {
        expect(await reader.read()).toBeUndefined();
        await write(log, 0, [1]);
        expect((await readAll(reader)).map((entry) => entry.sequences)).toEqual([[0]]);
      });
    }));

  test('columns stay valid until the next read, whatever is appended meanwhile', () =>
    withLog(1, async (log) => {
      await write(log, 0, [4000, 4000]);
      await reading(log, 0, 0, async (reader) => {
        const entry = await reader.read();
        await write(log, 0, [4096, 4096]);
        expect(entry?.kind === 'impressions' && sequencesOf(entry.block)).toEqual(range(0, 4000));
      });
    }));

  test('the block given to append is copied', () =>
    withLog(1, async (log) => {
      const writer = await log.openWriter(0);
      const block = numberedBlock(0, 0, 2);
      await writer.append(block, 1);
      block.tweetIdLo.fill(99);
      await writer.close();
      expect((await reading(log, 0, 0, readAll)).map((entry) => entry.sequences)).toEqual([[0, 1]]);
    }));
}

function describeOffsets(withLog: WithLog): void {
  test('a reader opens at every offset, inside of a block too', () =>
    withLog(1, async (log) => {
      const end = await write(log, 0, [3, 1, 4, 1, 5]);
      for (let offset = 0; offset <= end; offset++) {
        const entries = await reading(log, 0, offset, readAll);
        expect(entries.flatMap((entry) => entry.sequences)).toEqual(range(offset, end));
        expect(entries[0]?.offset).toBe(offset < end ? offset : undefined);
      }
    }));

  test('the least and greatest event time of a block that is entered in the middle are bounds of its rows', () =>
    withLog(1, async (log) => {
      await write(log, 0, [10]);
      const entry = await reading(log, 0, 6, (reader) => reader.read());
      if (entry?.kind !== 'impressions') throw new Error('no impressions');
      expect(entry.block.minEventTimeMs).toBeLessThanOrEqual(60);
      expect(entry.block.maxEventTimeMs).toBeGreaterThanOrEqual(90);
      expect(sequencesOf(entry.block)).toEqual([6, 7, 8, 9]);
    }));

  test('a reader beyond the end of the log is an error', () =>
    withLog(1, async (log) => {
      await expect(log.openReader(0, 1)).rejects.toThrow(/ends at offset 0, before 1/);
      await write(log, 0, [3, 2]);
      await expect(log.openReader(0, 6)).rejects.toThrow(/ends at offset 5, before 6/);
    }));

  test('a writer goes on where the last one stopped', () =>
    withLog(1, async (log) => {
      await write(log, 0, [3]);
      const writer = await log.openWriter(0);
      expect(writer.offset).toBe(3);
      await writer.close();
      await write(log, 0, [2]);
      const entries = await reading(log, 0, 0, readAll);
      expect(entries.flatMap((entry) => entry.sequences)).toEqual([0, 1, 2, 3, 4]);
    }));

  test('a reader that opens at the end of a finished log gets the end', () =>
    withLog(1, async (log) => {
      await write(log, 0, [3]);
      const writer = await log.openWriter(0);
      await writer.end(500);
      await writer.close();
      expect(await reading(log, 0, 3, readAll)).toEqual([{ kind: 'end', offset: 3, arrivalMs: 500 }]);
    }));
}

function describeArrival(withLog: WithLog): void {
  test('heartbeats and the end carry the offset of the next impression', () =>
    withLog(1, async (log) => {
      const writer = await log.openWriter(0);
      await writer.heartbeat(10);
      await writer.append(numberedBlock(0, 0, 2), 20);
      await writer.heartbeat(30);
      await writer.end(40);
      await writer.close();
      expect(await reading(log, 0, 0, readAll)).toEqual([
        { kind: 'heartbeat', offset: 0, arrivalMs: 10 },
        { kind: 'impressions', offset: 0, arrivalMs: 20, sequences: [0, 1] },
        { kind: 'heartbeat', offset: 2, arrivalMs: 30 },
        { kind: 'end', offset: 2, arrivalMs: 40 },
      ]);
    }));

  test('arrival never goes back, not even for the next writer', () =>
    withLog(1, async (log) => {
      const first = await log.openWriter(0);
      await first.append(numberedBlock(0, 0, 1), 50);
      await first.append(numberedBlock(0, 1, 1), 40);
      await first.heartbeat(45);
      await first.close();
      const second = await log.openWriter(0);
      await second.append(numberedBlock(0, 2, 1), 30);
      await second.append(numberedBlock(0, 3, 1), 51.25);
      await second.close();
      const entries = await reading(log, 0, 0, readAll);
      expect(entries.map((entry) => entry.arrivalMs)).toEqual([50, 50, 50, 50, 51.25]);
    }));

  test('nothing follows the end, not even by another writer', () =>
    withLog(1, async (log) => {
      const first = await log.openWriter(0);
      await first.end(1);
      await expect(first.append(numberedBlock(0, 0, 1), 2)).rejects.toThrow(/has ended/);
      await first.close();
      const second = await log.openWriter(0);
      await expect(second.append(numberedBlock(0, 0, 1), 2)).rejects.toThrow(/has ended/);
      await expect(second.heartbeat(2)).rejects.toThrow(/has ended/);
      await second.close();
      expect(await reading(log, 0, 0, readAll)).toHaveLength(1);
    }));
}

function describeBadUse(withLog: WithLog): void {
  test('a partition that is not there is an error', () =>
    withLog(2, async (log) => {
      await expect(log.openWriter(2)).rejects.toThrow(/partitions 0 to 1, not 2/);
      await expect(log.openReader(-1, 0)).rejects.toThrow(/partitions 0 to 1, not -1/);
    }));

  test('an empty block, one too long, and one of another partition are refused and leave no trace', () =>
    withLog(2, async (log) => {
      const writer = await log.openWriter(0);
      const empty = numberedBlock(0, 0, 0);
      const long = { ...numberedBlock(0, 0, 1), count: MAX_BLOCK_ROWS + 1 };
      await expect(writer.append(empty, 1)).rejects.toThrow(/1 to 4096/);
      await expect(writer.append(long, 1)).rejects.toThrow(/1 to 4096/);
      await expect(writer.append(numberedBlock(1, 0, 1), 1)).rejects.toThrow(/partition 1/);
      await writer.append(numberedBlock(0, 0, 1), 1);
      await writer.close();
      expect(await reading(log, 0, 0, readAll)).toHaveLength(1);
    }));

  test('a closed writer and a closed reader refuse to work, and may be closed again', () =>
    withLog(1, async (log) => {
      const writer = await log.openWriter(0);
      await writer.append(numberedBlock(0, 0, 1), 1);
      await writer.close();
      await writer.close();
      await expect(writer.append(numberedBlock(0, 1, 1), 1)).rejects.toThrow(/closed/);
      await expect(writer.end(1)).rejects.toThrow(/closed/);
      const reader = await log.openReader(0, 0);
      const entry = await reader.read();
      expect(entry && see(entry).sequences).toEqual([0]);
      await reader.close();
      await reader.close();
      await expect(reader.read()).rejects.toThrow(/closed/);
    }));
}
