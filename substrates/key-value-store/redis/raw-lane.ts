/**
 * A lane that writes Redis's protocol to a bare socket: the leanest client that still reads, counts and checks every
 * reply. Also what reads, scans and questions to the server go through, whatever client is measured.
 */
import net from 'node:net';
import tls from 'node:tls';
import { reached, tlsName } from '../../via.ts';
import type { CounterKey } from './key-space.ts';
import {
  addressOf,
  CONNECT_TIMEOUT_MS,
  type Endpoint,
  type Lane,
  LaneError,
  type Reply,
  Tally,
  timeoutMsOf,
  within,
} from './lane.ts';
import { explainReply } from './refusals.ts';
import { RespParser } from './resp-parser.ts';
import { RespWriter } from './resp-writer.ts';

interface Waiting {
  replies: Reply[];
  expected: number;
  resolve: (replies: Reply[]) => void;
  reject: (error: Error) => void;
}

export class RawLane implements Lane {
  readonly #address: string;
  readonly #socket: net.Socket;
  readonly #writer = new RespWriter();
  readonly #tally = new Tally();
  #staged = 0;
  #waiting: Waiting | undefined;
  #failure: Error | undefined;

  /** Rejects with `LaneError` if the server cannot be reached, with `RedisRefusedError` if it does not let us in. */
  static async open(endpoint: Endpoint, timeoutMs = CONNECT_TIMEOUT_MS): Promise<RawLane> {
    const address = addressOf(endpoint);
    const { host, port, database, credentials } = endpoint;
    const to = reached({ host, port }, endpoint.via);
    const socket = endpoint.tls ? tls.connect({ ...to, ...tlsName(host) }) : net.connect(to);
    const lane = new RawLane(address, socket);
    try {
      await within(timeoutMs, address, lane.#connected(endpoint.tls ? 'secureConnect' : 'connect'));
      if (credentials !== undefined) {
        const { username, password } = credentials;
        lane.stage('AUTH', ...(username === undefined ? [password] : [username, password]));
      }
      if (database !== 0) lane.stage('SELECT', String(database));
      lane.stage('PING');
      for (const reply of await lane.flush(timeoutMs)) {
        if (reply instanceof Error) throw explainReply(reply, address);
      }
    } catch (error) {
      lane.close();
      throw error;
    }
    lane.takeTally();
    return lane;
  }

  private constructor(address: string, socket: net.Socket) {
    this.#address = address;
    this.#socket = socket;
    socket.setNoDelay(true);
    const parser = new RespParser((reply) => this.#receive(reply));
    socket.on('data', (chunk: Buffer) => {
      try {
        parser.push(chunk);
      } catch (error) {
        this.#fail(error as Error);
      }
    });
    socket.on('error', (error) => this.#fail(new LaneError(`${address} cannot be reached: ${reasonOf(error)}`)));
    socket.on('close', () => this.#fail(new LaneError(`${address} closed the connection`)));
  }

  get usable(): boolean {
    return this.#failure === undefined;
  }

  get staged(): number {
    return this.#staged;
  }

  takeTally(): Map<string, number> {
    return this.#tally.take();
  }

  stage(name: string, ...args: string[]): void {
    this.#writer.command(name, args);
    this.#tally.add(name.toLowerCase());
    this.#staged += 1;
  }

  stageIncrement(key: CounterKey, idHi: number, idLo: number, deltaHi: number, deltaLo: number): void {
    this.#writer.increment(key, idHi, idLo, deltaHi, deltaLo);
    this.#tally.add('hincrby');
    this.#staged += 1;
  }

  async flush(timeoutMs = timeoutMsOf(this.#staged)): Promise<Reply[]> {
    const expected = this.#staged;
    this.#staged = 0;
    const bytes = this.#writer.take();
    if (this.#failure !== undefined) throw this.#failure;
    if (expected === 0) return [];
    const replies = new Promise<Reply[]>((resolve, reject) => {
      this.#waiting = { replies: [], expected, resolve, reject };
      // The buffer is written to again when all replies are here, and so when the server has read it.
      this.#socket.write(bytes);
    });
    try {
      return await within(timeoutMs, this.#address, replies);
    } catch (error) {
      this.#fail(error as Error);
      throw error;
    }
  }

  close(): void {
    this.#fail(new LaneError(`${this.#address}: this connection was closed`));
  }

  #connected(event: 'connect' | 'secureConnect'): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting = { replies: [], expected: 0, resolve: () => resolve(), reject };
      this.#socket.once(event, () => {
        this.#waiting = undefined;
        resolve();
      });
    });
  }

  #receive(reply: Reply): void {
    const waiting = this.#waiting;
    if (waiting === undefined) throw new LaneError(`${this.#address} sent a reply that nobody asked for`);
    waiting.replies.push(reply);
    if (waiting.replies.length < waiting.expected) return;
    this.#waiting = undefined;
    waiting.resolve(waiting.replies);
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#socket.destroy();
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(error);
  }
}

/** The errors of all addresses of a name come as one without a message. */
function reasonOf(error: Error & { code?: string; errors?: Error[] }): string {
  return error.message !== '' ? error.message : (error.errors?.[0]?.message ?? error.code ?? error.name);
}
