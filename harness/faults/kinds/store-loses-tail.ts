/**
 * F6: the store crashes and comes back without the last writes that it had acknowledged. Whoever has committed past
 * them never writes them again; what the store forgot is written down row by row, and is the prediction.
 */
import type { Declaration } from '../../../substrates/declaration.ts';
import { type FaultDefinition, writesNoStore } from '../fault.ts';
import { durationOf, eventsOf, insideWorker, struckStore } from '../inside-worker.ts';
import type { ServerFacts } from '../proxy/servers.ts';
import { atPosition } from './kill.ts';

/** Acknowledged writes of one partition that are forgotten. */
const WRITES = 2;

/** A store that forgets is one whose keys are set back to what they held. */
function countsInCassandra(declaration: Declaration, servers: readonly ServerFacts[] = []): string | undefined {
  const struck = struckStore({ declaration });
  const isCassandra = servers.some(({ kind, roles }) => kind === 'cassandra' && roles.includes(struck));
  const increments = declaration.stages.some((stage) => {
    if (stage.kind === 'increment-store') return stage.store === struck;
    return stage.kind === 'window-state' && stage.onClose.kind === 'increment' && stage.onClose.store === struck;
  });
  return isCassandra && increments ? 'Cassandra cannot set a counter back to what it held' : undefined;
}

export const storeLosesTail: FaultDefinition = {
  kind: 'store-loses-tail',
  row: 'F6',
  description: `The store crashes and forgets the last one or ${WRITES} writes of a partition that it had acknowledged`,
  whyNot: (declaration, servers) => writesNoStore(declaration) ?? countsInCassandra(declaration, servers),
  outcomeOf: (stage, declaration) => {
    const struck = struckStore({ declaration });
    if (stage.kind !== 'window-state') return stage.store === struck ? 'loses' : 'exact';
    return stage.onClose.kind !== 'nothing' && stage.onClose.store === struck ? 'loses' : 'exact';
  },
  plan: (situation) => [{ ...atPosition(situation, situation.atMs), durationMs: 0.2 * situation.hourMs }],
  inject: (context, specification) =>
    insideWorker(
      context,
      specification,
      {
        effect: 'lose-tail',
        store: struckStore(context, specification),
        // A window or a batch load is a write or two, and the store must be called once more to be found as it is.
        writes: context.declaration.stages.some(({ kind }) => kind === 'increment-store') ? WRITES : 1,
        durationMs: durationOf(specification, 200),
      },
      (bites) => `the store forgot ${eventsOf(bites)} impressions that it had acknowledged`,
    ),
};
