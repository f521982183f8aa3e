/**
 * Writes a whole stream into a log ahead of time, as if it had arrived exactly on schedule: what the capacity act
 * drains. Every block's arrival is the scheduled arrival of its last row.
 */
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { ImpressionSource } from '../../generators/impression-source.ts';
import type { EventLog } from '../../substrates/event-log/event-log.ts';
import { BlockCutter } from './block-cutter.ts';

/** Blocks between two turns of the event loop: a few milliseconds of work. */
const BLOCKS_PER_TURN = 32;

export interface FillOptions {
  /** Rows appended so far, over all partitions; called every few milliseconds. */
  onProgress?: (appendedRows: number, totalRows: number) => void;
  /** Stops the filling: the promise rejects with the signal's reason, and the log is left without its end. */
  signal?: AbortSignal;
}

/**
 * Fills an empty log with all partitions of the source, one after another, each with its end. Returns the rows
 * appended.
 */
export async function fillLog(source: ImpressionSource, log: EventLog, options: FillOptions = {}): Promise<number> {
  const cutters = await BlockCutter.openAll(source, log);
  let appendedRows = 0;
  try {
    for (const cutter of cutters) {
      let blocks = 0;
      for (let rows = cutter.rowsOfNextBlock(); rows > 0; rows = cutter.rowsOfNextBlock()) {
        await cutter.append(rows, cutter.scheduledMs(cutter.next + rows - 1));
        appendedRows += rows;
        if (++blocks % BLOCKS_PER_TURN !== 0) continue;
        options.onProgress?.(appendedRows, source.totalImpressions);
        await yieldToEventLoop();
        options.signal?.throwIfAborted();
      }
      await cutter.writer.end(source.endMs);
    }
  } finally {
    for (const cutter of cutters) await cutter.writer.close();
  }
  options.onProgress?.(appendedRows, source.totalImpressions);
  return appendedRows;
}
