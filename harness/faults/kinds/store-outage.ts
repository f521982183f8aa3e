/** F5: the store cannot be reached by anybody's writes for a while; whoever needs it waits and goes on where it was. */
import { type FaultDefinition, writesNoStore } from '../fault.ts';
import { callsOf, durationOf, insideWorker } from '../inside-worker.ts';
import { atPosition } from './kill.ts';

export const storeOutage: FaultDefinition = {
  kind: 'store-outage',
  row: 'F5',
  description: 'The store refuses every call of the workers for a while, from the first one after the trigger on',
  whyNot: writesNoStore,
  outcomeOf: () => 'stale',
  plan: (situation) => [{ ...atPosition(situation, situation.atMs), durationMs: 0.6 * situation.hourMs }],
  inject: (context, specification) => {
    const { store } = specification.target;
    const durationMs = durationOf(specification, 1000);
    return insideWorker(
      context,
      specification,
      { effect: 'store-outage', durationMs, ...(store === undefined ? {} : { store }) },
      (bites) => `the store refused ${callsOf(bites)} calls in ${Math.round(durationMs)} ms`,
    );
  },
};
