/**
 * Reads keyed state of a running Flink job, from Node directly, by the protocol of the queryable-state proxy. Lookups
 * are pipelined over one connection to each proxy; what fails because the job moves or a task manager dies is asked
 * again, elsewhere, for a bounded time, and is then unavailable. Nothing ever rejects.
 *
 * What is read is live state: counted, but perhaps not in any checkpoint yet.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, MonotonicClock } from '../../../clock.ts';
import { RequestFrames } from './frames.ts';
import { keyGroupOf, subtaskOf } from './key-groups.ts';
import type { LookupKeys, LookupSink } from './lookup.ts';
import type { Errand, ProxyConnection } from './proxy-connection.ts';
import { type ProxyAddresses, ProxyPool } from './proxy-pool.ts';

export interface QueryableStateOptions {
  proxies: ProxyAddresses;
  parallelism: number;
  maxParallelism: number;
  /** Most requests in flight to one proxy. */
  maxInFlight?: number;
  /** How long a failed lookup is tried again, and how long one without any answer is waited for. */
  patienceMs?: number;
  connectTimeoutMs?: number;
  clock?: Clock;
}

const MAX_IN_FLIGHT = 1024;
/** As long as a query to a worker of the embedded engine may take. */
const PATIENCE_MS = 1000;
const CONNECT_TIMEOUT_MS = 1000;
const FIRST_RETRY_MS = 5;
const LAST_RETRY_MS = 100;
/** The proxy's task manager has no task of the job, or the job is not there (any more, or yet). */
const KNOWS_NO_JOB = /Location|NotFound|JobManager/;

export class QueryableStateClient {
  readonly #parallelism: number;
  readonly #maxParallelism: number;
  readonly #patienceMs: number;
  readonly #clock: Clock;
  readonly #pool: ProxyPool;
  readonly #frames = new Map<string, RequestFrames>();
  #owners: ReadonlyMap<number, string> = new Map();
  #turns = 0;
  #job: string | undefined;
  /** What went wrong last; perhaps nobody suffered from it. */
  #noted: string | undefined;
  #lastFailure: string | undefined;
  #isClosed = false;

  constructor(options: QueryableStateOptions) {
    this.#parallelism = options.parallelism;
    this.#maxParallelism = options.maxParallelism;
    this.#patienceMs = options.patienceMs ?? PATIENCE_MS;
    this.#clock = options.clock ?? new MonotonicClock(0);
    const connectTimeoutMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
    const connection = {
      maxInFlight: options.maxInFlight ?? MAX_IN_FLIGHT,
      connectTimeoutMs,
      silentAfterMs: 2 * this.#patienceMs,
    };
    this.#pool = new ProxyPool(options.proxies, connection, this.#clock, (failure) => this.#note(failure));
  }

  /** Why keys were unavailable last, in words; undefined if they never were. */
  get lastFailure(): string | undefined {
    return this.#lastFailure;
  }

  /** The job whose state is read, as Flink prints its id; undefined while there is none. */
  get job(): string | undefined {
    return this.#job;
  }

  moveTo(job: string | undefined): void {
    if (job === this.#job) return;
    this.#job = job;
    this.#frames.clear();
    this.#pool.forget();
  }

  /** `host:port` of the proxy beside each subtask, where it is known: it is asked first, and saves a hop. */
  setOwners(owners: ReadonlyMap<number, string>): void {
    this.#owners = owners;
  }

  /** Looks all keys up. Resolves when the sink was told of every one. */
  async look(state: string, keys: LookupKeys, sink: LookupSink): Promise<void> {
    const done = new Uint8Array(keys.count);
    // When a key was answered last, or might have been.
    let quietSinceMs = this.#clock.nowMs();
    for (let waitMs = 0; !this.#isClosed; waitMs = Math.min(waitMs * 2 + FIRST_RETRY_MS, LAST_RETRY_MS)) {
      const open = indicesOf(done);
      if (open.length === 0) return;
      if (this.#job === undefined) {
        this.#note('no job runs whose state could be read');
        break;
      }
      if (waitMs > 0) await sleep(waitMs);
      const patienceMs = this.#patienceMs - (this.#clock.nowMs() - quietSinceMs);
      if (patienceMs <= 0) break;
      const turn = { frames: this.#framesFor(this.#job, state), keys, indices: open, isFirst: waitMs === 0 };
      const { answered, settled } = await this.#round(turn, new Round(open.length, done, sink), patienceMs);
      if (!settled) break;
      if (answered > 0) quietSinceMs = this.#clock.nowMs();
    }
    const unknown = indicesOf(done);
    if (unknown.length > 0) this.#lastFailure = this.#noted;
    for (const index of unknown) sink.unavailable(index);
  }

  close(): void {
    this.#isClosed = true;
    this.#pool.close();
  }

  #framesFor(job: string, state: string): RequestFrames {
    let frames = this.#frames.get(state);
    if (frames === undefined) {
      frames = new RequestFrames(job, state);
      this.#frames.set(state, frames);
    }
    return frames;
  }

  #note(failure: string): void {
    this.#noted = failure;
  }

