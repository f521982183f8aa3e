/**
 * A world in one process: virtual time, files, logs, stores, sockets and worker "processes" in memory, interleaved by a
 * seed.
 *
 * A process is a facade over the world. Killing it makes each of its pending and future calls a promise that never
 * settles, so its coroutines never wake: nothing after the crash runs and nothing is cleaned up, as with SIGKILL. What
 * it had written stays.
 */
import type { EventLog, EventLogBinding } from './event-log/event-log.ts';
import { MemoryLogs } from './event-log/memory-log.ts';
import type { KeyValueStore, KeyValueStoreBinding } from './key-value-store/key-value-store.ts';
import { MemoryStores } from './key-value-store/memory-store.ts';
import { MemoryFiles } from './memory-files.ts';
import {
  type Connection,
  type Files,
  type PositionalFile,
  type RequestHandler,
  type Runtime,
  type Server,
  type SupervisorLine,
  UnreachableError,
  type WorkerExit,
  type WorkerHandle,
} from './runtime.ts';
import { VirtualTime } from './virtual-time.ts';

/** What a spawned worker runs. */
export type WorkerMain = (runtime: Runtime, line: SupervisorLine, specification: unknown) => Promise<void>;

/** Virtual milliseconds that an operation of the world takes, at most. */
const OPERATION_MS = 0.2;

export class MemoryWorld extends VirtualTime {
  readonly logs = new MemoryLogs();
  readonly stores = new MemoryStores();
  readonly files = new MemoryFiles();
  readonly servers = new Map<string, { handler: RequestHandler; process: MemoryRuntime }>();
  readonly workerMain: WorkerMain;
  #names = 0;

  constructor(options: { seed: number; startMs: number; workerMain: WorkerMain }) {
    super(options.seed, options.startMs);
    this.workerMain = options.workerMain;
  }

  freshName(kind: string): string {
    this.#names += 1;
    return `${kind}-${this.#names}`;
  }

  /** A process of this world, for the caller itself (the supervisor, the test). */
  process(): MemoryRuntime {
    return new MemoryRuntime(this);
  }
}

export class MemoryRuntime implements Runtime {
  readonly clock: { nowMs(): number };
  readonly files: Files;
  readonly #world: MemoryWorld;
  #alive = true;
  #resume: (() => void)[] | undefined;
  #onCrash: (() => void) | undefined;

  constructor(world: MemoryWorld) {
    this.#world = world;
    this.clock = { nowMs: () => world.nowMs() };
    this.files = this.#guarded(world.files);
  }

  get alive(): boolean {
    return this.#alive;
  }

  sleep(durationMs: number): Promise<void> {
    return this.#operation(() => undefined, durationMs);
  }

  yield(): Promise<void> {
    return this.#operation(() => undefined);
  }

  openLog(binding: EventLogBinding): Promise<EventLog> {
    return this.#operation(async () => this.#guardedLog(await this.#world.logs.open(memoryOnly(binding))));
  }

  openStore(binding: KeyValueStoreBinding): Promise<KeyValueStore> {
    return this.#operation(async () => this.#guarded(await this.#world.stores.open(memoryOnly(binding))));
  }

