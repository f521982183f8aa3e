/** A log filled ahead of time holds the whole stream, cut and stamped as if it had arrived on schedule. */
import { describe, expect, test } from '@jest/globals';
import { fillLog } from '../../../harness/load/fill-log.ts';
import type { EventLog } from '../../../substrates/event-log/event-log.ts';
import { MemoryLogs } from '../../../substrates/event-log/memory-log.ts';
import { TinySource } from '../../support/tiny-source.ts';

function memoryLog(partitions: number): EventLog {
  return new MemoryLogs().open({ kind: 'memory', name: 'log', partitions });
}

interface Entry {
  kind: string;
  offset: number;
  arrivalMs: number;
  firstSequence?: number;
  rows?: number;
}

async function entriesOf(log: EventLog, partition: number): Promise<Entry[]> {
  const reader = await log.openReader(partition, 0);
  const entries: Entry[] = [];
  for (let entry = await reader.read(); entry !== undefined; entry = await reader.read()) {
    const { kind, offset, arrivalMs } = entry;
    if (kind !== 'impressions') entries.push({ kind, offset, arrivalMs });
    else entries.push({ kind, offset, arrivalMs, firstSequence: entry.block.firstSequence, rows: entry.block.count });
  }
  return entries;
}

describe('filling a log', () => {
  test('cuts a block at 10 ms of schedule, and stamps it with the arrival of its last row', async () => {
    const log = memoryLog(2);
    // A row each 4 ms: rows 0, 1, 2 are due at 0, 4, 8 ms, the first three within 10 ms of one another.
    const source = new TinySource({ partitions: 2, length: 7, intervalMs: 4, startMs: 1000 });
    expect(await fillLog(source, log)).toBe(14);
    for (const partition of [0, 1]) {
      expect(await entriesOf(log, partition)).toEqual([
        { kind: 'impressions', offset: 0, arrivalMs: 1008, firstSequence: 0, rows: 3 },
        { kind: 'impressions', offset: 3, arrivalMs: 1020, firstSequence: 3, rows: 3 },
        { kind: 'impressions', offset: 6, arrivalMs: 1024, firstSequence: 6, rows: 1 },
        { kind: 'end', offset: 7, arrivalMs: 1028 },
      ]);
    }
  });

  test('cuts a block at 4,096 rows when more are due within 10 ms', async () => {
    const log = memoryLog(1);
    await fillLog(new TinySource({ partitions: 1, length: 10_000, intervalMs: 1 / 1024 }), log);
    const entries = await entriesOf(log, 0);
    expect(entries.map((entry) => entry.rows)).toEqual([4096, 4096, 1808, undefined]);
  });

  test('leaves gaps in the schedule as gaps: a row alone is a block alone', async () => {
    const log = memoryLog(1);
    await fillLog(new TinySource({ partitions: 1, length: 3, intervalMs: 500 }), log);
    expect((await entriesOf(log, 0)).map((entry) => entry.rows)).toEqual([1, 1, 1, undefined]);
  });

  test('writes the rows that the source has', async () => {
    const log = memoryLog(2);
    await fillLog(new TinySource({ partitions: 2, length: 20, intervalMs: 1, startMs: 5000 }), log);
    const reader = await log.openReader(1, 13);
    const entry = await reader.read();
    if (entry?.kind !== 'impressions') throw new Error('no impressions');
    // Row 13 is of tweet 1 + 2 · (13 mod 7) = 13, at 5013 ms.
    expect(entry.block.tweetIdLo[0]).toBe(13);
    expect(entry.block.minEventTimeMs + (entry.block.eventTimeDeltaMs[0] as number)).toBe(5013);
  });

  test('ends with a last report of all rows', async () => {
    const reports: [number, number][] = [];
    const source = new TinySource({ partitions: 2, length: 500, intervalMs: 10 });
    await fillLog(source, memoryLog(2), { onProgress: (appended, total) => reports.push([appended, total]) });
    expect(reports.length).toBeGreaterThan(5);
    expect(reports.at(-1)).toEqual([1000, 1000]);
    expect(reports.map(([appended]) => appended)).toEqual(reports.map(([appended]) => appended).sort((a, b) => a - b));
  });

  test('stops when it is told to, without an end', async () => {
    const log = memoryLog(1);
    const abort = new AbortController();
    const source = new TinySource({ partitions: 1, length: 5000, intervalMs: 10 });
    const options = { signal: abort.signal, onProgress: () => abort.abort(new Error('enough')) };
    await expect(fillLog(source, log, options)).rejects.toThrow('enough');
    const entries = await entriesOf(log, 0);
    expect(entries.length).toBeLessThan(5000);
    expect(entries.at(-1)?.kind).toBe('impressions');
  });

  test('refuses a log that is not empty, and one of another number of partitions', async () => {
    const log = memoryLog(1);
    const source = new TinySource({ partitions: 1, length: 5, intervalMs: 1 });
    await fillLog(source, log);
    await expect(fillLog(source, log)).rejects.toThrow(/holds 5 impressions already/);
    await expect(fillLog(source, memoryLog(2))).rejects.toThrow(/1 partitions and the log 2/);
  });
});
