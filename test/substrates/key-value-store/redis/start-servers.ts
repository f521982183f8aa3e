/** Redis servers of a test's own: one, or a cluster of three masters, on loopback, stopped by their pids. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { RawLane } from '../../../../substrates/key-value-store/redis/raw-lane.ts';

const NODES = 3;
const SLOTS = 16_384;

export interface Cluster {
  nodes: { host: string; port: number }[];
  stop(): Promise<void>;
}

/** One server that nobody else uses. Error if neither redis-server nor valkey-server is on PATH. */
export async function startServer(directory: string): Promise<Cluster> {
  const servers = startPrograms(directory, await freePorts(1), () => []);
  return ready(servers, async ([node]) => (await untilOpen(node as Cluster['nodes'][number])).close());
}

/** One server that speaks TLS only, with this certificate, and wants the password. Error as `startServer`. */
export async function startSecuredServer(
  directory: string,
  { key, certificate, password }: { key: string; certificate: string; password: string },
): Promise<Cluster> {
  const ports = await freePorts(1);
  const servers = startPrograms(directory, ports, () => [
    ...['--tls-port', String(ports[0]), '--port', '0', '--tls-auth-clients', 'no', '--requirepass', password],
    ...['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate],
  ]);
  return ready(servers, async ([node]) => untilListens(node as Cluster['nodes'][number]));
}

/** Error if neither redis-server nor valkey-server is on PATH. */
export async function startCluster(directory: string): Promise<Cluster> {
  const ports = await freePorts(2 * NODES);
  const busPorts = ports.slice(NODES);
  const servers = startPrograms(directory, ports.slice(0, NODES), (i) => [
    ...['--cluster-enabled', 'yes'],
    ...['--cluster-port', String(busPorts[i])],
  ]);
  return ready(servers, (nodes) => joinNodes(nodes, busPorts));
}

function startPrograms(directory: string, ports: readonly number[], more: (i: number) => string[]): Cluster {
  const program = ['redis-server', 'valkey-server'].find((name) => spawnSync(name, ['--version']).status === 0);
  if (program === undefined) throw new Error('a test with its own Redis needs redis-server or valkey-server on PATH');
  const nodes = ports.map((port) => ({ host: '127.0.0.1', port }));
  const children = nodes.map(({ host, port }, i) => {
    const folder = join(directory, String(port));
    mkdirSync(folder);
    const options = ['--bind', host, '--port', String(port), '--save', '', '--appendonly', 'no', '--dir', folder];
    return spawn(program, [...options, ...more(i)], { stdio: 'ignore' });
  });
  const stop = async (): Promise<void> => {
    await Promise.all(children.map(stopChild));
  };
  return { nodes, stop };
}

async function ready(servers: Cluster, prepare: (nodes: Cluster['nodes']) => Promise<void>): Promise<Cluster> {
  try {
    await prepare(servers.nodes);
    return servers;
  } catch (error) {
    await servers.stop();
    throw error;
  }
}

/** Gives each node a third of the slots, and waits until all know it. */
async function joinNodes(nodes: Cluster['nodes'], busPorts: readonly number[]): Promise<void> {
  const lanes = await Promise.all(nodes.map((node) => untilOpen(node)));
  const ask = async (lane: RawLane, ...words: [string, ...string[]]): Promise<unknown> => {
    lane.stage(...words);
    const [reply] = await lane.flush();
    if (reply instanceof Error) throw reply;
    return reply;
  };
  try {
    for (const [i, lane] of lanes.entries()) {
      const [from, to] = [i, i + 1].map((third) => Math.floor((third * SLOTS) / NODES)) as [number, number];
      await ask(lane, 'CLUSTER', 'ADDSLOTSRANGE', String(from), String(to - 1));
      const port = String(nodes[i]?.port);
      if (i > 0) await ask(lanes[0] as RawLane, 'CLUSTER', 'MEET', '127.0.0.1', port, String(busPorts[i]));
    }
    for (const lane of lanes) {
      while (!String(await ask(lane, 'CLUSTER', 'INFO')).includes('cluster_state:ok')) await soon();
      while (((await ask(lane, 'CLUSTER', 'SLOTS')) as unknown[]).length < NODES) await soon();
    }
  } finally {
    for (const lane of lanes) lane.close();
  }
}

async function untilOpen(node: { host: string; port: number }): Promise<RawLane> {
  for (let tries = 0; ; tries++) {
    try {
      return await RawLane.open({ ...node, database: 0, tls: false });
    } catch (error) {
      if (tries === 200) throw error;
      await soon();
    }
  }
}

async function untilListens(node: { host: string; port: number }): Promise<void> {
  for (let tries = 0; ; tries++) {
    const socket = net.connect(node);
    try {
      await once(socket, 'connect');
      return;
    } catch (error) {
      if (tries === 200) throw error;
      await soon();
    } finally {
      socket.destroy();
    }
  }
}

function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = net.createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
