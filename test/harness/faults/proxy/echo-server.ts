/** A server on a loopback port for tests of the proxy: it does with its connections as it is told. */
import { once } from 'node:events';
import net from 'node:net';

export interface TestServer {
  /** `host:port`. */
  address: string;
  /** Everything that it was sent, by connection. */
  received: { bytes: number; text: string }[];
  sockets: net.Socket[];
  close(): Promise<void>;
}

/** Sends back what it is sent, unless `serve` does something else with a connection. */
export async function startServer(
  serve: (socket: net.Socket) => void = (socket) => socket.on('data', (bytes) => socket.write(bytes)),
  atPort = 0,
): Promise<TestServer> {
  const sockets: net.Socket[] = [];
  const received: TestServer['received'] = [];
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    const of = { bytes: 0, text: '' };
    sockets.push(socket);
    received.push(of);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('end', () => socket.end());
    serve(socket);
    socket.on('data', (bytes) => {
      of.bytes += bytes.length;
      if (of.text.length < 1000) of.text += bytes.toString();
    });
  });
  server.listen(atPort, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    received,
    sockets,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** A client that keeps what it is sent, and how its connection ended. */
export class TestClient {
  readonly socket: net.Socket;
  text = '';
  bytes = 0;
  /** The code of the error that ended it, `end` without one. */
  readonly ended: Promise<string>;

  constructor(port: number) {
    this.socket = net.connect({ host: '127.0.0.1', port });
    this.socket.setNoDelay(true);
    this.socket.on('data', (bytes) => {
      this.bytes += bytes.length;
      if (this.text.length < 1000) this.text += bytes.toString();
    });
    let how = 'end';
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      how = error.code ?? error.message;
    });
    this.ended = new Promise((resolve) => this.socket.once('close', () => resolve(how)));
  }

  send(text: string): void {
    this.socket.write(text);
  }

  /** Resolves when at least so many bytes have come. */
  async has(bytes: number): Promise<void> {
    await eventually(() => this.bytes >= bytes);
  }
}

/** Resolves when it is so; a test that waits for what never comes times out. */
export async function eventually(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** Long enough for a few bytes to go anywhere on this machine. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 40));
}
