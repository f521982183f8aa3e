/**
 * The real servers of a run, as faults see them: what each is used for, whose it is, and what it would forget if it
 * were killed. A run on embedded substrates has none. A Flink cluster is one of them, used for the engine.
 */
import type { StoreName } from '../../../substrates/declaration.ts';
import type { EventLogBinding } from '../../../substrates/event-log/event-log.ts';
import type { KeyValueStoreBinding } from '../../../substrates/key-value-store/key-value-store.ts';
import type { OwnedFlink } from '../../services/owned-flink.ts';

/** What a server is used for. */
export type Role = 'log' | StoreName | 'engine';

export function isStore(role: Role): role is StoreName {
  return role !== 'log' && role !== 'engine';
}

/**
 * `started`: by omegabench, which may kill it. `claimed`: the user says that it is theirs to break, so that its network
 * may be. `foreign`: nothing may be done to it.
 */
export type Ownership = 'started' | 'claimed' | 'foreign';

/** A server, or a cluster of them. */
export interface ServerFacts {
  kind: 'kafka' | 'redis' | 'cassandra' | 'flink';
  /** `host:port` of each node that the run was told of. */
  nodes: readonly string[];
  roles: readonly Role[];
  ownership: Ownership;
  /** What it has acknowledged outlives SIGKILL of its process. */
  survivesKill: boolean;
}

/** A server that omegabench itself has started. */
export interface OwnedServer {
  readonly name: string;
  readonly pid: number | undefined;
  kill(signal: 'SIGKILL'): unknown;
  /** Resolves when it answers again, at the same address, with what it kept. */
  restart(): Promise<unknown>;
}

/** The servers that omegabench itself has started, by address. */
export interface ServerControl {
  /** Of an address such as `redis://127.0.0.1:6379`; undefined if it is not ours. */
  ownedService(url: string): OwnedServer | undefined | Promise<OwnedServer | undefined>;
  /** The processes of a Flink that is ours. */
  ownedFlink?(url: string): Promise<OwnedFlink | undefined>;
}

/** The stores of a run, by what they are used for. */
export type StoreBindings = Partial<Record<StoreName, KeyValueStoreBinding>>;

const CASSANDRA_PORT = 9042;

/** The `host:port` of each server behind a log or a store; none if it is embedded. */
export function nodesOf(binding: EventLogBinding | KeyValueStoreBinding): string[] {
  switch (binding.kind) {
    case 'kafka':
      return [...binding.brokers];
    case 'redis':
      return binding.nodes.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`);
    case 'cassandra':
      return binding.contactPoints.map((point) => (/:\d+$/.test(point) ? point : `${point}:${CASSANDRA_PORT}`));
    default:
      return [];
  }
}

/**
 * One entry for each server or cluster, whatever number of uses it has. `control` knows which were started here; of the
 * others, `ownsServers` says whether the user has said that they are theirs to break.
 */
export async function serversOf(
  log: EventLogBinding,
  stores: StoreBindings,
  control: ServerControl,
  ownsServers: boolean,
): Promise<ServerFacts[]> {
  const found = new Map<string, ServerFacts & { roles: Role[] }>();
  const used = [['log', log], ...Object.entries(stores)] as [Role, EventLogBinding | KeyValueStoreBinding][];
  for (const [role, binding] of used) {
    const { kind } = binding;
    if (kind !== 'kafka' && kind !== 'redis' && kind !== 'cassandra') continue;
    const nodes = nodesOf(binding).sort();
    const key = [kind, ...nodes].join(' ');
    const known = found.get(key);
    if (known !== undefined) {
      known.roles.push(role);
      continue;
    }
    const owned = await Promise.all(nodes.map((node) => control.ownedService(`${kind}://${node}`)));
    const isOurs = owned.every((service) => service !== undefined);
    const ownership = isOurs ? 'started' : ownsServers ? 'claimed' : 'foreign';
    // The Redis that we start keeps nothing on the disk: what it holds is gone with its process.
    found.set(key, { kind, nodes, roles: [role], ownership, survivesKill: kind !== 'redis' });
  }
  return [...found.values()];
}

/** The Flink cluster of a run; `node` is the `host:port` of its REST. What it keeps outlives its processes. */
export async function flinkFacts(node: string, control: ServerControl, ownsServers: boolean): Promise<ServerFacts> {
  const isOurs = (await control.ownedFlink?.(`flink://${node}`)) !== undefined;
  const ownership = isOurs ? 'started' : ownsServers ? 'claimed' : 'foreign';
  return { kind: 'flink', nodes: [node], roles: ['engine'], ownership, survivesKill: true };
}

/** What runs the jobs of a run. */
export type EngineKind = 'embedded' | 'flink';

export function engineOf(servers: readonly ServerFacts[] = []): EngineKind {
  return servers.some(({ roles }) => roles.includes('engine')) ? 'flink' : 'embedded';
}

export function urlOf({ kind, nodes }: ServerFacts): string {
  return `${kind}://${nodes.join(',')}`;
}
