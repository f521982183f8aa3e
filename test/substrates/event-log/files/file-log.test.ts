/** The log on files: the conformance suite, segments, retention, and what is found from headers alone. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readArrivalSpans } from '../../../../substrates/event-log/files/arrival-spans.ts';
import { FileLog } from '../../../../substrates/event-log/files/file-log.ts';
import { logBytesFor } from '../../../../substrates/event-log/files/segments.ts';
import { openFileLog } from '../../../../substrates/event-log/open-log.ts';
import { describeEventLog } from '../../../conformance/event-log.ts';
import { numberedBlock, range, readAll } from '../../../support/impressions.ts';
import { withTemporaryDirectory } from '../../../support/temporary-directory.ts';

describeEventLog('files', (partitions, body) =>
  withTemporaryDirectory(async (directory) => body(await openFileLog({ kind: 'files', directory, partitions }))),
);

describeEventLog('files, a segment for every block', (partitions, body) =>
  withTemporaryDirectory((directory) => body(smallSegments(directory, partitions, 1))),
);

function smallSegments(directory: string, partitions = 1, segmentBytes = 400): FileLog {
  return new FileLog({ kind: 'files', directory, partitions }, { segmentBytes });
}

/** Appends blocks of 10 rows (64 + 120 bytes each), the k-th of all with arrival k. */
async function appendTens(log: FileLog, blocks: number): Promise<void> {
  const writer = await log.openWriter(0);
  for (let block = 0; block < blocks; block++) {
    await writer.append(numberedBlock(0, writer.offset, 10), writer.offset / 10);
  }
  await writer.close();
}

describe('segments', () => {
  test('a segment that has reached its size is followed by one named after its first offset', () =>
    withTemporaryDirectory(async (directory) => {
      await appendTens(smallSegments(directory), 7);
      // 3 blocks of 184 bytes are the first to reach 400.
      const names = ['0000000000000000.segment', '0000000000000030.segment', '0000000000000060.segment'];
      expect(readdirSync(join(directory, 'p0')).sort()).toEqual(names);
      expect(statSync(join(directory, 'p0', '0000000000000030.segment')).size).toBe(3 * 184);
    }));

  test('a reader follows from segment to segment, also while they are written', () =>
    withTemporaryDirectory(async (directory) => {
      const log = smallSegments(directory);
      const reader = await log.openReader(0, 0);
      const seen: (number[] | undefined)[] = [];
      for (let turn = 0; turn < 5; turn++) {
        await appendTens(log, 3);
        for (const entry of await readAll(reader)) seen.push(entry.sequences);
      }
      await reader.close();
      expect(seen.flat()).toEqual(range(0, 150));
    }));

  test('control blocks do not begin a segment, whatever their number', () =>
    withTemporaryDirectory(async (directory) => {
      const log = smallSegments(directory);
      const writer = await log.openWriter(0);
      for (let beat = 0; beat < 20; beat++) await writer.heartbeat(beat);
      await writer.append(numberedBlock(0, 0, 1), 20);
      await writer.append(numberedBlock(0, 1, 1), 21);
      await writer.close();
      expect(readdirSync(join(directory, 'p0')).sort()).toEqual([
        '0000000000000000.segment',
        '0000000000000001.segment',
      ]);
      expect(await readAll(await log.openReader(0, 0))).toHaveLength(22);
    }));

  test('the default segment of 64 MiB is not rolled by a small log', () =>
    withTemporaryDirectory(async (directory) => {
      await appendTens(new FileLog({ kind: 'files', directory, partitions: 1 }), 50);
      expect(readdirSync(join(directory, 'p0'))).toEqual(['0000000000000000.segment']);
    }));
});

describe('retention', () => {
  test('whole segments below an offset are removed, and the rest stays readable', () =>
    withTemporaryDirectory(async (directory) => {
      const log = smallSegments(directory);
      await appendTens(log, 7);
      expect(await log.removeLogBefore(0, 29)).toBe(0);
      expect(await log.removeLogBefore(0, 59)).toBe(3 * 184);
      await expect(log.openReader(0, 0)).rejects.toThrow(/begins at offset 30, after 0/);
      const entries = await readAll(await log.openReader(0, 59));
      expect(entries.flatMap((entry) => entry.sequences)).toEqual(range(59, 70));
    }));

  test('the last segment is never removed, so that a writer finds its place', () =>
    withTemporaryDirectory(async (directory) => {
      const log = smallSegments(directory);
      await appendTens(log, 7);
      await log.removeLogBefore(0, 1_000_000);
      expect(readdirSync(join(directory, 'p0'))).toEqual(['0000000000000060.segment']);
      expect((await log.openWriter(0)).offset).toBe(70);
    }));
});

describe('arrival spans', () => {
  test('they say for every impression block when it arrived, over all segments, in log order', () =>
    withTemporaryDirectory(async (directory) => {
      const log = smallSegments(directory);
      await appendTens(log, 4);
      const writer = await log.openWriter(0);
      await writer.heartbeat(8);
      await writer.append(numberedBlock(0, 40, 3), 9.5);
      await writer.end(10);
      await writer.close();
      const { spans, events } = await readArrivalSpans(log.binding, 0);
      expect(events).toBe(43);
      expect(spans).toEqual([
        { firstSequence: 0, count: 10, arrivalMs: 0 },
        { firstSequence: 10, count: 10, arrivalMs: 1 },
        { firstSequence: 20, count: 10, arrivalMs: 2 },
        { firstSequence: 30, count: 10, arrivalMs: 3 },
        { firstSequence: 40, count: 3, arrivalMs: 9.5 },
      ]);
    }));

  test('a partition that nobody wrote has none', () =>
    withTemporaryDirectory(async (directory) => {
      const binding = { kind: 'files', directory, partitions: 1 } as const;
      expect(await readArrivalSpans(binding, 0)).toEqual({ spans: [], events: 0 });
    }));
});

describe('the log and its folder', () => {
  test('opening a reader creates nothing', () =>
    withTemporaryDirectory(async (directory) => {
      const log = smallSegments(join(directory, 'not-yet'));
      await (await log.openReader(0, 0)).close();
      expect(existsSync(join(directory, 'not-yet'))).toBe(false);
    }));

  test('a log in memory cannot be opened as files', async () => {
    await expect(openFileLog({ kind: 'memory', name: 'x', partitions: 1 })).rejects.toThrow(/memory.*use files/);
  });

  test('the bytes announced for a log of full blocks are enough and not much more', () =>
    withTemporaryDirectory(async (directory) => {
      const log = smallSegments(directory, 1, 1e9);
      const writer = await log.openWriter(0);
      for (let block = 0; block < 10; block++) await writer.append(numberedBlock(0, block * 4096, 4096), block);
      await writer.end(10);
      await writer.close();
      const bytes = statSync(join(directory, 'p0', '0000000000000000.segment')).size;
      const announced = logBytesFor(40_960);
      expect(announced).toBeGreaterThanOrEqual(bytes);
      expect(announced).toBeLessThan(1.01 * bytes);
    }));
});
