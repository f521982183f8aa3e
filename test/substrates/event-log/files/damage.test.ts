/** What the log on files does about half-written blocks, damaged bytes, and writers that were killed. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readArrivalSpans } from '../../../../substrates/event-log/files/arrival-spans.ts';
import { CorruptLogError } from '../../../../substrates/event-log/files/corrupt-log-error.ts';
import { FileLog } from '../../../../substrates/event-log/files/file-log.ts';
import { numberedBlock, range, readAll } from '../../../support/impressions.ts';
import { withTemporaryDirectory } from '../../../support/temporary-directory.ts';

/** Blocks of these rows take 64 + 12 · rows bytes, to the next multiple of 8. */
const ROWS = [4, 2, 6];
const BLOCK_BYTES = [112, 88, 136];

async function withLog(body: (log: FileLog, path: string) => Promise<void>): Promise<void> {
  await withTemporaryDirectory(async (directory) => {
    const log = new FileLog({ kind: 'files', directory, partitions: 1 });
    const writer = await log.openWriter(0);
    for (const rows of ROWS) await writer.append(numberedBlock(0, writer.offset, rows), 1);
    await writer.close();
    await body(log, join(directory, 'p0', '0000000000000000.segment'));
  });
}

async function sequencesIn(log: FileLog): Promise<(number | undefined)[]> {
  const reader = await log.openReader(0, 0);
  const entries = await readAll(reader);
  await reader.close();
  return entries.flatMap((entry) => entry.sequences);
}

function flip(path: string, position: number, by = 0x10): void {
  const bytes = readFileSync(path);
  bytes[position] = (bytes[position] as number) ^ by;
  writeFileSync(path, bytes);
}

describe('a torn last block', () => {
  test('is cut wherever it was torn, the blocks before it stay, and the writer goes on', () =>
    withLog(async (log, path) => {
      const whole = readFileSync(path);
      const intactBytes = 112 + 88;
      for (let torn = 0; torn < 136; torn++) {
        writeFileSync(path, whole.subarray(0, intactBytes + torn));
        const writer = await log.openWriter(0);
        expect(writer.cutBytes).toBe(torn);
        expect(writer.offset).toBe(6);
        await writer.append(numberedBlock(0, 6, 1), 2);
        await writer.close();
        expect(await sequencesIn(log)).toEqual(range(0, 7));
      }
    }));

  test('is cut at any byte of a log of any blocks', async () => {
    const logs = fc.record({
      rows: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 6 }),
      keptShare: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    const property = fc.asyncProperty(logs, ({ rows, keptShare }) =>
      withTemporaryDirectory(async (directory) => {
        const log = new FileLog({ kind: 'files', directory, partitions: 1 });
        const writer = await log.openWriter(0);
        for (const count of rows) await writer.append(numberedBlock(0, writer.offset, count), 1);
        await writer.close();
        const path = join(directory, 'p0', '0000000000000000.segment');
        const kept = Math.floor(keptShare * readFileSync(path).length);
        truncateSync(path, kept);
        let [bytes, offset] = [0, 0];
        for (const count of rows) {
          const next = bytes + 64 + 8 * Math.ceil((12 * count) / 8);
          if (next > kept) break;
          [bytes, offset] = [next, offset + count];
        }
        const reopened = await log.openWriter(0);
        await reopened.close();
        expect([reopened.offset, reopened.cutBytes]).toEqual([offset, kept - bytes]);
        expect(await sequencesIn(log)).toEqual(range(0, offset));
      }),
    );
    await fc.assert(property, { numRuns: 50 });
  });

  test('is not there yet for a reader, who goes on when the rest comes', () =>
    withLog(async (log, path) => {
      const whole = readFileSync(path);
      for (let torn = 0; torn < 136; torn += 5) {
        writeFileSync(path, whole.subarray(0, 200 + torn));
        const reader = await log.openReader(0, 0);
        expect((await readAll(reader)).flatMap((entry) => entry.sequences)).toEqual(range(0, 6));
        expect(await reader.read()).toBeUndefined();
        appendFileSync(path, whole.subarray(200 + torn));
        expect((await readAll(reader)).flatMap((entry) => entry.sequences)).toEqual(range(6, 12));
        await reader.close();
      }
    }));

  test('that is cut and written again while a reader waits for it is read as it was written last', () =>
    withLog(async (log, path) => {
      truncateSync(path, 200 + 100);
      const reader = await log.openReader(0, 0);
      await readAll(reader);
      const writer = await log.openWriter(0);
      expect(writer.cutBytes).toBe(100);
      // Shorter than the block that was torn: a reader that trusts the old header waits for bytes that never come.
      await writer.append(numberedBlock(0, 6, 1), 2);
      expect((await readAll(reader)).flatMap((entry) => entry.sequences)).toEqual([6]);
      await writer.append(numberedBlock(0, 7, 40), 3);
      await writer.close();
      expect((await readAll(reader)).flatMap((entry) => entry.sequences)).toEqual(range(7, 47));
      await reader.close();
    }));

  test('that is cut and written again between two reads of one buffer is read as it was written last', () =>
    withLog(async (log, path) => {
      truncateSync(path, 200 + 100);
      const reader = await log.openReader(0, 0);
      // The first read has the torn bytes in its buffer already.
      await reader.read();
      const writer = await log.openWriter(0);
      await writer.append(numberedBlock(0, 6, 3), 2);
      await writer.append(numberedBlock(0, 9, 40), 3);
      await writer.close();
      expect((await readAll(reader)).flatMap((entry) => entry.sequences)).toEqual(range(4, 49));
      await reader.close();
    }));

  test('is in no arrival span', () =>
    withLog(async (log, path) => {
      const whole = readFileSync(path);
      for (const torn of [0, 63, 64, 135]) {
        writeFileSync(path, whole.subarray(0, 200 + torn));
        const { spans, events } = await readArrivalSpans(log.binding, 0);
        expect([spans.length, events]).toEqual([2, 6]);
      }
    }));

  test('alone in its segment leaves the arrival of the segment before', () =>
    withTemporaryDirectory(async (directory) => {
      const log = new FileLog({ kind: 'files', directory, partitions: 1 }, { segmentBytes: 1 });
      const writer = await log.openWriter(0);
      await writer.append(numberedBlock(0, 0, 2), 70);
      await writer.append(numberedBlock(0, 2, 2), 80);
      await writer.close();
      truncateSync(join(directory, 'p0', '0000000000000002.segment'), 30);
      const next = await log.openWriter(0);
      expect([next.cutBytes, next.offset]).toEqual([30, 2]);
      await next.append(numberedBlock(0, 2, 2), 60);
      await next.close();
      const entries = await readAll(await log.openReader(0, 0));
      expect(entries.map((entry) => entry.arrivalMs)).toEqual([70, 70]);
    }));
});

