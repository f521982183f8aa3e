/**
 * Streams made in shards: all shards together leave the log that one generator leaves, by the oracle and row by row;
 * the partitions of others are left alone, and a generator that was stopped leaves no end.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CountTable } from '../../../generators/count-table.ts';
import { fingerprintKey, fingerprintOf, hourStartOf } from '../../../generators/impression.ts';
import type { StreamDescription } from '../../../generators/impression-source.ts';
import { openStream } from '../../../generators/open-stream.ts';
import { type TallyRows, tally } from '../../../generators/oracle.ts';
import { verifyLog } from '../../../harness/audit/verify-log.ts';
import { type GenerateReport, generateStream, LogNotReadyError } from '../../../harness/load/generate-stream.ts';
import { Generator } from '../../../harness/load/generator.ts';
import { partitionsOfShard } from '../../../harness/load/shard.ts';
import type { Clock } from '../../../substrates/clock.ts';
import type { EventLog, LogEntry } from '../../../substrates/event-log/event-log.ts';
import { FileLog } from '../../../substrates/event-log/files/file-log.ts';
import { MemoryLogs } from '../../../substrates/event-log/memory-log.ts';
import { entriesOf } from '../../../substrates/event-log/whole-log.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';

type Synthetic = Extract<StreamDescription, { kind: 'synthetic' }>;

const HOUR_MS = 200;
const START_MS = Date.UTC(2026, 10, 21);

function streamOf(changes: Partial<Synthetic> = {}): Synthetic {
  return {
    kind: 'synthetic',
    seed: 42,
    partitions: 4,
    ratePerSecond: 20_000,
    hourMs: HOUR_MS,
    hours: 2,
    startMs: START_MS,
    maxOutOfOrderMs: 20,
    outOfOrderFraction: 0.05,
    lateFraction: 0.02,
    maxLateMs: 100,
    ...changes,
  };
}

/** Time that goes on when somebody waits. */
class VirtualClock implements Clock {
  ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
  nowMs(): number {
    return this.ms;
  }
  readonly wait = async (durationMs: number): Promise<void> => {
    this.ms += durationMs;
  };
}

/** As another machine does it: from the description as text, with a clock and a beginning of its own. */
async function makeShard(text: string, log: EventLog, partitions: readonly number[], beginsMs: number): Promise<void> {
  const clock = new VirtualClock(beginsMs);
  const source = await openStream(JSON.parse(text) as StreamDescription);
  const generator = await Generator.open({ source, log, clock, partitions, wait: clock.wait });
  await generator.run();
}

/** The counters of what is in the log, by a loop that has nothing in common with the oracle's. */
async function countsIn(log: EventLog): Promise<{ counts: Map<string, string>; ends: number }> {
  const tables = new Map<number, CountTable>();
  let ends = 0;
  for (let partition = 0; partition < log.partitions; partition++) {
    for await (const entry of entriesOf(log, partition)) {
      if (entry.kind === 'end') ends++;
      if (entry.kind === 'impressions') countBlock(entry, tables);
    }
  }
  const counts = new Map<string, string>();
  for (const [hourStartMs, table] of tables) {
    for (const id of table.sortedIds()) {
      const [lo, hi] = [Number(id & 0xffffffffn), Number(id >> 32n)];
      counts.set(`${hourStartMs}/${id}`, `${table.countOf(lo, hi)}/${table.fingerprintOf(lo, hi)}`);
    }
  }
  return { counts, ends };
}

function countBlock({ block }: Extract<LogEntry, { kind: 'impressions' }>, tables: Map<number, CountTable>): void {
  for (let row = 0; row < block.count; row++) {
    const sequence = block.firstSequence + row;
    const hourStartMs = hourStartOf(block.minEventTimeMs + (block.eventTimeDeltaMs[row] as number), HOUR_MS);
    const table = tables.get(hourStartMs) ?? new CountTable();
    tables.set(hourStartMs, table);
    const fingerprint = fingerprintOf(fingerprintKey(block.partition, sequence), sequence);
    table.add(block.tweetIdLo[row] as number, block.tweetIdHi[row] as number, fingerprint);
  }
}

