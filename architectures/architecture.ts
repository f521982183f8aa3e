/**
 * The contract of an architecture: a declaration, pure data, that any engine can run. The words it is written in are
 * the stage vocabulary of `substrates/declaration.ts`; the functions here only spell them shorter.
 */
import type { DeclarationInput, StoreName } from '../substrates/declaration.ts';

/** What an architecture's file default-exports. */
export type Architecture = DeclarationInput;
type StageInput = Architecture['stages'][number];
type AnswerInput = Architecture['answer'];
type Of<Kind> = Omit<Extract<StageInput, { kind: Kind }>, 'kind'>;

/** Every event increments its counter in a store. */
export const incrementStore = (options: Of<'increment-store'>): StageInput => ({ kind: 'increment-store', ...options });

/** The stream processor holds each tweet's hour in its own checkpointed state. */
export const windowState = (options: Of<'window-state'>): StageInput => ({ kind: 'window-state', ...options });

/** A job counts each hour of the archive when it is over, and bulk-loads the result. */
export const batchJob = (options: Of<'batch-job'>): StageInput => ({ kind: 'batch-job', ...options });

export const upsert = (store: StoreName) => ({ kind: 'upsert', store }) as const;
export const nothing = { kind: 'nothing' } as const;

export const fromStore = (store: StoreName): AnswerInput => ({ from: 'store', store });
export const fromPublishedHours = (store: StoreName): AnswerInput => ({ from: 'published-hours', store });
export const fromState: AnswerInput = { from: 'state' };
export const fromStateThenStore = (store: StoreName): AnswerInput => ({ from: 'state-then-store', store });
export const fromBatchOverSpeed = (batch: StoreName, speed: StoreName): AnswerInput => ({
  from: 'batch-over-speed',
  batch,
  speed,
});
