/** The same architecture with other options beside its default: their names, and the fastest among them. */
import { isFlink } from '../config/run-config.ts';
import type { Rung } from '../results/acts.ts';
import type { ArchitectureResult, Result } from '../results/schema.ts';

export function otherRungs(found: ArchitectureResult | undefined): Rung[] {
  return (found?.rungs ?? []).filter((rung) => !rung.isDefault);
}

/** The rung that is hardest to beat; undefined where the default itself is at least as fast. */
export function fasterRung(found: ArchitectureResult | undefined, eventsPerSecond: number): Rung | undefined {
  return otherRungs(found).reduce<Rung | undefined>(
    (best, rung) => (rung.eventsPerSecond > (best?.eventsPerSecond ?? eventsPerSecond) ? rung : best),
    undefined,
  );
}

/**
 * On Redis alpha's rungs are clients, and its default is one of them; elsewhere, and on Flink, whose job has a client
 * of its own, the default needs no name.
 */
export function defaultRungName({ config, environment }: Result, architecture: string): string | undefined {
  if (architecture !== 'alpha' || environment.substrates.keyValueStore.name !== 'redis') return undefined;
  if (isFlink(config.engine ?? 'embedded')) return undefined;
  return config.redisClient ?? 'pipeline';
}
