/** F9: every packet to a server and back comes later, by less than a time-out: that costs time, and never a count. */
import { afterLoss, fromHourEnd, networkFault } from './network.ts';

/** In each direction. */
const DELAY = { ms: 20, jitterMs: 10 } as const;

export const networkDelay = networkFault(
  {
    kind: 'network-delay',
    row: 'F9',
    description: `Requests to a real server, and its replies, each come ${DELAY.ms} ± ${DELAY.jitterMs} ms later, for a while`,
    outcomeOf: afterLoss('stale'),
    plan: fromHourEnd(0.6),
  },
  {
    otherwiseMs: 1000,
    begin: async ({ tell }) => {
      const mode = { kind: 'delay', ...DELAY } as const;
      await tell({ do: 'set', requests: mode, replies: mode });
    },
    spell: ({ requests, replies }) => {
      const chunks = requests.delayedChunks + replies.delayedChunks;
      return chunks === 0 ? undefined : `${chunks} chunks came ${DELAY.ms} ± ${DELAY.jitterMs} ms later`;
    },
  },
);