  serve(handler: RequestHandler): Promise<Server> {
    return this.#operation(() => {
      const address = this.#world.freshName('server');
      this.#world.servers.set(address, { handler, process: this });
      return {
        address,
        close: async () => {
          this.#world.servers.delete(address);
        },
      };
    });
  }

  connect(address: string): Promise<Connection> {
    return this.#operation(() => {
      if (this.#peer(address) === undefined) throw new UnreachableError(`nobody listens at ${address}`);
      return {
        request: (bytes) =>
          this.#operation(async () => {
            const peer = this.#peer(address);
            if (peer === undefined) throw new UnreachableError(`${address} went away`);
            await peer.process.#running();
            return peer.handler(bytes.slice());
          }),
        close: () => undefined,
      };
    });
  }

  spawnWorker(specification: unknown): WorkerHandle {
    return spawn(this.#world, JSON.parse(JSON.stringify(specification)));
  }

  cpuSeconds(): number {
    return 0;
  }

  crash(): Promise<never> {
    this.kill();
    return new Promise(() => undefined);
  }

  /** From the outside: nothing of this process ever runs again. */
  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#onCrash?.();
  }

  onCrash(listener: () => void): void {
    this.#onCrash = listener;
  }

  pause(): void {
    this.#resume ??= [];
  }

  continue(): void {
    const waiting = this.#resume ?? [];
    this.#resume = undefined;
    for (const resolve of waiting) resolve();
  }

  #peer(address: string): { handler: RequestHandler; process: MemoryRuntime } | undefined {
    const server = this.#world.servers.get(address);
    return server?.process.alive ? server : undefined;
  }

  /**
   * Performs an operation at some moment of a span of virtual time; a process that dies before its end never hears of
   * it.
   */
  async #operation<T>(perform: () => T | Promise<T>, durationMs?: number): Promise<T> {
    const spanMs = durationMs ?? this.#world.random() * OPERATION_MS;
    // At once, and the answer takes its time, or late: a process that is killed in between has done it, or has not.
    const atOnce = durationMs === undefined && this.#world.random() < 0.5;
    if (!atOnce) await this.#world.delay(spanMs);
    await this.#running();
    const result = await perform();
    if (atOnce) await this.#world.delay(spanMs);
    await this.#running();
    return result;
  }

  /** Resolves when the process is not paused; never, when it is dead. */
  async #running(): Promise<void> {
    while (this.#alive && this.#resume !== undefined) {
      const waiting = this.#resume;
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    if (!this.#alive) await new Promise(() => undefined);
  }

  /** The same object, with every asynchronous method as an operation of this process. */
  #guarded<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (object, name) => {
        const value = Reflect.get(object, name, object) as unknown;
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          if (name === 'scan') return this.#guardedIteration(value.apply(object, args) as AsyncIterable<unknown>);
          return this.#operation(async () => {
            const result = (await value.apply(object, args)) as unknown;
            return name === 'openPositional' ? this.#guardedFile(result as PositionalFile) : result;
          });
        };
      },
    });
  }

  #guardedLog(log: EventLog): EventLog {
    return new Proxy(log, {
      get: (object, name) => {
        const value = Reflect.get(object, name, object) as unknown;
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) =>
          this.#operation(async () => this.#guarded((await value.apply(object, args)) ?? {}));
      },
    });
  }

  /** Writes before the call returns, as a system call does, also where nobody waits for it. */
  #guardedFile(file: PositionalFile): PositionalFile {
    return {
      writeAt: async (bytes, position) => {
        if (this.#alive) await file.writeAt(bytes, position);
        await this.#operation(() => undefined);
      },
      close: () => this.#operation(() => file.close()),
    };
  }

  async *#guardedIteration(iteration: AsyncIterable<unknown>): AsyncGenerator<unknown> {
    for await (const item of iteration) {
      await this.#running();
      yield item;
    }
  }
}

function memoryOnly<B extends { kind: string }>(binding: B): Extract<B, { kind: 'memory' }> {
  if (binding.kind !== 'memory') throw new Error(`a ${binding.kind} binding has no place in a world in memory`);
  return binding as Extract<B, { kind: 'memory' }>;
}

/** One direction of a line. */
interface Listeners {
  underWay: unknown[];
  listeners: ((message: unknown) => void)[];
}

/** A worker of the world, with a line that loses nothing while both ends live. */
function spawn(world: MemoryWorld, specification: unknown): WorkerHandle {
  const process = world.process();
  const toParent: Listeners = { underWay: [], listeners: [] };
  const toWorker: Listeners = { underWay: [], listeners: [] };
  const exits: ((exit: WorkerExit) => void)[] = [];
  let ended = false;
  const end = (exit: WorkerExit): void => {
    if (ended) return;
    ended = true;
    void world.delay(1).then(() => {
      for (const listener of exits) listener(exit);
    });
  };
  const deliver = (listeners: Listeners, message: unknown): void => {
    listeners.underWay.push(JSON.parse(JSON.stringify(message)));
    // Messages do not overtake each other: whichever wake comes first brings the oldest.
    void world.delay(0.1).then(() => {
      const oldest = listeners.underWay.shift();
      for (const listener of listeners.listeners) listener(oldest);
    });
  };
  const line: SupervisorLine = {
    send: (message) => (process.alive ? deliver(toParent, message) : undefined),
    onMessage: (listener) => void toWorker.listeners.push(listener),
  };
  process.onCrash(() => end({ code: null, signal: 'SIGKILL', stderr: '' }));
  world
    .workerMain(process, line, specification)
    .then(
      () => end({ code: 0, signal: null, stderr: '' }),
      (error: unknown) => end({ code: 1, signal: null, stderr: String(error) }),
    )
    .then(() => process.kill());
  return {
    pid: 0,
    send: (message) => deliver(toWorker, message),
    onMessage: (listener) => void toParent.listeners.push(listener),
    onExit: (listener) => void exits.push(listener),
    kill: (signal) => {
      if (signal === 'SIGSTOP') process.pause();
      else if (signal === 'SIGCONT') process.continue();
      else process.kill();
    },
  };
}
