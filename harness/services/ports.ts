/** Whether ports of 127.0.0.1 are free. */
import { createServer } from 'node:net';
import { BenchError } from '../cli/bench-error.ts';

/** Throws `BenchError` that names the first port that somebody listens on. */
export async function requireFreePorts(service: string, ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    if (await isFree(port)) continue;
    throw new BenchError(
      'OB_PORT_IN_USE',
      `${service} needs port ${port} of 127.0.0.1, and another program listens there`,
      'End that program, or shift all ports with --port-offset N, such as --port-offset 100.',
    );
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
