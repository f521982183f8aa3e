/**
 * F15: some impressions come later than the watermark allows for: windows drop and count them, batch jobs put them
 * where they arrive.
 */
import { SyntheticStream } from '../../../generators/synthetic-stream.ts';
import type { FaultDefinition } from '../fault.ts';
import { countDelays } from './delays.ts';
import { offered, synthetic } from './offered.ts';

const SHARE = 0.02;

export const lateEvents: FaultDefinition = {
  kind: 'late-events',
  row: 'F15',
  description: 'One impression in fifty comes later than the bound, by up to an hour',
  engines: ['embedded', 'flink'],
  whyNot: () => undefined,
  outcomeOf: (stage) => {
    if (stage.kind === 'window-state') return 'drops';
    if (stage.kind === 'increment-store') return 'exact';
    return stage.bucketBy === 'arrival-time' ? 'misplaces' : 'loses';
  },
  plan: () => [{ trigger: { at: 'time', afterStartMs: 0 } }],
  prepare: (_, offer) => {
    const stream = synthetic(offer.stream, 'late-events');
    return { ...offer, stream: { ...stream, lateFraction: SHARE, maxLateMs: stream.hourMs } };
  },
  inject: async (context) => {
    const { lateEvents: late } = countDelays(new SyntheticStream(synthetic(context.offer.stream, 'late-events')));
    return offered(context, `${late} impressions come later than the bound`, late > 0);
  },
};
