/**
 * F8: every call of the store takes much longer, for a while: backlog grows where each event is written, and nothing
 * else.
 */
import { type FaultDefinition, writesNoStore } from '../fault.ts';
import { callsOf, durationOf, insideWorker } from '../inside-worker.ts';
import { atPosition } from './kill.ts';

/** A batch takes 1 to 5 ms. */
const DELAY_MS = 25;

export const slowStore: FaultDefinition = {
  kind: 'slow-store',
  row: 'F8',
  description: `Every call of the workers to the store takes ${DELAY_MS} ms longer, for a while`,
  whyNot: writesNoStore,
  outcomeOf: () => 'stale',
  plan: (situation) => [{ ...atPosition(situation, situation.atMs), durationMs: 0.6 * situation.hourMs }],
  inject: (context, specification) => {
    const { store } = specification.target;
    const durationMs = durationOf(specification, 1000);
    return insideWorker(
      context,
      specification,
      { effect: 'slow-store', durationMs, delayMs: DELAY_MS, ...(store === undefined ? {} : { store }) },
      (bites) => `${callsOf(bites)} calls of the store took ${DELAY_MS} ms longer`,
    );
  },
};
