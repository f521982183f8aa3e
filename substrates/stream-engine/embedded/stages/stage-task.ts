/**
 * A stage of one partition as its worker runs it: stepwise, so that it can be abandoned at any await and queries get a
 * turn.
 */
import { type ImpressionBlock, sliceBlock } from '../../../../generators/impression.ts';
import type { Clock } from '../../../clock.ts';
import type { StoreName } from '../../../declaration.ts';
import type { EventLog, LogEntry } from '../../../event-log/event-log.ts';
import type { Fence, KeyValueStore } from '../../../key-value-store/key-value-store.ts';
import type { Runtime } from '../../../runtime.ts';
import type { CheckpointFigures, PipelineSettings, RestoredPosition } from '../../stream-engine.ts';
import type { WorkerHooks } from '../hooks.ts';

/** What a task is given; the same for every kind of stage. */
export interface TaskContext {
  runtime: Runtime;
  /** The worker's own clock. */
  clock: Clock;
  hooks: WorkerHooks;
  settings: PipelineSettings;
  log: EventLog;
  stores: Partial<Record<StoreName, KeyValueStore>>;
  directory: string;
  stage: number;
  partition: number;
  fence: Fence;
  restored(position: RestoredPosition): void;
}

/** How far a stage of a partition has come. */
export interface StageProgress {
  stage: number;
  partition: number;
  offset: number;
  reflectedEvents: number;
  /** The store that the stage writes, and how many events it has acknowledged. */
  store: StoreName | undefined;
  storedEvents: number;
  lateDroppedEvents: number;
  drained: boolean;
  drainedAtMs: number | undefined;
  stateBytes: number;
  checkpoints: CheckpointFigures;
}

export interface StageTask {
  /** Restores what an earlier worker left and opens the log there. */
  open(): Promise<void>;
  /** Does a bounded piece of work. Returns 0 if there may be more at once, else after how many ms to look again. */
  step(): Promise<number>;
  progress(): StageProgress;
  /** `savepoint` leaves a checkpoint of the exact position. */
  close(savepoint: boolean): Promise<void>;
}

/** Look again after this long when the log has nothing new. */
export const IDLE_MS = 1;

/** Time between two tries on a store that cannot be reached. */
export const RETRY_MS = 20;

export const noCheckpoints: CheckpointFigures = { count: 0, bytes: 0, longestPauseMs: 0 };

/**
 * The rows of an entry at offsets from `offset` on; undefined if there are none. A log may deliver an entry again: a
 * stage whose position and effect are one unit knows what it has seen.
 */
export function notBefore(entry: LogEntry & { kind: 'impressions' }, offset: number): ImpressionBlock | undefined {
  const seen = offset - entry.offset;
  if (seen <= 0) return entry.block;
  return seen >= entry.block.count ? undefined : sliceBlock(entry.block, seen, entry.block.count);
}

/** The store of that name, which the job was bound to. */
export function boundStore(context: TaskContext, name: StoreName): KeyValueStore {
  const store = context.stores[name];
  if (store === undefined) throw new Error(`the job binds no ${name} store`);
  return store;
}
