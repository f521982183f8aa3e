/**
 * One connection to the queryable-state proxy of one task manager. Requests are pipelined, answers come in any order.
 * No more than a bounded number is in flight; the rest waits here, and goes out as answers make room. A connection that
 * fails in any way is closed, and everything it has not answered is told so.
 */
import net from 'node:net';
import { FlinkUnavailableError } from '../flink-errors.ts';
import { type RequestFrames, type ResponseHandler, ResponseReader } from './frames.ts';
import { describeFailure, isUnknownKey } from './java-failure.ts';
import type { LookupKeys } from './lookup.ts';

export interface ProxyAddress {
  host: string;
  port: number;
}

export interface ProxyConnectionOptions {
  maxInFlight: number;
  connectTimeoutMs: number;
  /** A proxy that is asked and says nothing for so long is given up. */
  silentAfterMs: number;
}

/** Some keys of a lookup, on their way through one connection. */
export interface Errand {
  readonly frames: RequestFrames;
  readonly keys: LookupKeys;
  /** Which of the keys. */
  readonly indices: Int32Array;
  /** Nobody waits for the answers any more. */
  readonly isOver: boolean;
  found(index: number, bytes: Buffer, at: number, length: number): void;
  absent(index: number): void;
  /** `reason` goes on from "the proxy …". */
  failed(index: number, reason: string): void;
}

interface Queued {
  errand: Errand;
  /** Place in `indices` of the key to be sent next. */
  next: number;
}

export class ProxyConnection implements ResponseHandler {
  readonly address: string;
  readonly #socket: net.Socket;
  readonly #reader = new ResponseReader(this);
  readonly #silence: NodeJS.Timeout;
  /** Something came since the last look, or nothing was asked. */
  #isAlive = true;
  readonly #queue: Queued[] = [];
  /** By slot, which is the request's id: whose request it is, and the key's index there. */
  readonly #errands: (Errand | undefined)[];
  readonly #indices: Int32Array;
  /** Free slots, a stack of `#free`. */
  readonly #slots: Int32Array;
  #free: number;
  #failure: string | undefined;

  /** Rejects with `FlinkUnavailableError`. */
  static async open({ host, port }: ProxyAddress, options: ProxyConnectionOptions): Promise<ProxyConnection> {
    const address = `${host}:${port}`;
    const socket = net.connect({ host, port, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      const give = (reason: string): void => {
        clearTimeout(timer);
        socket.destroy();
        reject(
          new FlinkUnavailableError(
            `cannot reach the queryable-state proxy at ${address}: ${reason}; does the task manager run with ` +
              'queryable-state.enable: true and this queryable-state.proxy.ports?',
          ),
        );
      };
      const fail = (error: Error): void => give(error.message);
      const timer = setTimeout(() => give(`no answer within ${options.connectTimeoutMs} ms`), options.connectTimeoutMs);
      socket.once('error', fail);
      socket.once('connect', () => {
        clearTimeout(timer);
        socket.off('error', fail);
        resolve();
      });
    });
    return new ProxyConnection(socket, address, options);
  }

  private constructor(socket: net.Socket, address: string, { maxInFlight, silentAfterMs }: ProxyConnectionOptions) {
    this.#socket = socket;
    this.address = address;
    this.#errands = new Array<Errand | undefined>(maxInFlight).fill(undefined);
    this.#indices = new Int32Array(maxInFlight);
    this.#slots = Int32Array.from({ length: maxInFlight }, (_, slot) => maxInFlight - 1 - slot);
    this.#free = maxInFlight;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (error) => this.#fail(error.message));
    socket.on('close', () => this.#fail('it closed the connection'));
    this.#silence = setInterval(() => this.#listen(silentAfterMs), silentAfterMs);
  }

  get isOpen(): boolean {
    return this.#failure === undefined;
  }

  get inFlight(): number {
    return this.#slots.length - this.#free;
  }

  /** Sends an errand's requests, behind those that wait already; each is answered or failed exactly once. */
  send(errand: Errand): void {
    this.#queue.push({ errand, next: 0 });
    if (this.#failure === undefined) this.#fill();
    else this.#tellAll(this.#failure);
  }

  close(): void {
    this.#fail('the connection was closed by this client');
  }

  result(slot: number, bytes: Buffer, at: number, length: number): void {
    const index = this.#indices[slot] as number;
    this.#release(slot)?.found(index, bytes, at, length);
  }

  failure(slot: number, bytes: Buffer, at: number, length: number): void {
    const index = this.#indices[slot] as number;
    const errand = this.#release(slot);
    if (errand === undefined) return;
    if (isUnknownKey(bytes, at, length)) errand.absent(index);
    else errand.failed(index, `answers ${describeFailure(bytes, at, length)}`);
  }

  serverFailure(bytes: Buffer, at: number, length: number): void {
    throw new FlinkUnavailableError(describeFailure(bytes, at, length));
  }

  #listen(silentAfterMs: number): void {
    if (!this.#isAlive) this.#fail(`no answer within ${silentAfterMs} ms`);
    this.#isAlive = this.inFlight === 0;
  }

  #receive(chunk: Buffer): void {
    this.#isAlive = true;
    try {
      this.#reader.push(chunk);
    } catch (error) {
      this.#fail((error as Error).message);
    }
    if (this.#queue.length > 0) this.#fill();
  }

  /** Sends as many requests as there is room for, in one write. */
  #fill(): void {
    while (this.#free > 0 && this.#failure === undefined) {
      const first = this.#queue[0];
      if (first === undefined) return;
      if (!first.errand.isOver) this.#write(first);
      if (first.errand.isOver || first.next === first.errand.indices.length) this.#queue.shift();
    }
  }

  #write(queued: Queued): void {
    const { errand } = queued;
    const { frames, keys, indices } = errand;
    const count = Math.min(this.#free, indices.length - queued.next);
    const bytes = Buffer.allocUnsafe(count * frames.bytes);
    for (let at = 0; at < bytes.length; ) {
      const index = indices[queued.next++] as number;
      const slot = this.#slots[--this.#free] as number;
      this.#errands[slot] = errand;
      this.#indices[slot] = index;
      at = frames.write(bytes, at, slot, keys.keyLo[index] as number, keys.keyHi[index] as number);
    }
    this.#socket.write(bytes);
  }

  /** The errand of a slot, which is free from now on; undefined if nobody waits for it any more. */
  #release(slot: number): Errand | undefined {
    const errand = this.#errands[slot];
    if (errand === undefined) throw new FlinkUnavailableError('it answers what was not asked');
    this.#errands[slot] = undefined;
    this.#slots[this.#free++] = slot;
    return errand.isOver ? undefined : errand;
  }

  #fail(reason: string): void {
    if (this.#failure !== undefined) return;
    this.#failure = reason;
    clearInterval(this.#silence);
    this.#socket.destroy();
    this.#tellAll(reason);
  }

  #tellAll(why: string): void {
    const reason = `is gone: ${why}`;
    for (let slot = 0; slot < this.#errands.length; slot++) {
      if (this.#errands[slot] !== undefined) this.#release(slot)?.failed(this.#indices[slot] as number, reason);
    }
    for (const { errand, next } of this.#queue.splice(0)) {
      for (const index of errand.indices.subarray(next)) if (!errand.isOver) errand.failed(index, reason);
    }
  }
}