describe('a damaged byte', () => {
  test('in the middle is an error for the writer that names the place, at every byte, and nothing is cut', () =>
    withLog(async (log, path) => {
      const whole = readFileSync(path);
      for (let position = 0; position < 200; position++) {
        flip(path, position);
        const block = position < 112 ? { offset: 0, position: 0 } : { offset: 4, position: 112 };
        const error: unknown = await log.openWriter(0).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(CorruptLogError);
        expect((error as CorruptLogError).place).toEqual({ partition: 0, path, ...block });
        expect(readFileSync(path)).toHaveLength(whole.length);
        writeFileSync(path, whole);
      }
    }));

  test('is an error for a reader that names the place, at every byte of the log', () =>
    withLog(async (log, path) => {
      const starts = [0, BLOCK_BYTES[0] as number, 200];
      const offsets = [0, 4, 6];
      for (let position = 0; position < 336; position++) {
        flip(path, position);
        const block = starts.findLastIndex((start) => start <= position);
        const place = new RegExp(`partition 0, offset ${offsets[block]}, .*0000.segment, byte ${starts[block]}: `);
        // An error of the first block is found by opening already.
        await expect(sequencesIn(log)).rejects.toThrow(place);
        flip(path, position);
      }
      expect(await sequencesIn(log)).toEqual(range(0, 12));
    }));

  test('in a block before the offset that a reader opens at is found too', () =>
    withLog(async (log, path) => {
      flip(path, 120);
      await expect(log.openReader(0, 7)).rejects.toThrow(CorruptLogError);
    }));

  test('does not keep a reader from the good blocks before it', () =>
    withLog(async (log, path) => {
      flip(path, 210);
      const reader = await log.openReader(0, 0);
      expect((await reader.read())?.offset).toBe(0);
      expect((await reader.read())?.offset).toBe(4);
      await expect(reader.read()).rejects.toThrow(/offset 6/);
      await reader.close();
    }));

  test('a segment that another partition wrote is an error', () =>
    withTemporaryDirectory(async (directory) => {
      const log = new FileLog({ kind: 'files', directory, partitions: 2 });
      for (const partition of [0, 1]) {
        const writer = await log.openWriter(partition);
        await writer.append(numberedBlock(partition, 0, 2), 1);
        await writer.close();
      }
      const name = '0000000000000000.segment';
      writeFileSync(join(directory, 'p0', name), readFileSync(join(directory, 'p1', name)));
      await expect(log.openReader(0, 0)).rejects.toThrow(/is of partition 1/);
      await expect(log.openWriter(0)).rejects.toThrow(/is of partition 1/);
    }));
});

describe('a writer that is killed while it appends', () => {
  test('leaves a log that opens again and goes on, with nothing missing', () =>
    withTemporaryDirectory(async (directory) => {
      const log = new FileLog({ kind: 'files', directory, partitions: 1 });
      for (let life = 0; life < 3; life++) {
        const main = fileURLToPath(new URL('../../../support/append-forever.js', import.meta.url));
        const child = fork(main, [directory], { execArgv: [] });
        await once(child, 'message');
        child.kill('SIGKILL');
        const [, signal] = await once(child, 'exit');
        expect(signal).toBe('SIGKILL');
      }
      const writer = await log.openWriter(0);
      const end = writer.offset;
      expect(end).toBeGreaterThan(3);
      await writer.append(numberedBlock(0, end, 5), 1);
      await writer.close();
      const reader = await log.openReader(0, 0);
      let next = 0;
      for (const entry of await readAll(reader)) {
        expect(entry.offset).toBe(next);
        expect(entry.sequences?.[0]).toBe(next);
        next += entry.sequences?.length ?? 0;
      }
      await reader.close();
      expect(next).toBe(end + 5);
    }));
});
