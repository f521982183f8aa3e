/** F12: the log delivers blocks twice, at the same offsets; whoever goes by offsets knows them. */
import type { FaultDefinition } from '../fault.ts';
import { eventsOf, insideWorker } from '../inside-worker.ts';
import { atPosition } from './kill.ts';

const BLOCKS = 5;

export const duplicateDelivery: FaultDefinition = {
  kind: 'duplicate-delivery',
  row: 'F12',
  description: 'The log delivers some blocks of a partition twice, at the same offsets',
  whyNot: () => undefined,
  outcomeOf: (stage) => (stage.kind === 'increment-store' && stage.commit === 'after-write' ? 'repeats' : 'exact'),
  plan: (situation) => [atPosition(situation, situation.atMs)],
  inject: (context, specification) =>
    insideWorker(context, specification, { effect: 'deliver-again', blocks: BLOCKS }, (bites) => {
      return `${bites.length} blocks of ${eventsOf(bites)} impressions were delivered twice`;
    }),
};
