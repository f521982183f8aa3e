/**
 * The open loop under a clock that the test turns: what is due is appended, never thinned, and lateness counts from the
 * schedule.
 */
import { describe, expect, test } from '@jest/globals';
import hdr from 'hdr-histogram-js';
import { Generator, type GeneratorReport } from '../../../harness/load/generator.ts';
import type { Clock } from '../../../substrates/clock.ts';
import type { EventLog, LogEntry } from '../../../substrates/event-log/event-log.ts';
import { MemoryLogs } from '../../../substrates/event-log/memory-log.ts';
import { TinySource, type TinySourceOptions } from '../../support/tiny-source.ts';

const START_MS = 1_000_000;

interface Run {
  report: GeneratorReport;
  entries: Entry[][];
  source: TinySource;
}

interface Entry {
  kind: LogEntry['kind'];
  atMs: number;
  firstSequence: number;
  rows: number;
}

interface World {
  /** How far time goes when the generator waits for a moment; a busy machine lets more pass. */
  passMs?: (waitedMs: number, nowMs: number) => number;
  /** Stops the generator at this time after the start. */
  stopAfterMs?: number;
}

/** Runs a generator over virtual time; times of entries are relative to the start of the stream. */
async function generate(options: TinySourceOptions, world: World = {}, Source = TinySource): Promise<Run> {
  const source = new Source({ startMs: START_MS, ...options });
  const log = new MemoryLogs().open({ kind: 'memory', name: 'log', partitions: source.partitions });
  const clock = new VirtualClock();
  const stop = new AbortController();
  const passMs = world.passMs ?? ((waitedMs) => waitedMs);
  const wait = async (durationMs: number) => {
    clock.ms += passMs(durationMs, clock.ms - START_MS);
    if (clock.ms - START_MS >= (world.stopAfterMs ?? Infinity)) stop.abort();
  };
  const generator = await Generator.open({ source, log, clock, wait });
  const report = await generator.run(stop.signal);
  const entries: Entry[][] = [];
  for (let partition = 0; partition < source.partitions; partition++) entries.push(await entriesOf(log, partition));
  return { report, entries, source };
}

class VirtualClock implements Clock {
  ms = START_MS;
  nowMs(): number {
    return this.ms;
  }
}

async function entriesOf(log: EventLog, partition: number): Promise<Entry[]> {
  const reader = await log.openReader(partition, 0);
  const entries: Entry[] = [];
  for (let entry = await reader.read(); entry !== undefined; entry = await reader.read()) {
    const { firstSequence, count } = entry.kind === 'impressions' ? entry.block : { firstSequence: 0, count: 0 };
    entries.push({ kind: entry.kind, atMs: entry.arrivalMs - START_MS, firstSequence, rows: count });
  }
  return entries;
}

const blocksOf = (entries: readonly Entry[] = []) => entries.filter((entry) => entry.kind === 'impressions');

/** Every row once, in order, and an end after them. */
function expectWhole(run: Run): void {
  for (const [partition, entries] of run.entries.entries()) {
    let next = 0;
    for (const block of blocksOf(entries)) {
      expect(block.firstSequence).toBe(next);
      next += block.rows;
    }
    expect(next).toBe(run.source.length());
    expect(run.report.appendedRows[partition]).toBe(next);
    expect(entries.filter((entry) => entry.kind === 'end')).toHaveLength(1);
    expect(entries.at(-1)?.kind).toBe('end');
  }
}

