/** F7: the store applies a write and its reply is lost; whoever sends it again doubles it, unless it is idempotent. */
import { type FaultDefinition, writesNoStore } from '../fault.ts';
import { eventsOf, insideWorker, struckStore } from '../inside-worker.ts';
import { afterKill, atPosition } from './kill.ts';

const WRITES = 3;

export const replyLost: FaultDefinition = {
  kind: 'reply-lost',
  row: 'F7',
  description: 'The store applies some writes and their replies are lost, so that they are sent again',
  whyNot: writesNoStore,
  outcomeOf: afterKill,
  plan: (situation) => [atPosition(situation, situation.atMs)],
  inject: (context, specification) =>
    insideWorker(
      context,
      specification,
      { effect: 'lose-reply', store: struckStore(context, specification), writes: WRITES },
      (bites) => `${bites.length} writes of ${eventsOf(bites)} impressions were applied without a reply`,
    ),
};
