/** F8 on Flink: the way from the job to its store takes longer, so that the sink holds the job back. */
import type { FaultDefinition } from '../fault.ts';
import { notOnFlink } from './flink.ts';
import { afterLoss, foreign, fromHourEnd, noServer, strikeNetwork } from './network.ts';

/** In each direction; a batch takes 1 to 5 ms. */
const DELAY = { ms: 25, jitterMs: 5 } as const;

export const flinkSlowSink: FaultDefinition = {
  kind: 'flink-slow-sink',
  row: 'F8',
  description: `Requests of the Flink job to its store, and the replies, each come ${DELAY.ms} ms later, for a while`,
  engines: ['flink'],
  whyNot: (declaration, servers) => notOnFlink(declaration, servers) ?? noServer(declaration, servers),
  outcomeOf: afterLoss('stale'),
  forbidden: foreign,
  needsNetwork: true,
  plan: fromHourEnd(0.6),
  inject: (context, specification) =>
    strikeNetwork(context, specification, {
      otherwiseMs: 2000,
      begin: async ({ tell }) => {
        const mode = { kind: 'delay', ...DELAY } as const;
        await tell({ do: 'set', requests: mode, replies: mode });
      },
      spell: ({ requests, replies }) => {
        const chunks = requests.delayedChunks + replies.delayedChunks;
        return chunks === 0 ? undefined : `${chunks} chunks came ${DELAY.ms} ms later`;
      },
    }),
};