function oracleCounts(rows: TallyRows): Map<string, string> {
  const counts = new Map<string, string>();
  for (let row = 0; row < rows.count; row++) {
    const id = (BigInt(rows.tweetIdHi[row] as number) << 32n) | BigInt(rows.tweetIdLo[row] as number);
    counts.set(`${rows.hourStartMs[row]}/${id}`, `${rows.counter[row]}/${rows.fingerprint[row]}`);
  }
  return counts;
}

const memoryLog = (partitions: number): EventLog => new MemoryLogs().open({ kind: 'memory', name: 'log', partitions });

describe('shards of a stream', () => {
  test('are together what one generator makes, whatever their number, and what the oracle says', async () => {
    const laws = fc.record({
      seed: fc.integer(),
      partitions: fc.integer({ min: 1, max: 7 }),
      ratePerSecond: fc.integer({ min: 5000, max: 60_000 }),
      lateFraction: fc.constantFrom(0, 0.05),
      skew: fc.constantFrom({ kind: 'uniform' as const }, { kind: 'zipf' as const, exponent: 1 }),
    });
    const beginnings = fc.array(fc.integer({ min: -50, max: 300 }), { minLength: 7, maxLength: 7 });
    const drawn = fc.asyncProperty(laws, fc.nat(), beginnings, async (law, chosen, beginsMs) => {
      const stream = streamOf(law);
      const text = JSON.stringify(stream);
      const { partitions } = stream;
      const count = 1 + (chosen % partitions);
      const whole = memoryLog(partitions);
      await makeShard(text, whole, partitionsOfShard({ index: 1, count: 1 }, partitions), START_MS);
      const union = memoryLog(partitions);
      for (let index = 1; index <= count; index++) {
        const own = partitionsOfShard({ index, count }, partitions);
        await makeShard(text, union, own, START_MS + (beginsMs[index - 1] as number));
      }
      const found = await countsIn(union);
      expect(found).toEqual(await countsIn(whole));
      expect(found.ends).toBe(partitions);
      const source = await openStream(stream);
      expect(found.counts).toEqual(oracleCounts(tally(source, { labelling: { by: 'event-time' } }).rows));
      for (let partition = 0; partition < partitions; partition++) {
        const verified = { events: source.length(partition), ended: true, verified: true };
        expect(await verifyLog(source, union, partition)).toMatchObject(verified);
      }
    });
    await fc.assert(drawn, { numRuns: 25 });
  });

  test('lack what a shard that nobody started would have made', async () => {
    const log = memoryLog(4);
    await makeShard(JSON.stringify(streamOf()), log, partitionsOfShard({ index: 1, count: 2 }, 4), START_MS);
    const { counts, ends } = await countsIn(log);
    const whole = oracleCounts(tally(await openStream(streamOf()), { labelling: { by: 'event-time' } }).rows);
    expect(ends).toBe(2);
    expect(counts.size).toBeLessThan(whole.size);
    for (const [key, value] of counts) expect(whole.get(key)).toBe(value);
  });
});

interface Made {
  report: GenerateReport;
  clock: VirtualClock;
  log: FileLog;
  said: string[];
}

const stopAt = (clock: VirtualClock, atMs: number, stop: AbortController) => async (durationMs: number) => {
  await clock.wait(durationMs);
  if (clock.ms >= atMs) stop.abort();
};

async function make(
  directory: string,
  partitions: readonly number[],
  { beginsMs = START_MS, stopMs = Infinity, perWaitMs = 0, stream = streamOf() } = {},
): Promise<Made> {
  const clock = new VirtualClock(beginsMs);
  const stop = new AbortController();
  const binding = { kind: 'files', directory, partitions: stream.partitions } as const;
  const said: string[] = [];
  const say = (text: string): void => void said.push(text);
  const wait = stopAt(clock, stopMs, stop);
  const report = await generateStream({
    stream,
    log: binding,
    partitions,
    create: false,
    clock,
    signal: stop.signal,
    progress: { phase: (name, detail) => say(`${name}: ${detail}`), update: () => {}, warn: say, done: say },
    wait: (durationMs) => wait(Math.max(durationMs, perWaitMs)),
  });
  return { report, clock, log: new FileLog(binding), said };
}

