/**
 * What the harness may hang into a worker: named failpoints, a stop at a position, and a ledger of what was written.
 * The engine calls the hooks at the places that their names say and knows nothing of faults.
 */
import type { StoreName } from '../../declaration.ts';
import type { LogReader } from '../../event-log/event-log.ts';
import type { KeyValueStore, RowColumns } from '../../key-value-store/key-value-store.ts';
import type { Runtime } from '../../runtime.ts';

/** The places where a crash can be asked for; between two of them nothing is in flight. */
export const FAILPOINTS = [
  'position',
  'after-read',
  'before-store',
  'after-store-ack',
  'mid-flush',
  'after-flush-before-purge',
  'mid-publish',
  'mid-snapshot',
  'during-restore',
] as const;
export type Failpoint = (typeof FAILPOINTS)[number];

/** The stage of the partition that a hook is called from, and how far it has read. */
export interface HookSite {
  stage: number;
  partition: number;
  offset: number;
}

export interface WorkerHooks {
  /** May kill the process; then it never returns. */
  failpoint(name: Failpoint, site: HookSite): void | Promise<void>;
  /**
   * How many of the next `rows` rows may be read before a stop at a position is due; 0 means that the failpoint
   * `position` comes now.
   */
  rowsBeforeStop(site: HookSite, rows: number): number;
  /**
   * About to write, in this transaction where the store numbers them, so that `events` in all will have been written.
   */
  sending(site: HookSite, events: number, transaction?: number): void | Promise<void>;
  /** The store has acknowledged `events` in all. */
  acknowledged(site: HookSite, events: number): void | Promise<void>;
  /** The position that covers `events` is committed. */
  committed(site: HookSite, events: number): void | Promise<void>;
  /** Stands between the pipeline and a store of its own: the same store, or one that fails in front of it. */
  wrapStore(name: StoreName, store: KeyValueStore): KeyValueStore;
  /** Stands between a stage and the log. */
  wrapReader(site: HookSite, reader: LogReader): LogReader;
  /** Something that the harness says to the hooks of a running worker. */
  hear(message: unknown): void;
  /** What this worker's clock is off by, in milliseconds. */
  readonly clockOffsetMs: number;
  /** These rows are about to be deleted from a store, because nobody needs them any more. */
  deleting(site: HookSite, hourStartMs: number, rows: RowColumns): void | Promise<void>;
}

export const noHooks: WorkerHooks = {
  failpoint: () => undefined,
  rowsBeforeStop: (_site, rows) => rows,
  sending: () => undefined,
  acknowledged: () => undefined,
  committed: () => undefined,
  wrapStore: (_name, store) => store,
  wrapReader: (_site, reader) => reader,
  hear: () => undefined,
  clockOffsetMs: 0,
  deleting: () => undefined,
};

/** What a hooks module exports as `createHooks`. */
export type CreateHooks = (
  runtime: Runtime,
  worker: { worker: number; epoch: number; note: (note: Record<string, unknown>) => void },
  data: unknown,
) => Promise<WorkerHooks>;
