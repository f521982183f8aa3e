/**
 * Which faults may be done to which servers: asked before any work starts, so that a run never finds out in the middle
 * that a server is not its own.
 */
import type { Declaration } from '../../substrates/declaration.ts';
import { struckServer } from './kinds/network.ts';
import { engineOf, type ServerFacts } from './proxy/servers.ts';
import { faultDefinition } from './registry.ts';

/** A fault as it was asked for: a kind, and perhaps what it shall strike. */
export interface Wanted {
  kind: string;
  target?: Parameters<typeof struckServer>[2];
}

/** Why the faults may not be done; undefined if they may. What has nothing to strike is in nobody's way. */
export function whyForbidden(
  wanted: readonly Wanted[],
  declarations: readonly Declaration[],
  servers: readonly ServerFacts[],
): string | undefined {
  for (const { kind, target } of wanted) {
    const { forbidden, strikesEngine } = faultDefinition(kind);
    if (forbidden === undefined) continue;
    for (const declaration of declarations) {
      const server =
        strikesEngine && engineOf(servers) === 'flink'
          ? servers.find(({ roles }) => roles.includes('engine'))
          : struckServer(declaration, servers, target);
      const reason = server === undefined ? undefined : forbidden(server);
      if (reason !== undefined) return `${kind}: ${reason}`;
    }
  }
  return undefined;
}

/** True if one of the faults needs the workers' connections to pass the proxies. */
export function needsNetwork(wanted: readonly Wanted[]): boolean {
  return wanted.some(({ kind }) => faultDefinition(kind).needsNetwork === true);
}
