/**
 * Ten million impressions through the windows of the pipelines, audited key by key: one event more or less must show.
 * Two partitions, four hours, out of order and late, and of those some too late.
 */
import { createBlock, MAX_BLOCK_ROWS } from '../../../generators/impression.ts';
import { tally } from '../../../generators/oracle.ts';
import { SyntheticStream } from '../../../generators/synthetic-stream.ts';
import { createRows, type RowColumns } from '../../../substrates/key-value-store/key-value-store.ts';
import { PartitionWindows } from '../../../substrates/stream-engine/embedded/partition-windows.ts';
import { auditAnswers } from '../../audit/audit.ts';
import { judge } from '../../audit/verdict.ts';

const HOUR_MS = 2500;
const RULES = { hourMs: HOUR_MS, maxOutOfOrderMs: 200, allowedLatenessMs: 300 };

export async function tenMillion(): Promise<string[]> {
  const source = new SyntheticStream({
    seed: 5,
    partitions: 2,
    ratePerSecond: 1_000_000,
    hourMs: HOUR_MS,
    hours: 4,
    startMs: 400_000 * HOUR_MS,
    outOfOrderFraction: 0.05,
    maxOutOfOrderMs: RULES.maxOutOfOrderMs,
    lateFraction: 0.01,
    maxLateMs: 800,
  });
  const windows = Array.from({ length: source.partitions }, (_, partition) => windowsOf(source, partition));
  const truth = tally(source, { labelling: { by: 'event-time', drop: RULES } });
  const lateDropped = windows.reduce((sum, { lateDroppedEvents }) => sum + lateDroppedEvents, 0);
  const { verdict, reason } = judge({
    report: auditAnswers(truth.rows, answersOf(windows)),
    lateDropped,
    predicted: { doubleCounted: 0, lost: 0, misplaced: 0, lateDropped: truth.lateDroppedEvents },
    promises: { exact: true },
    faults: [],
    invalidBecause: [],
  });
  if (verdict === 'EXPECTED-ERROR' || verdict === 'EXACT') return [];
  return [`${source.totalImpressions} impressions: ${verdict}, ${reason}`];
}

function windowsOf(source: SyntheticStream, partition: number): PartitionWindows {
  const windows = new PartitionWindows(RULES);
  const block = createBlock(partition);
  for (let first = 0; first < source.length(partition); first += MAX_BLOCK_ROWS) {
    source.fill(block, partition, first, Math.min(MAX_BLOCK_ROWS, source.length(partition) - first));
    windows.apply(block);
  }
  windows.end();
  return windows;
}

function answersOf(partitions: readonly PartitionWindows[]): RowColumns {
  const all = partitions.flatMap((windows) => windows.all());
  const rows = createRows(all.reduce((sum, { table }) => sum + table.size, 0));
  for (const { hourStartMs, table } of all) {
    const packed = table.pack();
    for (let at = 0; at < packed.length; at += 4) {
      const row = rows.count++;
      rows.tweetIdLo[row] = packed[at] as number;
      rows.tweetIdHi[row] = packed[at + 1] as number;
      rows.hourStartMs[row] = hourStartMs;
      rows.counter[row] = packed[at + 2] as number;
      rows.fingerprint[row] = packed[at + 3] as number;
    }
  }
  return rows;
}
