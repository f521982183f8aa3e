/**
 * One connection to one broker: requests are pipelined, responses come in the order of the requests. A connection that
 * fails in any way is closed, and everything that waits for it is told so; whoever needs it opens another.
 */
import net from 'node:net';
import tls from 'node:tls';
import type { Credentials } from '../../credentials.ts';
import { reached, tlsName, type Via } from '../../via.ts';
import { type KafkaCall, saslAuthenticateCall, saslHandshakeCall } from './calls.ts';
import { KafkaLoginError, LogUnavailableError } from './kafka-errors.ts';
import { RequestWriter, ResponseReader } from './wire.ts';

export interface BrokerAddress {
  host: string;
  port: number;
}

export interface ConnectionOptions {
  tls: boolean;
  credentials?: Credentials;
  via?: Via;
  connectTimeoutMs: number;
  requestTimeoutMs: number;
}

export const CLIENT_ID = 'omegabench';

/** No response of ours comes near it: whoever sends more is not a broker. */
const MAX_FRAME_BYTES = 256 * 1024 * 1024;

interface Waiting {
  correlation: number;
  take(frame: Uint8Array): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

export class BrokerConnection {
  readonly address: string;
  readonly #socket: net.Socket;
  readonly #requestTimeoutMs: number;
  readonly #waiting: Waiting[] = [];
  #correlation = 0;
  #failure: Error | undefined;

  private constructor(socket: net.Socket, address: string, requestTimeoutMs: number) {
    this.#socket = socket;
    this.address = address;
    this.#requestTimeoutMs = requestTimeoutMs;
    socket.on(
      'data',
      onFrames(
        (frame) => this.#take(frame),
        (reason) => this.#fail(reason),
      ),
    );
    socket.on('error', (error) => this.#fail(error.message));
    socket.on('close', () => this.#fail('the broker closed the connection'));
  }

  /** Connects, and logs in if there are credentials. Errors: `LogUnavailableError`, `KafkaLoginError`. */
  static async open(broker: BrokerAddress, options: ConnectionOptions): Promise<BrokerConnection> {
    const address = `${broker.host}:${broker.port}`;
    const socket = await connect(broker, options);
    const connection = new BrokerConnection(socket, address, options.requestTimeoutMs);
    try {
      if (options.credentials !== undefined) await connection.#login(options.credentials);
    } catch (error) {
      connection.close();
      throw error;
    }
    return connection;
  }

  get isOpen(): boolean {
    return this.#failure === undefined;
  }

  /** Sends a request behind those that wait already. Rejects with `LogUnavailableError` if no answer comes. */
  request<T>(call: KafkaCall<T>): Promise<T> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const correlation = this.#correlation++ & 0x7fffffff;
      const take = (frame: Uint8Array): void => {
        const response = new ResponseReader(frame);
        response.int32();
        try {
          resolve(call.read(response));
        } catch (error) {
          if (error instanceof RangeError) this.#fail(`its answer to ${call.what} is no such answer`);
          reject(error);
        }
      };
      const expire = (): void => this.#fail(`no answer to ${call.what} within ${this.#requestTimeoutMs} ms`);
      this.#waiting.push({ correlation, take, reject, timer: setTimeout(expire, this.#requestTimeoutMs) });
      this.#send(call, correlation);
    });
  }

  close(): void {
    this.#fail('the connection was closed by this client');
  }

  #send<T>(call: KafkaCall<T>, correlation: number): void {
    const header = new RequestWriter().int32(0).int16(call.api).int16(call.version).int32(correlation);
    header.string(CLIENT_ID);
    if (call.flexible) header.unsignedVarint(0);
    const bytes = Buffer.from(header.finish());
    const length = call.chunks.reduce((sum, chunk) => sum + chunk.length, bytes.length);
    bytes.writeInt32BE(length - 4, 0);
    this.#socket.cork();
    this.#socket.write(bytes);
    for (const chunk of call.chunks) this.#socket.write(chunk);
    this.#socket.uncork();
  }

  #take(frame: Uint8Array): void {
    const waiting = this.#waiting.shift();
    const correlation = new ResponseReader(frame).int32();
    if (waiting === undefined || waiting.correlation !== correlation) {
      if (waiting !== undefined) this.#waiting.unshift(waiting);
      this.#fail('it answers what was not asked');
      return;
    }
    clearTimeout(waiting.timer);
    waiting.take(frame);
  }

  #fail(reason: string): void {
    if (this.#failure !== undefined) return;
    this.#failure = new LogUnavailableError(`Kafka at ${this.address} is gone: ${reason}`);
    this.#socket.destroy();
    for (const { reject, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer);
      reject(this.#failure);
    }
  }

  /** SASL PLAIN. What was sent never appears in a message. */
  async #login({ username = '', password }: Credentials): Promise<void> {
    const { error, mechanisms } = await this.request(saslHandshakeCall('PLAIN'));
    if (error !== 0) {
      const offer = mechanisms.length === 0 ? 'no login' : mechanisms.join(', ');
      throw new KafkaLoginError(`Kafka at ${this.address} offers ${offer}, not SASL PLAIN: use a listener that does`);
    }
    const refused = await this.request(saslAuthenticateCall(Buffer.from(`\0${username}\0${password}`)));
    if (refused !== 0) {
      throw new KafkaLoginError(`Kafka at ${this.address} refuses the login: look at user name and password`);
    }
  }
}

/** A connected socket without delay. */
function connect({ host, port }: BrokerAddress, options: ConnectionOptions): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const to = reached({ host, port }, options.via);
    const socket = options.tls ? tls.connect({ ...to, ...tlsName(host) }) : net.connect(to);
    const give = (reason: string): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(
        new LogUnavailableError(
          `cannot reach Kafka at ${host}:${port}: ${reason}; is the broker running, ` +
            `and is this address its ${options.tls ? 'TLS' : 'plaintext'} listener?`,
        ),
      );
    };
    const timer = setTimeout(() => give(`no answer within ${options.connectTimeoutMs} ms`), options.connectTimeoutMs);
    const fail = (error: Error): void => give(error.message);
    socket.once('error', fail);
    socket.once(options.tls ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}

/** Puts frames (a 32-bit length and that many bytes) together; each is in memory of its own. */
function onFrames(take: (frame: Uint8Array) => void, fail: (reason: string) => void): (chunk: Buffer) => void {
  const length = Buffer.alloc(4);
  let lengthBytes = 0;
  let frame: Buffer | undefined;
  let filled = 0;
  return (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      if (frame === undefined) {
        length[lengthBytes++] = chunk[at++] as number;
        if (lengthBytes < 4) continue;
        const bytes = length.readInt32BE(0);
        if (bytes < 4 || bytes > MAX_FRAME_BYTES) {
          fail('what it sends is not the Kafka protocol; is it a TLS listener?');
          return;
        }
        frame = Buffer.allocUnsafeSlow(bytes);
        filled = 0;
        lengthBytes = 0;
      }
      const copied = chunk.copy(frame, filled, at);
      at += copied;
      filled += copied;
      if (filled < frame.length) continue;
      const whole = frame;
      frame = undefined;
      take(whole);
    }
  };
}
