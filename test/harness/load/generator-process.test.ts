/** The generator in a process of its own, with the real stream and the real log. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import hdr from 'hdr-histogram-js';
import { createBlock } from '../../../generators/impression.ts';
import type { StreamDescription } from '../../../generators/impression-source.ts';
import { openStream } from '../../../generators/open-stream.ts';
import { GeneratorFailedError, GeneratorProcess } from '../../../harness/load/generator-process.ts';
import { MonotonicClock } from '../../../substrates/clock.ts';
import { openFileLog } from '../../../substrates/event-log/open-log.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';

const START_MS = 1_000_000;
const stream: StreamDescription = {
  kind: 'synthetic',
  seed: 42,
  partitions: 2,
  ratePerSecond: 20_000,
  hourMs: 100,
  hours: 4,
  startMs: START_MS,
  maxOutOfOrderMs: 20,
};
/** Far longer than the tests that end it. */
const long = { ...stream, hours: 1000 };

/** Runs `body` with a generator whose stream begins now. */
async function withGenerator(
  description: StreamDescription,
  body: (generator: GeneratorProcess, directory: string) => Promise<void>,
): Promise<void> {
  await withTemporaryDirectory(async (directory) => {
    const log = { kind: 'files', directory, partitions: 2 } as const;
    const { epochOffsetMs } = MonotonicClock.readingNow(START_MS);
    const generator = new GeneratorProcess({ stream: description, log, epochOffsetMs });
    try {
      await body(generator, directory);
    } finally {
      await generator.kill();
    }
  });
}

/** Rows of a partition of the log, checked against the source row by row, and the kind of the last entry. */
async function readBack(
  directory: string,
  partition: number,
  description = stream,
): Promise<{ rows: number; last: string }> {
  const source = await openStream(description);
  const log = await openFileLog({ kind: 'files', directory, partitions: 2 });
  const reader = await log.openReader(partition, 0);
  const expected = createBlock(partition);
  let rows = 0;
  let last = 'nothing';
  for (let entry = await reader.read(); entry !== undefined; entry = await reader.read()) {
    last = entry.kind;
    if (entry.kind !== 'impressions') continue;
    const { block } = entry;
    source.fill(expected, partition, rows, block.count);
    expect([...block.tweetIdLo]).toEqual([...expected.tweetIdLo.subarray(0, block.count)]);
    expect([...block.tweetIdHi]).toEqual([...expected.tweetIdHi.subarray(0, block.count)]);
    expect(block.minEventTimeMs).toBe(expected.minEventTimeMs);
    expect([...block.eventTimeDeltaMs]).toEqual([...expected.eventTimeDeltaMs.subarray(0, block.count)]);
    expect(entry.arrivalMs).toBeGreaterThanOrEqual(source.scheduledArrivalMs(partition, rows + block.count - 1));
    rows += block.count;
  }
  await reader.close();
  return { rows, last };
}

describe('the generator process', () => {
  test('appends the whole stream to the log and reports it', () =>
    withGenerator(stream, async (generator, directory) => {
      await generator.ready;
      generator.go();
      const report = await generator.done;
      const source = await openStream(stream);
      const lengths = [source.length(0), source.length(1)];
      expect(report.appendedRows).toEqual(lengths);
      expect(report.stopped).toBe(false);
      expect(generator.progress.appendedRows).toEqual(lengths);
      expect(report.cpuSeconds).toBeGreaterThan(0);
      expect(report.busyShare).toBeGreaterThan(0);
      const histogram = hdr.decodeFromCompressedBase64(report.latenessHistogramUs);
      expect(histogram.totalCount).toBe(source.totalImpressions);
      for (const partition of [0, 1]) {
        expect(await readBack(directory, partition)).toEqual({ rows: lengths[partition], last: 'end' });
      }
    }));

  test('tells its progress while it runs, and when it is stopped ends every partition', () =>
    withGenerator(long, async (generator, directory) => {
      generator.go();
      while (generator.progress.appendedRows.some((rows) => rows === 0)) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const report = await generator.stop();
      expect(report.stopped).toBe(true);
      for (const partition of [0, 1]) {
        const rows = report.appendedRows[partition];
        expect(await readBack(directory, partition, long)).toEqual({ rows, last: 'end' });
      }
    }));

  test('can be stopped before it was started', () =>
    withGenerator(stream, async (generator, directory) => {
      const report = await generator.stop();
      expect(report.appendedRows).toEqual([0, 0]);
      expect(await readBack(directory, 0)).toEqual({ rows: 0, last: 'end' });
    }));

  test('that is killed rejects with how it ended', () =>
    withGenerator(long, async (generator) => {
      await generator.ready;
      generator.go();
      await generator.kill();
      await expect(generator.done).rejects.toThrow(/was ended by SIGKILL before it was done/);
      await expect(generator.done).rejects.toBeInstanceOf(GeneratorFailedError);
    }));

  test('ends when its parent is killed', () =>
    withTemporaryDirectory(async (directory) => {
      const log = { kind: 'files', directory, partitions: 2 } as const;
      const { epochOffsetMs } = MonotonicClock.readingNow(START_MS);
      const main = fileURLToPath(new URL('../../support/start-generator.js', import.meta.url));
      const parent = fork(main, [JSON.stringify({ stream: long, log, epochOffsetMs })], { execArgv: [] });
      await once(parent, 'message');
      parent.kill('SIGKILL');
      await once(parent, 'exit');
      // A living generator appends a heartbeat each 10 ms at least: this loop would not end.
      const path = join(directory, 'p0', '0000000000000000.segment');
      for (let before = -1; before !== statSync(path).size; ) {
        before = statSync(path).size;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
      expect((await readBack(directory, 0, long)).last).not.toBe('end');
    }));

  test('that cannot open its stream says why, and is never ready', () =>
    withGenerator({ ...stream, hours: 0 }, async (generator) => {
      await expect(generator.ready).rejects.toThrow(/the generator failed: .*hours is 0/);
      await expect(generator.done).rejects.toThrow(/hours is 0/);
    }));

  test('refuses a log that holds impressions already', () =>
    withGenerator(stream, async (generator, directory) => {
      generator.go();
      await generator.done;
      const log = { kind: 'files', directory, partitions: 2 } as const;
      const second = new GeneratorProcess({ stream, log, epochOffsetMs: 0 });
      await expect(second.ready).rejects.toThrow(/holds \d+ impressions already/);
      await second.kill();
    }));
});
