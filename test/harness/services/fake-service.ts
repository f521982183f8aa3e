/** A service for tests: a small node script that answers PING, or does not, on a free port. */
import { createServer } from 'node:net';
import { probeRedis } from '../../../harness/services/probes/redis.ts';
import type { ServiceDeclaration } from '../../../harness/services/service.ts';

export type Behaviour = 'answers' | 'dies' | 'silent' | 'answers and ignores SIGTERM';

/** What it was told is in its config; each start adds a line to data/starts. */
const SERVER = `
const { behaviour, port } = JSON.parse(require('node:fs').readFileSync('conf/fake.json', 'utf8'));
require('node:fs').appendFileSync('data/starts', 'started\\n');
console.log('fake server says hello');
if (behaviour === 'dies') {
  console.error('fake server has no memory left');
  process.exit(1);
}
if (behaviour.endsWith('ignores SIGTERM')) process.on('SIGTERM', () => console.log('ignored'));
if (behaviour === 'silent') setInterval(() => {}, 1000);
else require('node:net').createServer((socket) => socket.on('error', () => {}).end('+PONG\\r\\n')).listen(port, '127.0.0.1');
`;

const FORMAT = `require('node:fs').writeFileSync('data/formatted', 'yes');`;

export function fakeService(
  name: string,
  port: number,
  behaviour: Behaviour = 'answers',
  startWithinMs = 60_000,
): ServiceDeclaration {
  return {
    name,
    ports: [port],
    startWithinMs,
    url: (clientPort) => `fake://127.0.0.1:${clientPort}/0`,
    probe: probeRedis,
    install: async () => ({
      version: '1.2.3',
      format: { file: process.execPath, args: ['-e', FORMAT] },
      serve: { file: process.execPath, args: ['-e', SERVER], yields: true },
    }),
    files: (portOffset) => ({ 'conf/fake.json': JSON.stringify({ behaviour, port: port + portOffset }) }),
  };
}

/** Ports that nobody listens on, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(
    servers.map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
