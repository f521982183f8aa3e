/**
 * The status of a job, summed from what its workers have reported: progress and state from the newest life of each
 * worker, store counts and checkpoints from all lives.
 */
import type { StoreName } from '../../declaration.ts';
import type { StoreCounts } from '../../key-value-store/key-value-store.ts';
import { addCounts, zeroCounts } from '../../key-value-store/store-counts.ts';
import type { CheckpointFigures, PartitionProgress } from '../stream-engine.ts';
import type { StageProgress } from './stages/stage-task.ts';
import type { WorkerStatus } from './worker-messages.ts';

/** One progress a partition: the slowest stage's position, the best answer's reach. */
export function progressOf(status: WorkerStatus | undefined, partitions: readonly number[]): PartitionProgress[] {
  return partitions.map((partition) => {
    const stages = status?.stages.filter((stage) => stage.partition === partition) ?? [];
    const storedEvents: Partial<Record<StoreName, number>> = {};
    for (const stage of stages) if (stage.store !== undefined) storedEvents[stage.store] = stage.storedEvents;
    const drained = stages.length > 0 && stages.every((stage) => stage.drained);
    const drainedAtMs = Math.max(...stages.map((stage) => stage.drainedAtMs ?? 0));
    return {
      partition,
      offset: stages.length === 0 ? 0 : Math.min(...stages.map((stage) => stage.offset)),
      reflectedEvents: Math.max(0, ...stages.map((stage) => stage.reflectedEvents)),
      storedEvents,
      lateDroppedEvents: Math.max(0, ...stages.map((stage) => stage.lateDroppedEvents)),
      drained,
      ...(drained ? { drainedAtMs } : {}),
    };
  });
}

export function sumStores(statuses: readonly WorkerStatus[]): Partial<Record<StoreName, StoreCounts>> {
  const sums: Partial<Record<StoreName, StoreCounts>> = {};
  for (const status of statuses) {
    for (const [name, counts] of Object.entries(status.stores) as [StoreName, StoreCounts][]) {
      sums[name] ??= zeroCounts();
      addCounts(sums[name], counts);
    }
  }
  return sums;
}

export function sumCheckpoints(statuses: readonly WorkerStatus[]): CheckpointFigures {
  const sum: CheckpointFigures = { count: 0, bytes: 0, longestPauseMs: 0 };
  for (const stage of statuses.flatMap((status) => status.stages)) {
    sum.count += stage.checkpoints.count;
    sum.bytes += stage.checkpoints.bytes;
    sum.longestPauseMs = Math.max(sum.longestPauseMs, stage.checkpoints.longestPauseMs);
  }
  return sum;
}

export function sumStages(statuses: readonly WorkerStatus[], figure: (stage: StageProgress) => number): number {
  return statuses.flatMap((status) => status.stages).reduce((sum, stage) => sum + figure(stage), 0);
}
