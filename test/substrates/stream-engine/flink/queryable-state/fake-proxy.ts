/**
 * A queryable-state proxy in the test's own process: keeps state as it is told, answers in the reverse order and in
 * pieces if it is to, fails, stays silent, hangs up.
 */
import net from 'node:net';
import { failureFrame, requestOf, resultFrame, type SeenRequest } from './frame-bytes.ts';

/** What the proxy does with a request: bytes are sent, nothing is silence, `hang-up` ends the connection. */
export type Reply = (request: SeenRequest) => Buffer | 'silence' | 'hang-up';

export interface FakeProxy {
  readonly address: string;
  readonly seen: SeenRequest[];
  /** Most requests that waited for an answer at one time. */
  readonly mostInFlight: number;
  readonly connections: number;
  /** Ends all connections. */
  hangUp(): void;
  close(): Promise<void>;
}

export interface FakeProxyOptions {
  /** Answers go out in pieces of so many bytes. */
  pieceBytes?: number;
  port?: number;
}

export async function startProxy(reply: Reply, options: FakeProxyOptions = {}): Promise<FakeProxy> {
  const seen: SeenRequest[] = [];
  const sockets = new Set<net.Socket>();
  let mostInFlight = 0;
  let connections = 0;
  const server = net.createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    connections++;
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    let pending = Buffer.alloc(0);
    let waiting: SeenRequest[] = [];
    const answerAll = async (): Promise<void> => {
      mostInFlight = Math.max(mostInFlight, waiting.length);
      // The newest first: answers come in any order.
      const replies = waiting.reverse().map(reply);
      waiting = [];
      const bytes = replies.flatMap((one) => (typeof one === 'string' ? [] : [one]));
      await sendInPieces(socket, Buffer.concat(bytes), options.pieceBytes ?? 1e9);
      if (replies.includes('hang-up')) socket.destroy();
    };
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE(0)) {
        const request = requestOf(pending.subarray(4));
        pending = pending.subarray(4 + pending.readInt32BE(0));
        seen.push(request);
        if (waiting.push(request) === 1) setImmediate(() => void answerAll());
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const hangUp = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    address: `127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    seen,
    get mostInFlight() {
      return mostInFlight;
    },
    get connections() {
      return connections;
    },
    hangUp,
    close: () =>
      new Promise((resolve) => {
        hangUp();
        server.close(() => resolve());
      }),
  };
}

async function sendInPieces(socket: net.Socket, bytes: Buffer, pieceBytes: number): Promise<void> {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    socket.write(bytes.subarray(at, at + pieceBytes));
    if (at + pieceBytes < bytes.length) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Answers from a map of values by key; other keys are unknown. */
export function holding(values: ReadonlyMap<bigint, Buffer>): Reply {
  return ({ id, key }) => {
    const value = values.get(key);
    return value === undefined ? unknownKey(id) : resultFrame(id, value);
  };
}

export function unknownKey(id: bigint): Buffer {
  return failureFrame(id, 'org.apache.flink.queryablestate.exceptions.UnknownKeyOrNamespaceException', 'No state');
}

/** As the proxy of a task manager without a task of the job says it. */
export function unknownLocation(id: bigint): Buffer {
  return chainedFailure(id, 'UnknownLocationException: Could not retrieve location of state');
}

/** A failure that the proxy was told of itself. */
export function chainedFailure(id: bigint, cause: string): Buffer {
  const trace = `Failed request 7.\n Caused by: org.apache.flink.x.${cause}\n\tat org.apache.flink.A.b(A.java:1)\n`;
  return failureFrame(id, 'java.lang.RuntimeException', trace);
}
