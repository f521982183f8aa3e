/** What a fault of real servers needs to strike: real time, a link in this process, and workers that only listen. */
import { findArchitecture } from '../../architectures/registry.ts';
import type { FaultContext, FaultSpecification } from '../../harness/faults/fault.ts';
import { Link } from '../../harness/faults/proxy/link.ts';
import type { ServerFacts } from '../../harness/faults/proxy/servers.ts';
import type { WorkerFault } from '../../harness/faults/worker/worker-fault.ts';
import { MonotonicClock } from '../../substrates/clock.ts';
import type { Declaration } from '../../substrates/declaration.ts';
import { MemoryFiles } from '../../substrates/memory-files.ts';

export const redisAt = (address: string, changes: Partial<ServerFacts> = {}): ServerFacts => ({
  kind: 'redis',
  nodes: [address],
  roles: ['serving'],
  ownership: 'started',
  survivesKill: false,
  ...changes,
});

export interface StruckNetwork {
  context: FaultContext;
  link: Link;
  /** What workers were told of, and what was healed. */
  armed: WorkerFault[];
  healed: string[];
}

export async function struckNetwork(server: ServerFacts, name = 'alpha', more = {}): Promise<StruckNetwork> {
  const clock = MonotonicClock.readingNow(0);
  const [address = ''] = server.nodes;
  const link = await Link.open({ server: address, index: 0, seed: 1, clock });
  const armed: WorkerFault[] = [];
  const healed: string[] = [];
  const director = {
    directory: 'faults',
    arm: (_: unknown, faults: WorkerFault[]) => armed.push(...faults),
    heal: (id: string) => healed.push(id),
  };
  const runtime = {
    clock,
    files: new MemoryFiles(),
    sleep: (durationMs: number) => new Promise<void>((resolve) => setTimeout(resolve, durationMs)),
  };
  const context = {
    runtime,
    director,
    declaration: findArchitecture(name) as Declaration,
    startMs: 0,
    realServers: [server],
    network: { tell: async (_: string, command: Parameters<Link['tell']>[0]) => link.tell(command) },
    ...more,
  } as unknown as FaultContext;
  return { context, link, armed, healed };
}

/** Strikes so many ms after the start of the stream. */
export function atTime(kind: string, afterStartMs: number, durationMs: number): FaultSpecification {
  return { id: kind, kind, target: {}, trigger: { at: 'time', afterStartMs }, durationMs, seed: 1 };
}
