/** Writes a stream into a log in memory, in blocks whose sizes the world's seed decides. */
import type { ImpressionSource } from '../../generators/impression-source.ts';
import type { EventLog } from '../../substrates/event-log/event-log.ts';
import type { MemoryWorld } from '../../substrates/memory-runtime.ts';
import type { RepeatedRun } from '../faults/offer.ts';
import { BlockCutter } from '../load/block-cutter.ts';
import type { Stall } from './plan.ts';

export interface AppendOptions {
  /** Most rows of a block; the cutter's own, if absent. */
  maxBlockRows?: number;
  /** Times are relative to the stream's start. */
  stalls?: readonly Stall[];
  /** Appended again, each as a block of its own, once they are in the log. */
  repeatedRuns?: readonly RepeatedRun[];
}

/** Appends every block when its last row is due, with heartbeats now and then. */
export async function appendLive(
  world: MemoryWorld,
  source: ImpressionSource,
  log: EventLog,
  options: AppendOptions = {},
): Promise<void> {
  const cutters = await BlockCutter.openAll(source, log);
  const stalls = [...(options.stalls ?? [])].sort((a, b) => a.atMs - b.atMs);
  await Promise.all(
    cutters.map(async (cutter, partition) => {
      for (let rows = rowsOfNext(world, cutter, options); rows > 0; rows = rowsOfNext(world, cutter, options)) {
        await world.delay(cutter.scheduledMs(cutter.next + rows - 1) - world.nowMs());
        await waitOut(world, source, stalls);
        await cutter.append(rows, world.nowMs());
        world.note('generator', 'appends', `${rows} rows`);
        await appendRepeated(cutter, partition, rows, world.nowMs(), options);
        if (world.random() < 0.1) await cutter.writer.heartbeat(world.nowMs());
      }
      await world.delay(source.endMs - world.nowMs());
      await cutter.writer.end(world.nowMs());
      await cutter.writer.close();
    }),
  );
}

/** All at once, as if it had arrived on schedule, and then waits until it could have. */
export async function appendFilled(
  world: MemoryWorld,
  source: ImpressionSource,
  log: EventLog,
  options: AppendOptions = {},
): Promise<void> {
  for (const [partition, cutter] of (await BlockCutter.openAll(source, log)).entries()) {
    for (let rows = rowsOfNext(world, cutter, options); rows > 0; rows = rowsOfNext(world, cutter, options)) {
      const arrivalMs = cutter.scheduledMs(cutter.next + rows - 1);
      await cutter.append(rows, arrivalMs);
      await appendRepeated(cutter, partition, rows, arrivalMs, options);
    }
    await cutter.writer.end(source.endMs);
    await cutter.writer.close();
  }
  await world.delay(source.endMs - world.nowMs());
}

function rowsOfNext(world: MemoryWorld, cutter: BlockCutter, { maxBlockRows }: AppendOptions): number {
  if (maxBlockRows === undefined) return cutter.rowsOfNextBlock();
  return Math.min(1 + Math.floor(world.random() * maxBlockRows), cutter.length - cutter.next);
}

/** Those whose last row was among the last `rows`. */
async function appendRepeated(
  cutter: BlockCutter,
  partition: number,
  rows: number,
  arrivalMs: number,
  { repeatedRuns = [] }: AppendOptions,
): Promise<void> {
  for (const run of repeatedRuns) {
    const end = run.firstSequence + run.count;
    if (run.partition !== partition || end > cutter.next || end <= cutter.next - rows) continue;
    await cutter.appendAgain(run.firstSequence, run.count, arrivalMs);
  }
}

async function waitOut(world: MemoryWorld, source: ImpressionSource, stalls: readonly Stall[]): Promise<void> {
  for (const { atMs, durationMs } of stalls) {
    const sinceMs = world.nowMs() - source.startMs - atMs;
    if (sinceMs < 0 || sinceMs >= durationMs) continue;
    world.note('generator', 'stalls');
    await world.delay(durationMs - sinceMs);
  }
}
