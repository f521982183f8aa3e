/**
 * A lane through ioredis, the client that most people use: every command is an object and a promise of its own.
 *
 * ioredis's defaults send again, after a reconnect, what had not been answered, although the server may have applied
 * it: increments are then doubled without a crash and without an error. A lane does not: it has no offline queue, no
 * retries and no reconnect. With `resend` it has ioredis's defaults, so that the doubling can be shown.
 */
import { type ChainableCommander, Redis } from 'ioredis';
import { reached, tlsName } from '../../via.ts';
import { int64Text } from './int64-text.ts';
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

const NO_RESENDING = {
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  retryStrategy: () => null,
};

/** What ioredis calls the server's own error replies. */
const REPLY_ERRORS: ReadonlySet<string> = new Set(['SimpleError', 'BlobError', 'ReplyError']);

export class IoredisLane implements Lane {
  readonly #address: string;
  readonly #resend: boolean;
  readonly #client: Redis;
  readonly #tally = new Tally();
  #pipeline: ChainableCommander | undefined;
  #staged = 0;
  #closed = false;
  #lastError: Error | undefined;

  /** Rejects with `LaneError` if the server cannot be reached or does not let us in. */
  static async open(endpoint: Endpoint, resend = false): Promise<IoredisLane> {
    const lane = new IoredisLane(endpoint, resend);
    try {
      await within(CONNECT_TIMEOUT_MS, lane.#address, lane.#client.connect());
    } catch (error) {
      lane.close();
      throw lane.#explain(error);
    }
    return lane;
  }

  private constructor(endpoint: Endpoint, resend: boolean) {
    const { host, port, database, tls, credentials } = endpoint;
    this.#address = addressOf(endpoint);
    this.#resend = resend;
    this.#client = new Redis({
      ...reached({ host, port }, endpoint.via),
      db: database,
      ...(credentials?.username === undefined ? {} : { username: credentials.username }),
      ...(credentials === undefined ? {} : { password: credentials.password }),
      ...(tls ? { tls: tlsName(host) } : {}),
      lazyConnect: true,
      connectTimeout: CONNECT_TIMEOUT_MS,
      ...(resend ? {} : NO_RESENDING),
    });
    this.#client.on('error', (error: Error) => {
      this.#lastError = error;
    });
  }

  get usable(): boolean {
    return this.#resend ? this.#client.status !== 'end' : this.#client.status === 'ready';
  }

  get staged(): number {
    return this.#staged;
  }

  takeTally(): Map<string, number> {
    return this.#tally.take();
  }

  // By `call` and in upper case ioredis leaves a reply as the server sent it, and makes no transaction of its own.
  stage(name: string, ...args: string[]): void {
    this.#staging().call(name.toUpperCase(), ...args);
    this.#tally.add(name.toLowerCase());
    this.#staged += 1;
  }

  stageIncrement(key: CounterKey, idHi: number, idLo: number, deltaHi: number, deltaLo: number): void {
    this.#staging().hincrby(key.text, int64Text(idHi, idLo), int64Text(deltaHi, deltaLo));
    this.#tally.add('hincrby');
    this.#staged += 1;
  }

  async flush(timeoutMs?: number): Promise<Reply[]> {
    const pipeline = this.#pipeline;
    const commands = this.#staged;
    this.#pipeline = undefined;
    this.#staged = 0;
    if (pipeline === undefined) return [];
    try {
      const answers = this.#resend
        ? pipeline.exec()
        : within(timeoutMs ?? timeoutMsOf(commands), this.#address, pipeline.exec());
      return ((await answers) ?? []).map(([error, reply]) => {
        if (error === null) return reply as Reply;
        // What the server said is a reply; whatever else went wrong is the end of the lane.
        if (!REPLY_ERRORS.has(error.name)) throw error;
        return error;
      });
    } catch (error) {
      this.close();
      throw this.#explain(error);
    }
  }

  close(): void {
    // Each call would leave a listener and a timer at the socket, even at one that was closed long ago.
    if (this.#closed) return;
    this.#closed = true;
    this.#client.disconnect();
  }

  #staging(): ChainableCommander {
    this.#pipeline ??= this.#client.pipeline();
    return this.#pipeline;
  }

  #explain(error: unknown): LaneError {
    if (error instanceof LaneError) return error;
    const reason = this.#lastError?.message ?? (error as Error).message;
    return new LaneError(`${this.#address} cannot be reached: ${reason}`);
  }
}
