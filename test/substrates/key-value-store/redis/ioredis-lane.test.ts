/** What a lane through ioredis leaves at its socket, against a server that says OK to everything. */
import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import net from 'node:net';
import { expect, test } from '@jest/globals';
import { IoredisLane } from '../../../../substrates/key-value-store/redis/ioredis-lane.ts';

/** Answers each command; a client that asks what it talks to is told that nothing is loading. */
async function agreeableServer(): Promise<net.Server> {
  const info = 'redis_version:7.2.0\r\nloading:0\r\n';
  const server = net.createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      for (const command of bytes.toString().match(/\*\d+\r\n\$\d+\r\n\w+/g) ?? []) {
        const name = command.slice(command.lastIndexOf('\n') + 1).toLowerCase();
        socket.write(name === 'info' ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n');
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

test('a lane that is closed again and again, as by whoever waits for its server, is closed once', async () => {
  const server = await agreeableServer();
  const sockets: net.Socket[] = [];
  const keep = (message: unknown): void => void sockets.push((message as { socket: net.Socket }).socket);
  const connections = channel('net.client.socket');
  connections.subscribe(keep);
  try {
    const { port } = server.address() as net.AddressInfo;
    const lane = await IoredisLane.open({ host: '127.0.0.1', port, database: 0, tls: false });
    expect(lane.usable).toBe(true);
    const [socket] = sockets as [net.Socket];
    lane.close();
    if (!socket.destroyed) await once(socket, 'close');
    const left = socket.listenerCount('close');
    for (let times = 0; times < 20; times++) lane.close();
    expect(socket.listenerCount('close')).toBe(left);
    expect(lane.usable).toBe(false);
  } finally {
    connections.unsubscribe(keep);
    server.close();
  }
});
