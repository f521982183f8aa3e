/**
 * Which faults an act has: kinds by name, spread over the second half of the stream where each strikes where it
 * chooses, or a plan that says everything.
 */
import type { ImpressionSource } from '../../generators/impression-source.ts';
import type { Declaration } from '../../substrates/declaration.ts';
import { type FaultSpecification, type Situation, type Strike, whyNot } from './fault.ts';
import { engineOf, type ServerFacts } from './proxy/servers.ts';
import { faultDefinition } from './registry.ts';

/** What of a stream a plan goes by. */
export type PlannedStream = Pick<ImpressionSource, 'startMs' | 'endMs' | 'hourMs' | 'partitions' | 'length' | 'dueBy'>;

/** Where a fault could strike at that time; in the partition with the most impressions, if none is given. */
export function situationAt(
  declaration: Declaration,
  stream: PlannedStream,
  atMs: number,
  hourMs: number,
  partition = busiestPartition(stream),
): Situation {
  // A stream may be so short that nothing is left after a time: the last impression is always there to be reached.
  const offsetAt = (timeMs: number): number =>
    Math.max(0, Math.min(stream.dueBy(partition, timeMs), stream.length(partition) - 1));
  return { declaration, partition, startMs: stream.startMs, atMs, hourMs, offsetAt };
}

/** The strikes of a kind as specifications; none where it has nothing to strike. */
export function specificationsOf(
  kind: string,
  id: string,
  situation: Situation,
  seed: number,
  servers: readonly ServerFacts[] = [],
): FaultSpecification[] {
  const definition = faultDefinition(kind);
  if (whyNot(definition, situation.declaration, servers) !== undefined) return [];
  const strikes = definition.plan({ ...situation, engine: engineOf(servers) });
  return strikes.map((strike: Strike, index) => ({
    id: strikes.length === 1 ? id : `${id} ${index + 1}`,
    kind,
    seed,
    trigger: strike.trigger,
    target: { partition: situation.partition, ...strike.target },
    ...(strike.durationMs === undefined ? {} : { durationMs: strike.durationMs }),
  }));
}

/** One or more kinds, the first at `fromMs`, the others evenly over what is left until `toMs`. */
export function planKinds(
  kinds: readonly string[],
  declaration: Declaration,
  stream: PlannedStream,
  times: { fromMs: number; toMs: number; hourMs: number },
  seed: number,
  servers: readonly ServerFacts[] = [],
): FaultSpecification[] {
  const spanMs = Math.max(0, times.toMs - times.fromMs);
  return kinds.flatMap((kind, index) => {
    const atMs = times.fromMs + (index * spanMs) / kinds.length;
    return specificationsOf(kind, kind, situationAt(declaration, stream, atMs, times.hourMs), seed, servers);
  });
}

function busiestPartition(stream: PlannedStream): number {
  const lengths = Array.from({ length: stream.partitions }, (_, partition) => stream.length(partition));
  return lengths.indexOf(Math.max(...lengths));
}
