/** F14: a fifth of the impressions come out of order, within the bound that the watermark allows for. */
import { SyntheticStream } from '../../../generators/synthetic-stream.ts';
import type { FaultDefinition } from '../fault.ts';
import { countDelays } from './delays.ts';
import { offered, synthetic } from './offered.ts';

const SHARE = 0.2;

export const outOfOrder: FaultDefinition = {
  kind: 'out-of-order',
  row: 'F14',
  description: 'A fifth of all impressions come out of order, within the bound',
  engines: ['embedded', 'flink'],
  whyNot: () => undefined,
  outcomeOf: () => 'exact',
  plan: () => [{ trigger: { at: 'time', afterStartMs: 0 } }],
  prepare: (_, offer) => ({
    ...offer,
    stream: { ...synthetic(offer.stream, 'out-of-order'), outOfOrderFraction: SHARE },
  }),
  inject: async (context) => {
    const { outOfOrderEvents } = countDelays(new SyntheticStream(synthetic(context.offer.stream, 'out-of-order')));
    return offered(context, `${outOfOrderEvents} impressions come after one that happened later`, outOfOrderEvents > 0);
  },
};
