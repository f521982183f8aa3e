/**
 * F5: requests to a server are lost, and whatever it still has to say comes through: a write that was under way may
 * have been applied in part.
 */
import { afterLoss, fromHourEnd, networkFault } from './network.ts';

export const networkDrop = networkFault(
  {
    kind: 'network-drop',
    row: 'F5',
    description: 'Requests to a real server are lost for a while, its replies are not',
    outcomeOf: afterLoss('may-repeat'),
    plan: fromHourEnd(0.6),
  },
  {
    otherwiseMs: 500,
    begin: async ({ tell }) => {
      await tell({ do: 'set', requests: { kind: 'drop' } });
    },
    spell: ({ requests, resetConnections }) =>
      requests.droppedBytes === 0
        ? undefined
        : `${requests.droppedBytes} bytes of requests were lost, and then ${resetConnections} connections`,
  },
);
