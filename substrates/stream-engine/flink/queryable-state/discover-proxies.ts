/**
 * Where the queryable-state proxies of a cluster may listen: on the host of each task manager, at the ports that the
 * configuration names. Flink tells nobody which of several ports a task manager took, so all are candidates; a port
 * that nobody listens at is passed over.
 */
import type { FlinkRest } from '../rest/flink-rest.ts';

/** Flink's own default. */
const DEFAULT_PORTS = '9069';
const PORTS_OPTION = 'queryable-state.proxy.ports';
/** More candidates than this are not tried one by one. */
const MAX_PORTS = 100;

/** `host:port` of each candidate. Rejects as the REST client does. */
export async function discoverProxies(
  rest: Pick<FlinkRest, 'taskManagers' | 'clusterConfig'>,
  configuredPorts?: string,
): Promise<string[]> {
  const [taskManagers, config] = await Promise.all([rest.taskManagers(), rest.clusterConfig()]);
  const ports = portsOf(configuredPorts ?? config.get(PORTS_OPTION) ?? DEFAULT_PORTS);
  const hosts = [...new Set(taskManagers.map(({ host }) => host))];
  return hosts.flatMap((host) => ports.map((port) => `${host.includes(':') ? `[${host}]` : host}:${port}`));
}

/** Ports of a text like `9069,9071-9079`. Error if it is none. */
export function portsOf(text: string): number[] {
  const ports = text.split(',').flatMap((part) => {
    const match = /^\s*(\d+)(?:\s*-\s*(\d+))?\s*$/.exec(part);
    const from = Number(match?.[1]);
    const to = Number(match?.[2] ?? from);
    if (match === null || to < from || to > 65_535) {
      throw new RangeError(`${PORTS_OPTION} is a port, a range or a list of them, not '${text}'`);
    }
    return Array.from({ length: Math.min(to - from + 1, MAX_PORTS) }, (_, i) => from + i);
  });
  return ports.slice(0, MAX_PORTS);
}
