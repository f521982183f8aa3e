/**
 * The stage vocabulary: what an architecture may be made of, as pure data with one zod schema, so that a declaration
 * can be checked, printed, and handed to another engine as JSON. Everything counts impressions per (tweet, hour).
 */
import { z } from 'zod';

const storeName = z.enum(['serving', 'speed']);
const aggregate = z.literal('count').default('count');
const window = z.literal('hour').default('hour');

/** Every event increments its counter in the store; the log position is committed after the store has acknowledged. */
const incrementStore = z.strictObject({
  kind: z.literal('increment-store'),
  store: storeName,
  aggregate,
  window,
  /** `read-modify-write` reads a counter and writes it back: two commands an event. */
  increment: z.enum(['atomic', 'read-modify-write']).default('atomic'),
  /** `with-write` keeps the log position in the same store transaction, where the store has transactions. */
  commit: z.enum(['after-write', 'with-write']).default('after-write'),
  /** Most events of one store transaction (and so between two commits). */
  maxBatchEvents: z.int().min(1).max(1_000_000).default(1000),
  /** Hours are deleted from the store this many hours after a batch job published them; never, if absent. */
  deleteAfterPublishedHours: z.int().min(1).optional(),
});

const onClose = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('upsert'), store: storeName }),
  /** Not idempotent: a replay after a crash adds again. */
  z.strictObject({ kind: z.literal('increment'), store: storeName }),
  z.strictObject({ kind: z.literal('nothing') }),
]);

/** The stream processor holds a tumbling event-time window for each tweet in its own checkpointed state. */
const windowState = z.strictObject({
  kind: z.literal('window-state'),
  aggregate,
  window,
  /** `open` forgets a window when it is closed and handed over; `all` keeps every window. */
  keep: z.enum(['open', 'all']),
  queryable: z.boolean(),
  onClose,
  /** Most keys of one write when a window is handed over; ingestion and queries go on between two writes. */
  maxFlushKeys: z.int().min(1).max(5000).default(2000),
});

/** A job that runs once for each hour of the archive and bulk-loads the result. */
const batchJob = z.strictObject({
  kind: z.literal('batch-job'),
  aggregate,
  window,
  store: storeName,
  /**
   * `arrival-time` counts what arrived in the hour; `event-time` counts what happened in it and arrived before the
   * cut-off.
   */
  bucketBy: z.enum(['arrival-time', 'event-time']).default('arrival-time'),
  /**
   * The job of an hour starts this long after the hour's end, by arrival time. Events that arrive later are not counted
   * by `event-time`.
   */
  cutOffMs: z.number().min(0).default(0),
  maxLoadKeys: z.int().min(1).max(100_000).default(5000),
});

export const stageSchema = z.discriminatedUnion('kind', [incrementStore, windowState, batchJob]);

export const answerSchema = z.discriminatedUnion('from', [
  z.strictObject({ from: z.literal('store'), store: storeName }),
  /** Only hours that the batch job has published. */
  z.strictObject({ from: z.literal('published-hours'), store: storeName }),
  z.strictObject({ from: z.literal('state') }),
  /** State first, then the store: the other order could miss a window that moves from one to the other in between. */
  z.strictObject({ from: z.literal('state-then-store'), store: storeName }),
  /** Speed view first, then the published marker and the batch view; the batch view wins where it is published. */
  z.strictObject({ from: z.literal('batch-over-speed'), batch: storeName, speed: storeName }),
]);

export const declarationSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/, 'lower-case letters, digits and dashes'),
  summary: z.string().min(1),
  stages: z.array(stageSchema).min(1),
  answer: answerSchema,
});

/** An architecture: a page of data that reads like its slide. */
export type Declaration = z.infer<typeof declarationSchema>;
/** What an author writes: defaults may be left out. */
export type DeclarationInput = z.input<typeof declarationSchema>;
export type Stage = z.infer<typeof stageSchema>;
export type IncrementStoreStage = z.infer<typeof incrementStore>;
export type WindowStateStage = z.infer<typeof windowState>;
export type BatchJobStage = z.infer<typeof batchJob>;
export type Answer = z.infer<typeof answerSchema>;
export type StoreName = z.infer<typeof storeName>;

/** The store that a stage writes; undefined if it writes none. */
export function writtenStore(stage: Stage): StoreName | undefined {
  if (stage.kind !== 'window-state') return stage.store;
  return stage.onClose.kind === 'nothing' ? undefined : stage.onClose.store;
}

/** The stores that a declaration writes or answers from. */
export function storesOf(declaration: Declaration): StoreName[] {
  const names = new Set<StoreName>();
  for (const stage of declaration.stages) {
    const store = writtenStore(stage);
    if (store !== undefined) names.add(store);
  }
  const answer = declaration.answer;
  if ('store' in answer) names.add(answer.store);
  if ('batch' in answer) names.add(answer.batch).add(answer.speed);
  return [...names].sort();
}
