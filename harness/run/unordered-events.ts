/**
 * How far the increments of a store may overtake each other: those of one batch of a stage are under way side by side
 * on Cassandra, and the server applies them as it comes to them. The other stores apply them as they were sent.
 */
import type { Declaration } from '../../substrates/declaration.ts';
import type { RunConfig } from '../config/run-config.ts';
import { parseStoreServer } from '../config/server-url.ts';
import { flagSource } from '../config/source.ts';
import { answeringStages } from '../measure/explain-truth.ts';

/** Events of a partition among which an answer may lack some and hold later ones; 0 where it may not. */
export function unorderedEventsOf(config: Pick<RunConfig, 'store' | 'speedStore'>, declaration: Declaration): number {
  const batches = answeringStages(declaration).map((stage) => {
    if (stage.kind !== 'increment-store') return 0;
    const [url, flag] =
      stage.store === 'speed' ? ([config.speedStore, 'speed-store'] as const) : ([config.store, 'store'] as const);
    return parseStoreServer(url, flagSource(flag)).server.kind === 'cassandra' ? stage.maxBatchEvents : 0;
  });
  return Math.max(0, ...batches);
}
