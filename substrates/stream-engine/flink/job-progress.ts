/**
 * How far a streaming job has come, as the operators of its stages say in their `progress` gauges, one for each
 * subtask; and what that makes of the status that every engine gives.
 */
import { z } from 'zod';
import { type Declaration, type Stage, writtenStore } from '../../declaration.ts';
import type { PartitionProgress } from '../stream-engine.ts';

const whole = z.number();

/** Of one partition: impressions read, counted, dropped as late; 1 if its stream has ended. */
const mark = z.tuple([whole, whole, whole, whole]);

const gauge = z.object({
  /** When the gauge was read, by the task manager's wall clock. */
  atMs: whole,
  partitions: z.record(z.string(), mark),
  /** Offset of each partition when it was heard of first: what was restored, if anything was. */
  first: z.record(z.string(), whole).optional(),
  storedEvents: whole,
  commands: whole,
  roundTrips: whole,
  reads: whole,
  writes: whole,
  /** By the server's names for its commands; absent where the store's server counts none. */
  sent: z.record(z.string(), whole).optional(),
  pendingKeys: whole,
  /** Beyond every time at the end; null before the beginning. */
  watermarkMs: whole.nullable(),
  /** Null where the back end cannot tell. */
  stateBytes: whole.nullable(),
});

export type SubtaskProgress = z.infer<typeof gauge>;

/** By stage of the declaration, by subtask; undefined where a subtask has said nothing yet. */
export type StageProgresses = ReadonlyMap<number, readonly (SubtaskProgress | undefined)[]>;

/** The operator of a stage as the job names it; undefined for a batch job, which is no part of a streaming one. */
export function operatorOf(stage: Stage, index: number): string | undefined {
  if (stage.kind === 'batch-job') return undefined;
  return stage.kind === 'window-state' ? `window-${index}` : `increment-${index}`;
}

/** Undefined for what is no gauge's text: the operator has not begun. */
export function parseProgress(text: string | undefined): SubtaskProgress | undefined {
  if (text === undefined || !text.startsWith('{')) return undefined;
  const parsed = gauge.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(
    `the Flink job says of its progress what this version does not understand (${issue?.path.join('.')}: ` +
      `${issue?.message}): build the job's jar again`,
  );
}

/** The least that all subtasks of a stage have of a partition; of an increment the one that owns it. */
function markOf(stage: Stage, subtasks: readonly (SubtaskProgress | undefined)[], partition: number): Marked {
  const marks = subtasks.map((subtask) => subtask?.partitions[String(partition)]);
  const known = marks.filter((one) => one !== undefined);
  const isWhole =
    stage.kind === 'increment-store' ? known.length > 0 : known.length === marks.length && marks.length > 0;
  return {
    offset: isWhole ? Math.min(...known.map(([offset]) => offset)) : 0,
    counted: isWhole ? Math.min(...known.map(([, counted]) => counted)) : 0,
    lateDropped: Math.max(0, ...known.map(([, , dropped]) => dropped)),
    ended: isWhole && known.every(([, , , ended]) => ended === 1),
  };
}

/** Whether the subtasks of a stage have said of every partition where they began; markers alone do not tell. */
export function knowsFirstOffsets(
  kind: Stage['kind'] | undefined,
  subtasks: readonly (SubtaskProgress | undefined)[],
  partitions: number,
): boolean {
  for (let partition = 0; partition < partitions; partition++) {
    const said = subtasks.filter((subtask) => subtask?.first?.[String(partition)] !== undefined).length;
    if (said === 0 || (kind === 'window-state' && said < subtasks.length)) return false;
  }
  return true;
}

/**
 * Where a partition of a stage began after the restore: what its subtasks say, or else the least that they have now.
 */
export function firstOffsetOf(
  kind: Stage['kind'] | undefined,
  subtasks: readonly (SubtaskProgress | undefined)[],
  partition: number,
): number {
  const said = subtasks.flatMap((subtask) => subtask?.first?.[String(partition)] ?? []);
  if (said.length > 0) return Math.min(...said);
  const now = subtasks.flatMap((subtask) => subtask?.partitions[String(partition)]?.[0] ?? []);
  return now.length === 0 || (kind === 'window-state' && now.length < subtasks.length) ? 0 : Math.min(...now);
}

interface Marked {
  offset: number;
  counted: number;
  lateDropped: number;
  ended: boolean;
}

