/** F7: all connections to a server are reset, some times: of what was under way nobody knows whether it was done. */
import { afterLoss, lasting, networkFault } from './network.ts';

const TIMES = 5;

export const networkReset = networkFault(
  {
    kind: 'network-reset',
    row: 'F7',
    description: `All connections to a real server are reset, ${TIMES} times`,
    outcomeOf: afterLoss('may-repeat'),
    plan: lasting(0.4),
  },
  {
    otherwiseMs: 500,
    begin: async ({ tell, pause, durationMs }) => {
      for (let time = 1; time <= TIMES; time++) {
        await tell({ do: 'reset' });
        if (time < TIMES) await pause(durationMs / TIMES);
      }
    },
    spell: ({ resetConnections }) =>
      resetConnections === 0 ? undefined : `${resetConnections} connections were reset`,
  },
);
