/**
 * Request and response over loopback TCP: frames of a 32-bit little-endian length and that many bytes, answers in
 * request order.
 */
import net from 'node:net';
import { type Connection, type RequestHandler, type Server, UnreachableError } from './runtime.ts';

const MAX_FRAME_BYTES = 64 * 1024 * 1024;

export async function serveSocket(handler: RequestHandler): Promise<Server> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    let turn = Promise.resolve();
    onFrames(socket, (request) => {
      turn = turn.then(async () => {
        const response = await handler(request);
        if (!socket.destroyed) socket.write(frame(response));
      });
      // A request that cannot be answered ends the connection; the peer sees it go away.
      turn.catch(() => socket.destroy());
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as net.AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

export async function connectSocket(address: string): Promise<Connection> {
  const [host, port] = address.split(':') as [string, string];
  const socket = net.connect({ host, port: Number(port) });
  socket.setNoDelay(true);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (error) => reject(new UnreachableError(`${address}: ${error.message}`)));
  });
  const waiting: { resolve: (bytes: Uint8Array) => void; reject: (error: Error) => void }[] = [];
  onFrames(socket, (response) => waiting.shift()?.resolve(response));
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    for (const request of waiting.splice(0)) request.reject(new UnreachableError(`${address} went away`));
  });
  return {
    request(bytes) {
      if (socket.destroyed) return Promise.reject(new UnreachableError(`${address} went away`));
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        socket.write(frame(bytes));
      });
    },
    close() {
      socket.destroy();
    },
  };
}

function frame(bytes: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(4 + bytes.length);
  out.writeUInt32LE(bytes.length, 0);
  out.set(bytes, 4);
  return out;
}

function onFrames(socket: net.Socket, handle: (bytes: Uint8Array) => void): void {
  let pending: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (pending.length >= 4) {
      const length = pending.readUInt32LE(0);
      if (length > MAX_FRAME_BYTES) {
        socket.destroy(new Error(`a frame of ${length} bytes is not from a peer of ours`));
        return;
      }
      if (pending.length < 4 + length) return;
      // A copy that is no Buffer: `slice` of a Buffer is a view, and its `buffer` belongs to others.
      handle(new Uint8Array(pending.subarray(4, 4 + length)));
      pending = pending.subarray(4 + length);
    }
  });
}
