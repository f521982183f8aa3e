/** A broker in the test's own process that answers each request as it is told. */
import net from 'node:net';

export interface SeenRequest {
  api: number;
  version: number;
  correlation: number;
  /** What follows the header. */
  body: Buffer;
}

/** Gives the bytes of the response's body, or undefined to stay silent. */
export type Answer = (request: SeenRequest) => Buffer | undefined;

export interface ScriptedBroker {
  port: number;
  seen: SeenRequest[];
  sockets: net.Socket[];
  /** Resolves when so many requests have come. */
  received(count: number): Promise<void>;
  close(): Promise<void>;
}

/** `pieces`: responses are sent in pieces of so many bytes. */
export async function scriptBroker(answer: Answer, pieces = 1e9): Promise<ScriptedBroker> {
  const seen: SeenRequest[] = [];
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    let pending = Buffer.alloc(0);
    socket.on('data', async (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE(0)) {
        const frame = pending.subarray(4, 4 + pending.readInt32BE(0));
        pending = pending.subarray(4 + frame.length);
        const request = requestOf(frame);
        seen.push(request);
        const body = answer(request);
        if (body === undefined) continue;
        const response = Buffer.alloc(8);
        response.writeInt32BE(4 + body.length, 0);
        response.writeInt32BE(request.correlation, 4);
        await writeInPieces(socket, Buffer.concat([response, body]), pieces);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    seen,
    sockets,
    async received(count) {
      while (seen.length < count) await new Promise((resolve) => setImmediate(resolve));
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function requestOf(frame: Buffer): SeenRequest {
  const clientBytes = frame.readInt16BE(8);
  return {
    api: frame.readInt16BE(0),
    version: frame.readInt16BE(2),
    correlation: frame.readInt32BE(4),
    body: frame.subarray(10 + clientBytes),
  };
}

async function writeInPieces(socket: net.Socket, bytes: Buffer, pieces: number): Promise<void> {
  for (let at = 0; at < bytes.length; at += pieces) {
    socket.write(bytes.subarray(at, at + pieces));
    if (at + pieces < bytes.length) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Metadata of a cluster of one broker that leads partition 0 of topic `t`. */
export function metadataAnswer(port: number): Buffer {
  const head = '00000000 00000001 00000001 0009 3132372e302e302e31';
  const broker = `${port.toString(16).padStart(8, '0')} ffff ffff 00000001`;
  const topic = '00000001 0000 0001 74 00 00000001 0000 00000000 00000001';
  const replicas = '00000001 00000001 00000001 00000001 00000000';
  return Buffer.from([head, broker, topic, replicas].join('').replaceAll(' ', ''), 'hex');
}
