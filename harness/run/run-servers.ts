/**
 * The real servers that a run works with, and which of them we have started ourselves: only of those the CPU time is
 * known, must the command counters agree with ours, and may anything be killed.
 */
import type { StoreName } from '../../substrates/declaration.ts';
import type { OwnedServer, Role, ServerControl, ServerFacts } from '../faults/proxy/servers.ts';
import { type RealServerPlaces, realServersOf } from '../faults/real-servers.ts';
import { type CommandCheck, commandDifferences } from '../measure/command-check.ts';
import { cpuSecondsOf } from '../measure/cpu.ts';
import { ownedService } from '../services/services.ts';

export class RunServers {
  /** Empty where everything is embedded. */
  readonly facts: readonly ServerFacts[];
  readonly control: ServerControl;
  readonly #owned: readonly OwnedServer[];

  private constructor(facts: readonly ServerFacts[], control: ServerControl, owned: readonly OwnedServer[]) {
    this.facts = facts;
    this.control = control;
    this.#owned = owned;
  }

  static async of(
    config: RealServerPlaces,
    control: ServerControl = { ownedService: (url) => ownedService(url) },
  ): Promise<RunServers> {
    const facts = await realServersOf(config, control);
    const owned: OwnedServer[] = [];
    for (const { kind, nodes, ownership } of facts) {
      if (ownership !== 'started') continue;
      for (const node of nodes) {
        const server = await control.ownedService(`${kind}://${node}`);
        if (server !== undefined) owned.push(server);
      }
    }
    return new RunServers(facts, control, owned);
  }

  /** Whether a server is ours alone, so that its own counters must agree with ours. */
  owns(role: Role): boolean {
    return this.facts.some(({ roles, ownership }) => roles.includes(role) && ownership === 'started');
  }

  /** CPU seconds, user and system, of the servers that we started; 0 where there are none. */
  cpuSeconds(): number {
    return this.#owned.reduce((sum, { pid }) => sum + (pid === undefined ? 0 : (cpuSecondsOf(pid) ?? 0)), 0);
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