describe('an open loop on time', () => {
  test('appends every row once, none before it is due and none later than 10 ms after', async () => {
    const run = await generate({ partitions: 2, length: 400, intervalMs: 0.5 });
    expectWhole(run);
    for (const block of run.entries.flatMap(blocksOf)) {
      const [first, last] = [block.firstSequence, block.firstSequence + block.rows - 1].map((row) => row * 0.5);
      expect(block.atMs).toBeGreaterThanOrEqual(last as number);
      expect(block.atMs - (first as number)).toBeLessThanOrEqual(10);
    }
    expect(run.report.stopped).toBe(false);
  });

  test('cuts blocks each 10 ms, one partition after another', async () => {
    const run = await generate({ partitions: 2, length: 100, intervalMs: 1 });
    expect(blocksOf(run.entries[0]).map((block) => block.atMs)).toEqual([5, 15, 25, 35, 45, 55, 65, 75, 85, 95, 99]);
    expect(blocksOf(run.entries[1]).map((block) => block.atMs)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 99]);
  });

  test('cuts a block as soon as 4,096 rows are due', async () => {
    const run = await generate({ partitions: 1, length: 8192, intervalMs: 1 / 2048 });
    expectWhole(run);
    expect(blocksOf(run.entries[0]).map(({ atMs, rows }) => [atMs, rows])).toEqual([
      [2, 4096],
      [4, 4096],
    ]);
  });

  test('writes a heartbeat when nothing was appended for 10 ms, before the start and in gaps too', async () => {
    const run = await generate({ partitions: 1, length: 3, intervalMs: 35 });
    expectWhole(run);
    const entries = run.entries[0] ?? [];
    const gaps = entries.map((entry, index) => entry.atMs - (entries[index - 1]?.atMs ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(10);
    expect(entries.map((entry) => entry.kind)).toContain('heartbeat');
  });

  test('is never silent for more than 10 ms, with rows full early, rows waiting, and none at all', async () => {
    // 4,096 rows within 0.5 ms, a gap, a row that comes when the last cut is past: a schedule of its own.
    class Bursts extends TinySource {
      override scheduledArrivalMs(_partition: number, sequence: number): number {
        return START_MS + (sequence < 4096 ? 3 : 6 + 17 * (sequence - 4096));
      }
      override dueBy(_partition: number, timeMs: number): number {
        const afterMs = timeMs - START_MS;
        if (afterMs < 6) return afterMs < 3 ? 0 : 4096;
        return Math.min(4097 + Math.floor((afterMs - 6) / 17), this.length());
      }
    }
    const run = await generate({ partitions: 2, length: 4100, intervalMs: 1 }, {}, Bursts);
    expectWhole(run);
    for (const entries of run.entries) {
      const gaps = entries.map((entry, index) => entry.atMs - (entries[index - 1]?.atMs ?? 0));
      expect(Math.max(...gaps)).toBeLessThanOrEqual(10);
    }
  });

  test('an empty partition ends at once', async () => {
    const run = await generate({ partitions: 1, length: 0, intervalMs: 1 });
    expect(run.entries[0]?.map((entry) => entry.kind)).toEqual(['end']);
  });
});

describe('an open loop that falls behind', () => {
  test('appends everything that became due meanwhile, and stamps it with the time of the append', async () => {
    // At 50 ms the machine stands still for 100 ms.
    let stood = false;
    const run = await generate(
      { partitions: 1, length: 200, intervalMs: 1 },
      {
        passMs: (waitedMs, nowMs) => {
          if (nowMs < 50 || stood) return waitedMs;
          stood = true;
          return 100;
        },
      },
    );
    expectWhole(run);
    const late = blocksOf(run.entries[0]).find((block) => block.rows > 50);
    // The block at 50 ms has rows 0 to 50; the rows from 51 to 150 are due at 150 ms.
    expect(late).toEqual({ kind: 'impressions', atMs: 150, firstSequence: 51, rows: 100 });
    expect(run.report.latenessMs.max).toBe(99);
  });

  test('a turn that is behind by many blocks appends full ones', async () => {
    const run = await generate(
      { partitions: 1, length: 100_000, intervalMs: 0.001 },
      { passMs: (_waited, nowMs) => (nowMs === 0 ? 100 : 1) },
    );
    expectWhole(run);
    const rows = blocksOf(run.entries[0]).map((block) => block.rows);
    expect(rows.slice(0, -1).every((count) => count === 4096 || count === 1)).toBe(true);
    expect(rows.filter((count) => count === 4096)).toHaveLength(24);
  });

  test('lateness is the first row of each block against the schedule, weighted by rows', async () => {
    // Row 0 waits for its block; the machine comes back after 40 ms, when all 20 rows are due.
    const run = await generate({ partitions: 1, length: 20, intervalMs: 1 }, { passMs: () => 40 });
    const blocks = blocksOf(run.entries[0]).map(({ atMs, firstSequence, rows }) => [atMs, firstSequence, rows]);
    expect(blocks).toEqual([[40, 0, 20]]);
    expect(run.report.latenessMs.max).toBe(40);
    const histogram = hdr.decodeFromCompressedBase64(run.report.latenessHistogramUs);
    expect(histogram.totalCount).toBe(20);
    expect(histogram.getValueAtPercentile(50) / 40_000).toBeCloseTo(1, 2);
  });
});

describe('impressions that the source sends twice', () => {
  test('follow once they are all in the log, as a block of their own, and end up behind nothing else', async () => {
    const source = new TinySource({ startMs: START_MS, partitions: 2, length: 100, intervalMs: 1 });
    const log = new MemoryLogs().open({ kind: 'memory', name: 'log', partitions: 2 });
    const clock = new VirtualClock();
    const wait = async (durationMs: number) => {
      clock.ms += durationMs;
    };
    const repeated = [
      { partition: 1, firstSequence: 5, count: 40 },
      { partition: 1, firstSequence: 98, count: 2 },
    ];
    await (await Generator.open({ source, log, clock, wait, repeated })).run();
    const rowsOf = async (partition: number) =>
      (await entriesOf(log, partition)).filter(({ kind }) => kind === 'impressions');
    expect((await rowsOf(0)).reduce((sum, { rows }) => sum + rows, 0)).toBe(100);
    const blocks = await rowsOf(1);
    const again = blocks.findIndex(({ firstSequence, rows }) => firstSequence === 5 && rows === 40);
    const before = blocks.slice(0, again).reduce((sum, { rows }) => sum + rows, 0);
    expect(before).toBeGreaterThanOrEqual(45);
    expect(before).toBeLessThan(60);
    expect(blocks.at(-1)).toMatchObject({ firstSequence: 98, rows: 2 });
    expect(blocks.reduce((sum, { rows }) => sum + rows, 0)).toBe(142);
  });
});

describe('a stopped open loop', () => {
  test('appends nothing more and ends every partition', async () => {
    const run = await generate({ partitions: 3, length: 1000, intervalMs: 1 }, { stopAfterMs: 100 });
    expect(run.report.stopped).toBe(true);
    for (const [partition, entries] of run.entries.entries()) {
      expect(entries.at(-1)?.kind).toBe('end');
      const rows = blocksOf(entries).reduce((sum, block) => sum + block.rows, 0);
      expect(rows).toBe(run.report.appendedRows[partition]);
      expect(rows).toBeGreaterThan(80);
      expect(rows).toBeLessThanOrEqual(101);
    }
  });

  test('refuses to start on a log that is not empty', async () => {
    const source = new TinySource({ partitions: 1, length: 5, intervalMs: 1, startMs: START_MS });
    const log = new MemoryLogs().open({ kind: 'memory', name: 'log', partitions: 1 });
    const clock = new VirtualClock();
    const wait = async () => {
      clock.ms += 1;
    };
    await (await Generator.open({ source, log, clock, wait })).run();
    await expect(Generator.open({ source, log, clock, wait })).rejects.toThrow(/empty log/);
  });
});