async function kindsIn(log: EventLog, partition: number): Promise<LogEntry['kind'][]> {
  const kinds: LogEntry['kind'][] = [];
  for await (const entry of entriesOf(log, partition)) kinds.push(entry.kind);
  return kinds;
}

describe('a stream that is generated', () => {
  test('waits for its start, makes its own partitions to their end, and touches no other', async () => {
    await withTemporaryDirectory(async (directory) => {
      const { report, clock, log, said } = await make(directory, [1, 3], { beginsMs: START_MS - 60_000 });
      // 20,000/s over 400 ms are 8,000 impressions, 2,000 for each of four partitions.
      expect(report).toMatchObject({ appendedRows: [0, 2000, 0, 2000], totalImpressions: 4000, stopped: false });
      expect(report.wasLate).toBe(false);
      expect(clock.ms).toBeGreaterThanOrEqual(START_MS + 399);
      expect(said).toEqual(['waiting: the stream starts at 2026-11-21T00:00:00.000Z', 'generate: 2 of 4 partitions']);
      expect(await kindsIn(log, 0)).toEqual([]);
      const kinds = await kindsIn(log, 1);
      expect(kinds.at(-1)).toBe('end');
      // A heartbeat each 10 ms, for no longer than the last second before the start.
      expect(kinds.indexOf('impressions')).toBeGreaterThan(50);
      expect(kinds.indexOf('impressions')).toBeLessThan(110);
    });
  });

  test('has no end in the log when it was stopped, and what is there is right', async () => {
    await withTemporaryDirectory(async (directory) => {
      const { report, log } = await make(directory, [0, 2], { stopMs: START_MS + 200 });
      expect(report.stopped).toBe(true);
      const source = await openStream(streamOf());
      for (const partition of [0, 2]) {
        const verified = await verifyLog(source, log, partition);
        expect(verified).toMatchObject({ events: report.appendedRows[partition], ended: false, verified: true });
        expect(verified.events).toBeGreaterThan(800);
        expect(verified.events).toBeLessThan(1200);
      }
    });
  });

  test('is not begun when it is stopped while it waits', async () => {
    await withTemporaryDirectory(async (directory) => {
      const times = { beginsMs: START_MS - 60_000, stopMs: START_MS - 30_000 };
      const { report, log, said } = await make(directory, [0], times);
      expect(report).toMatchObject({ appendedRows: [0, 0, 0, 0], stopped: true, wasLate: false });
      expect(await kindsIn(log, 0)).toEqual([]);
      expect(said).toEqual(['waiting: the stream starts at 2026-11-21T00:00:00.000Z']);
    });
  });

  test('was late when it began after its start, or had no time for 100 ms at a go', async () => {
    await withTemporaryDirectory(async (directory) => {
      const { report } = await make(`${directory}/a`, [0], { beginsMs: START_MS + 150 });
      expect(report).toMatchObject({ wasLate: true, stopped: false });
      // Up to 10 ms are the waiting for a block.
      expect(report.latenessMs.max).toBeGreaterThanOrEqual(150);
      expect(report.latenessMs.max).toBeLessThanOrEqual(160);
      expect((await make(`${directory}/b`, [0], { perWaitMs: 100 })).report.wasLate).toBe(true);
    });
  });

  test('is not added to a partition that holds impressions', async () => {
    await withTemporaryDirectory(async (directory) => {
      await make(directory, [0]);
      await expect(make(directory, [0])).rejects.toThrow(LogNotReadyError);
      await expect(make(directory, [0])).rejects.toThrow('holds 2000 impressions already');
    });
  });
});
