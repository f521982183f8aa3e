/**
 * F10: a worker reads nothing from the log for longer than its supervisor would wait for a sign of life; it lives and
 * says so.
 */
import type { FaultDefinition } from '../fault.ts';
import { callsOf, durationOf, insideWorker } from '../inside-worker.ts';
import { atPosition } from './kill.ts';

/** What the embedded engine waits for if nobody says otherwise. */
const ENGINE_SILENCE_MS = 5000;

export const partitionFromLog: FaultDefinition = {
  kind: 'partition-from-log',
  row: 'F10',
  description: 'A worker is cut off from the log for a while, and not from its supervisor',
  whyNot: () => undefined,
  outcomeOf: () => 'stale',
  plan: (situation) => [atPosition(situation, situation.atMs)],
  inject: (context, specification) => {
    const durationMs = durationOf(specification, 1.2 * (context.silentAfterMs ?? ENGINE_SILENCE_MS));
    return insideWorker(
      context,
      specification,
      { effect: 'withhold-log', durationMs },
      (bites) => `${callsOf(bites)} reads of the log found nothing in ${Math.round(durationMs)} ms`,
    );
  },
};