/** One progress a partition, of the streaming stages alone. */
export function progressOfStages(
  { stages }: Declaration,
  partitions: number,
  progresses: StageProgresses,
): Omit<PartitionProgress, 'drainedAtMs'>[] {
  const all = stages.flatMap((stage, index) => {
    const subtasks = progresses.get(index);
    return subtasks === undefined ? [] : [progressOfStage(stage, partitions, subtasks)];
  });
  return Array.from({ length: partitions }, (_, partition) => {
    const own = all.map((stage) => stage[partition] as Omit<PartitionProgress, 'drainedAtMs'>);
    return {
      partition,
      offset: own.length === 0 ? 0 : Math.min(...own.map(({ offset }) => offset)),
      reflectedEvents: Math.max(0, ...own.map(({ reflectedEvents }) => reflectedEvents)),
      storedEvents: Object.assign({}, ...own.map(({ storedEvents }) => storedEvents)),
      lateDroppedEvents: Math.max(0, ...own.map(({ lateDroppedEvents }) => lateDroppedEvents)),
      drained: own.length > 0 && own.every(({ drained }) => drained),
    };
  });
}

function progressOfStage(
  stage: Stage,
  partitions: number,
  subtasks: readonly (SubtaskProgress | undefined)[],
): Omit<PartitionProgress, 'drainedAtMs'>[] {
  const marks = Array.from({ length: partitions }, (_, partition) => markOf(stage, subtasks, partition));
  const stored = storedShares(stage, marks, subtasks);
  const store = writtenStore(stage);
  const isSettled = marks.every(({ ended }) => ended) && subtasks.every((subtask) => hasSettled(stage, subtask));
  return marks.map(({ offset, counted, lateDropped }, partition) => {
    const storedEvents = stored[partition] as number;
    return {
      partition,
      offset,
      reflectedEvents: stage.kind === 'window-state' && stage.queryable ? counted : storedEvents,
      storedEvents: store === undefined ? {} : { [store]: storedEvents },
      lateDroppedEvents: lateDropped,
      drained: isSettled,
    };
  });
}

/**
 * Windows are spread by tweet and not by partition, so what is stored is known of the stage as a whole; each partition
 * is given its share by what was counted of it, and only their sum means something.
 */
function storedShares(
  stage: Stage,
  marks: readonly Marked[],
  subtasks: readonly (SubtaskProgress | undefined)[],
): number[] {
  if (stage.kind === 'increment-store') return marks.map(({ offset }) => offset);
  const counted = marks.reduce((sum, one) => sum + one.counted, 0);
  const stored = subtasks.reduce((sum, subtask) => sum + (subtask?.storedEvents ?? 0), 0);
  let left = stored;
  return marks.map((one, i) => {
    const share = i === marks.length - 1 ? left : Math.round(counted === 0 ? 0 : (stored * one.counted) / counted);
    left -= share;
    return share;
  });
}

function hasSettled(stage: Stage, subtask: SubtaskProgress | undefined): boolean {
  if (subtask === undefined || subtask.pendingKeys > 0) return false;
  return stage.kind !== 'window-state' || (subtask.watermarkMs ?? 0) > Number.MAX_SAFE_INTEGER;
}

export function stateBytesOf(progresses: StageProgresses): number {
  let bytes = 0;
  for (const subtasks of progresses.values()) for (const one of subtasks) bytes += one?.stateBytes ?? 0;
  return bytes;
}

/**
 * One progress a partition, of a streaming job and of the jobs of hours: the slowest position, the best answer's reach.
 */
export function inOne(
  parts: readonly (readonly Omit<PartitionProgress, 'drainedAtMs'>[])[],
  partitions: number,
  drainedAtMs: number | undefined,
): PartitionProgress[] {
  return Array.from({ length: partitions }, (_, partition) => {
    const own = parts.map((part) => part[partition] as Omit<PartitionProgress, 'drainedAtMs'>);
    return {
      partition,
      offset: Math.min(...own.map(({ offset }) => offset)),
      reflectedEvents: Math.max(...own.map(({ reflectedEvents }) => reflectedEvents)),
      storedEvents: Object.assign({}, ...own.map(({ storedEvents }) => storedEvents)),
      lateDroppedEvents: Math.max(...own.map(({ lateDroppedEvents }) => lateDroppedEvents)),
      drained: drainedAtMs !== undefined,
      ...(drainedAtMs === undefined ? {} : { drainedAtMs }),
    };
  });
}
