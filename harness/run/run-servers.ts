/**
 * The real servers that a run works with, and which of them we have started ourselves: only of those the CPU time is
 * known, must the command counters agree with ours, and may anything be killed.
 */
import type { StoreName } from '../../substrates/declaration.ts';
import type { OwnedServer, Role, ServerControl, ServerFacts } from '../faults/proxy/servers.ts';
import { type RealServerPlaces, realServersOf } from '../faults/real-servers.ts';
import { type CommandCheck, commandDifferences } from '../measure/command-check.ts';
import { cpuSecondsOf } from '../measure/cpu.ts';
import { type OwnedFlink, ownedFlink } from '../services/owned-flink.ts';
import { ownedService } from '../services/services.ts';

export class RunServers {
  /** Empty where everything is embedded. */
  readonly facts: readonly ServerFacts[];
  readonly control: ServerControl;
  /** The processes of the engine's cluster, if they are ours. */
  readonly flink: OwnedFlink | undefined;
  readonly #owned: readonly OwnedServer[];

  private constructor(
    facts: readonly ServerFacts[],
    control: ServerControl,
    owned: readonly OwnedServer[],
    flink: OwnedFlink | undefined,
  ) {
    this.flink = flink;
    this.facts = facts;
    this.control = control;
    this.#owned = owned;
  }

  static async of(
    config: RealServerPlaces,
    control: ServerControl = { ownedService: (url) => ownedService(url), ownedFlink: (url) => ownedFlink(url) },
  ): Promise<RunServers> {
    const facts = await realServersOf(config, control);
    const owned: OwnedServer[] = [];
    let flink: OwnedFlink | undefined;
    for (const { kind, nodes, ownership } of facts) {
      if (kind === 'flink') flink = await control.ownedFlink?.(`flink://${nodes.join()}`);
      if (ownership !== 'started' || kind === 'flink') continue;
      for (const node of nodes) {
        const server = await control.ownedService(`${kind}://${node}`);
        if (server !== undefined) owned.push(server);
      }
    }
    // One for the whole run: it knows which process stands in the place of one that was killed.
    const ofRun = flink === undefined ? control : { ...control, ownedFlink: async () => flink };
    return new RunServers(facts, ofRun, owned, flink);
  }

  /** Whether a server is ours alone, so that its own counters must agree with ours. */
  owns(role: Role): boolean {
    return this.facts.some(({ roles, ownership }) => roles.includes(role) && ownership === 'started');
  }

  /** CPU seconds, user and system, of the servers that we started; 0 where there are none. */
  cpuSeconds(): number {
    const pids = [...this.#owned.flatMap(({ pid }) => pid ?? []), ...(this.flink?.pids() ?? [])];
    return pids.reduce((sum, pid) => sum + (cpuSecondsOf(pid) ?? 0), 0);
  }

  /** Servers whose CPU time nobody knows. */
  foreign(): ServerFacts[] {
    return this.facts.filter(({ ownership }) => ownership !== 'started');
  }
}

/** Differences between what was sent and what servers of ours have counted; on others anybody may send commands. */
export function differencesOn(
  servers: RunServers,
  checks: Partial<Record<StoreName, readonly CommandCheck[]>>,
): string[] {
  return (Object.entries(checks) as [StoreName, readonly CommandCheck[]][]).flatMap(([store, check]) =>
    servers.owns(store) ? commandDifferences(store, check) : [],
  );
}
