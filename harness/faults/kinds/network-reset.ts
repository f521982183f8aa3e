/** F7: all connections to a server are reset, some times: of what was under way nobody knows whether it was done. */
import type { FaultDefinition } from '../fault.ts';
import { afterLoss, foreign, lasting, noServer, strikeNetwork } from './network.ts';

const TIMES = 5;

export const networkReset: FaultDefinition = {
  kind: 'network-reset',
  row: 'F7',
  description: `All connections to a real server are reset, ${TIMES} times`,
  whyNot: noServer,
  outcomeOf: afterLoss('may-repeat'),
  engines: ['embedded', 'flink'],
  forbidden: foreign,
  needsNetwork: true,
  plan: lasting(0.4),
  inject: (context, specification) =>
    strikeNetwork(context, specification, {
      otherwiseMs: 500,
      begin: async ({ tell, pause, durationMs }) => {
        for (let time = 1; time <= TIMES; time++) {
          await tell({ do: 'reset' });
          if (time < TIMES) await pause(durationMs / TIMES);
        }
      },
      spell: ({ resetConnections }) =>
        resetConnections === 0 ? undefined : `${resetConnections} connections were reset`,
    }),
};
