/**
 * F5: requests to a server are lost, and whatever it still has to say comes through: a write that was under way may
 * have been applied in part.
 */
import type { FaultDefinition } from '../fault.ts';
import { afterLoss, foreign, fromHourEnd, noServer, strikeNetwork } from './network.ts';

export const networkDrop: FaultDefinition = {
  kind: 'network-drop',
  row: 'F5',
  description: 'Requests to a real server are lost for a while, its replies are not',
  whyNot: noServer,
  outcomeOf: afterLoss('may-repeat'),
  engines: ['embedded', 'flink'],
  forbidden: foreign,
  needsNetwork: true,
  plan: fromHourEnd(0.6),
  inject: (context, specification) =>
    strikeNetwork(context, specification, {
      otherwiseMs: 500,
      begin: async ({ tell }) => {
        await tell({ do: 'set', requests: { kind: 'drop' } });
      },
      spell: ({ requests, resetConnections }) =>
        requests.droppedBytes === 0
          ? undefined
          : `${requests.droppedBytes} bytes of requests were lost, and then ${resetConnections} connections`,
    }),
};
