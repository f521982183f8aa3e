/** F5: nothing comes through to a server or back from it, and no connection breaks: only time-outs tell. */
import { afterLoss, fromHourEnd, networkFault } from './network.ts';

export const networkBlackHole = networkFault(
  {
    kind: 'network-black-hole',
    row: 'F5',
    description: 'Nothing comes through to a real server or back from it for a while, and no connection breaks',
    outcomeOf: afterLoss('may-repeat'),
    plan: fromHourEnd(0.6),
  },
  {
    otherwiseMs: 500,
    begin: async ({ tell }) => {
      await tell({ do: 'set', requests: { kind: 'drop' }, replies: { kind: 'drop' } });
    },
    spell: ({ requests, replies }) => {
      const bytes = requests.droppedBytes + replies.droppedBytes;
      return bytes === 0
        ? undefined
        : `${requests.droppedBytes} bytes of requests and ${replies.droppedBytes} of replies were lost`;
    },
  },
);
