/**
 * Turns between processes of a test run: whoever holds a turn listens on a loopback port, and whoever waits for it
 * hangs on a connection until the holder closes it, or dies.
 */
import { once } from 'node:events';
import net from 'node:net';

/** Resolves with what gives the turn back, once nobody else has it. */
export async function takeTurn(port: number): Promise<() => Promise<void>> {
  for (;;) {
    const turn = await listenOn(port);
    if (turn !== undefined) return turn;
    await untilGivenBack(port);
  }
}

async function listenOn(port: number): Promise<(() => Promise<void>) | undefined> {
  const waiting = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    waiting.add(socket.on('error', () => undefined));
  });
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
  return async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of waiting) socket.destroy();
    await closed;
  };
}

async function untilGivenBack(port: number): Promise<void> {
  const socket = net.connect(port, '127.0.0.1');
  // A holder that has just gone refuses: that is an end, too.
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('close', resolve));
}
