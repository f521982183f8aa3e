/**
 * One life of a worker, as its supervisor keeps it: from the start of a process to its end, under one epoch; and how
 * far a successor has come in doing again what its predecessor had done.
 */
import type { WorkerExit, WorkerHandle } from '../../runtime.ts';
import type { RestoredPosition } from '../stream-engine.ts';
import type { WorkerStatus } from './worker-messages.ts';

export interface Life {
  worker: number;
  epoch: number;
  handle: WorkerHandle;
  ready: boolean;
  ended: boolean;
  heardMs: number;
  cpuAtGoSeconds: number;
  status: WorkerStatus | undefined;
  /** By partition: where the life began, and the position that its predecessor had reported. */
  resumed: Map<number, { fromOffset: number; predecessorOffset: number }>;
}

/**
 * Notes for each partition where the life starts again and where its predecessor was; of several stages the one
 * furthest behind.
 */
export function noteResumption(life: Life, former: Life | undefined, restored: readonly RestoredPosition[]): void {
  for (const { stage, partition, fromOffset } of restored) {
    const before = former?.status?.stages.find((other) => other.stage === stage && other.partition === partition);
    if (before === undefined) continue;
    const known = life.resumed.get(partition);
    if (known !== undefined && known.fromOffset <= fromOffset) continue;
    life.resumed.set(partition, { fromOffset, predecessorOffset: before.offset });
  }
}

/** The partitions that have come, since the last call, to where the predecessor was. */
export function takeCaughtUp(life: Life): { partition: number; replayedEvents: number }[] {
  const caughtUp: { partition: number; replayedEvents: number }[] = [];
  for (const [partition, { fromOffset, predecessorOffset }] of life.resumed) {
    const stages = life.status?.stages.filter((stage) => stage.partition === partition) ?? [];
    if (stages.some((stage) => stage.offset < predecessorOffset)) continue;
    life.resumed.delete(partition);
    caughtUp.push({ partition, replayedEvents: Math.max(0, predecessorOffset - fromOffset) });
  }
  return caughtUp;
}

/** The newest epoch that has left a checkpoint or a position; 0 if none has. */
export function newestEpoch(names: readonly string[]): number {
  const epochs = names.map((name) => /^s\d+-p\d+-(\d{6})(?:-\d+\.checkpoint|\.position)$/.exec(name)?.[1]);
  return Math.max(0, ...epochs.map((epoch) => Number(epoch ?? 0)));
}

export function describeExit(exit: WorkerExit): string {
  const how = exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`;
  const last = exit.stderr.trim().split('\n').slice(-3).join(' | ');
  return last === '' ? how : `${how}: ${last}`;
}

/** What each life has reported last. */
export function reported(lives: readonly Life[]): WorkerStatus[] {
  return lives.flatMap((life) => life.status ?? []);
}
