/**
 * What the faults of a run must have done to the counts, from sources that know nothing of the answers: the ledgers,
 * and what faults inside workers wrote down about each bite.
 */
import type { Declaration, StoreName } from '../../substrates/declaration.ts';
import type { RowColumns } from '../../substrates/key-value-store/key-value-store.ts';
import type { Files } from '../../substrates/runtime.ts';
import { readRowFiles } from './deleted-rows.ts';
import type { FaultDirector, RepeatedEvents } from './fault-director.ts';
import { doubtedEvents, readDoubts } from './proxy/doubtful-store.ts';

export interface FaultEffects {
  /** What each stage has written again; it doubles counts only where a write is not idempotent. */
  repeated: readonly RepeatedEvents[];
  /** What a store has forgotten of what it had acknowledged. */
  lost: Partial<Record<StoreName, RowColumns>>;
  /** Most events that may or may not have been written, where that is known beforehand. */
  inDoubt?: number;
}

export async function effectsOf(
  director: FaultDirector,
  declaration: Declaration,
  files: Files,
): Promise<FaultEffects> {
  const repeated = director.repeatedEvents().map((sum) => ({ ...sum }));
  const effects = new Map(director.faults().map(({ id, effect }) => [id, effect]));
  for (const { id, stage, events = 0 } of await director.bites()) {
    const sum = repeated.find((entry) => entry.stage === stage);
    if (sum === undefined || !doubles(effects.get(id), declaration, sum.stage)) continue;
    sum.atLeast += events;
    sum.atMost += events;
  }
  const doubts = await readDoubts(files, director.directory);
  for (const sum of repeated) sum.atMost += doubtedEvents(doubts, sum.stage);
  const lost: FaultEffects['lost'] = {};
  for (const name of ['serving', 'speed'] as const) {
    const rows = await readRowFiles(files, director.directory, `${name}-p`, '.lost');
    if (rows.count > 0) lost[name] = rows;
  }
  return { repeated, lost };
}

/**
 * An event that is delivered again is known by its offset, but for a stage that commits its position apart from its
 * writes.
 */
function doubles(effect: string | undefined, { stages }: Declaration, index: number): boolean {
  if (effect === 'lose-reply') return true;
  const stage = stages[index];
  return effect === 'deliver-again' && stage?.kind === 'increment-store' && stage.commit === 'after-write';
}

export const noEffects: FaultEffects = { repeated: [], lost: {} };