  /** Asks for the keys once, each through one proxy. */
  async #round({ frames, keys, indices, isFirst }: Turn, round: Round, patienceMs: number): Promise<RoundEnd> {
    const connections = await this.#pool.usable();
    if (connections.length === 0) return { answered: 0, settled: true };
    const shares = this.#shares(connections, keys, indices, isFirst);
    const errands = connections.map((connection, i): Errand => {
      const failed = (_: number, reason: string): void => {
        this.#note(`the queryable-state proxy at ${connection.address} ${reason}`);
        if (KNOWS_NO_JOB.test(reason)) this.#pool.passOver(connection);
        round.settle();
      };
      return round.errand(frames, keys, shares[i] as Int32Array, failed);
    });
    errands.forEach((errand, i) => {
      if (errand.indices.length > 0) connections[i]?.send(errand);
    });
    const settled = await round.settled(patienceMs);
    if (!settled) this.#note(`no answer within ${this.#patienceMs} ms`);
    return { answered: round.answered, settled };
  }

  /** Which keys are asked for at which of the connections. */
  #shares(
    connections: readonly ProxyConnection[],
    keys: LookupKeys,
    indices: Int32Array,
    isFirst: boolean,
  ): Int32Array[] {
    if (connections.length === 1) return [indices];
    // What failed at one proxy is asked for at another.
    this.#turns += isFirst ? 0 : 1;
    const bySubtask = Array.from({ length: this.#parallelism }, (_, subtask) => {
      const owner = connections.findIndex(({ address }) => address === this.#owners.get(subtask));
      return owner >= 0 && isFirst ? owner : (subtask + this.#turns) % connections.length;
    });
    const shares = connections.map(() => new Int32Array(indices.length));
    const lengths = connections.map(() => 0);
    for (const index of indices) {
      const keyGroup = keyGroupOf(keys.keyLo[index] as number, keys.keyHi[index] as number, this.#maxParallelism);
      const at = bySubtask[subtaskOf(keyGroup, this.#maxParallelism, this.#parallelism)] as number;
      const length = lengths[at] as number;
      (shares[at] as Int32Array)[length] = index;
      lengths[at] = length + 1;
    }
    return shares.map((share, i) => share.subarray(0, lengths[i]));
  }
}

interface Turn {
  frames: RequestFrames;
  keys: LookupKeys;
  /** The keys that nothing is known of. */
  indices: Int32Array;
  isFirst: boolean;
}

interface RoundEnd {
  answered: number;
  /** False if nothing came any more and something is open. */
  settled: boolean;
}

/** One asking for some keys: waits until each was answered or failed, or nothing more comes. */
class Round {
  readonly #done: Uint8Array;
  readonly #sink: LookupSink;
  #left: number;
  #answered = 0;
  #answeredBefore = 0;
  #isOver = false;
  #resolve: ((settled: boolean) => void) | undefined;

  constructor(count: number, done: Uint8Array, sink: LookupSink) {
    this.#left = count;
    this.#done = done;
    this.#sink = sink;
  }

  get answered(): number {
    return this.#answered;
  }

  errand(frames: RequestFrames, keys: LookupKeys, indices: Int32Array, failed: Errand['failed']): Errand {
    const round = this;
    const sink = this.#sink;
    return {
      frames,
      keys,
      indices,
      get isOver() {
        return round.#isOver;
      },
      found(index, bytes, at, length) {
        try {
          sink.found(index, bytes, at, length);
        } catch (error) {
          failed(index, `answers what cannot be read: ${(error as Error).message}`);
          return;
        }
        round.#answer(index);
      },
      absent(index) {
        sink.absent(index);
        round.#answer(index);
      },
      failed,
    };
  }

  /** One more of the requests was answered or has failed. */
  settle(): void {
    this.#left -= 1;
    if (this.#left === 0) this.#finish(true);
  }

  /** False if no key was answered for `patienceMs` and something is open still; what comes later is passed over. */
  settled(patienceMs: number): Promise<boolean> {
    if (this.#left === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        if (this.#answered === this.#answeredBefore) this.#finish(false);
        this.#answeredBefore = this.#answered;
      }, patienceMs);
      this.#resolve = (settled) => {
        clearInterval(timer);
        resolve(settled);
      };
    });
  }

  #answer(index: number): void {
    this.#done[index] = 1;
    this.#answered += 1;
    this.settle();
  }

  #finish(settled: boolean): void {
    this.#isOver = true;
    this.#resolve?.(settled);
  }
}

/** Of the keys that nothing is known of yet. */
function indicesOf(done: Uint8Array): Int32Array {
  let count = 0;
  for (const is of done) if (is === 0) count++;
  const indices = new Int32Array(count);
  for (let index = 0, to = 0; to < count; index++) if (done[index] === 0) indices[to++] = index;
  return indices;
}
