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
import { spawnInMemory, type WorkerMain } from './memory-worker.ts';
import {
  type Connection,
  type Files,
  type PositionalFile,
  type RequestHandler,
  type Runtime,
  type Server,
  UnreachableError,
  type WorkerHandle,
} from './runtime.ts';
import { VirtualTime } from './virtual-time.ts';

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

  /** A new handle on a store, as processes get it. */
  openStore(binding: Extract<KeyValueStoreBinding, { kind: 'memory' }>): KeyValueStore {
    return this.stores.open(binding);
  }

  /** A process of this world, for the caller itself (the supervisor, the test); named for the trace. */
  process(name = 'process'): MemoryRuntime {
    return new MemoryRuntime(this, name);
  }
}

export class MemoryRuntime implements Runtime {
  readonly clock: { nowMs(): number };
  readonly files: Files;
  readonly name: string;
  readonly #world: MemoryWorld;
  #alive = true;
  #resume: (() => void)[] | undefined;
  #onCrash: (() => void) | undefined;

  constructor(world: MemoryWorld, name: string) {
    this.#world = world;
    this.name = name;
    this.clock = { nowMs: () => world.nowMs() };
    this.files = this.#guarded(world.files, 'files');
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
    return this.#operation(() => this.#guardedLog(this.#world.logs.open(memoryOnly(binding))));
  }

  openStore(binding: KeyValueStoreBinding): Promise<KeyValueStore> {
    return this.#operation(() => {
      const memory = memoryOnly(binding);
      return this.#guarded(this.#world.openStore(memory), memory.name);
    });
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
            await peer.process.running();
            return peer.handler(bytes.slice());
          }),
        close: () => undefined,
      };
    });
  }

  spawnWorker(specification: unknown): WorkerHandle {
    return spawnInMemory(this.#world, JSON.parse(JSON.stringify(specification)));
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
    this.#world.note(this.name, 'is killed');
    this.#alive = false;
    this.#onCrash?.();
  }

  onCrash(listener: () => void): void {
    this.#onCrash = listener;
  }

  pause(): void {
    this.#world.note(this.name, 'is stopped');
    this.#resume ??= [];
  }

  continue(): void {
    this.#world.note(this.name, 'is continued');
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
    if (!this.#isRunning) await this.running();
    const result = await perform();
    if (atOnce) await this.#world.delay(spanMs);
    if (!this.#isRunning) await this.running();
    return result;
  }

  get #isRunning(): boolean {
    return this.#alive && this.#resume === undefined;
  }

  /** Resolves when the process is not paused; never, when it is dead. */
  async running(): Promise<void> {
    while (this.#alive && this.#resume !== undefined) {
      const waiting = this.#resume;
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    if (!this.#alive) await new Promise(() => undefined);
  }

  /** The same object, with every asynchronous method as an operation of this process. */
  #guarded<T extends object>(target: T, label: string): T {
    return this.#wrapped(target, label, (name, result) => {
      return name === 'openPositional' ? this.#guardedFile(result as PositionalFile, `${label}.writeAt`) : result;
    });
  }

  #guardedLog(log: EventLog): EventLog {
    return this.#wrapped(log, 'log', (_name, result) => {
      return typeof result === 'object' && result !== null ? this.#guarded(result, 'log') : result;
    });
  }

  #wrapped<T extends object>(target: T, label: string, wrap: (name: string, result: unknown) => unknown): T {
    const methods = new Map<string | symbol, unknown>();
    return new Proxy(target, {
      get: (object, name) => {
        const known = methods.get(name);
        if (known !== undefined) return known;
        const value = Reflect.get(object, name, object) as unknown;
        if (typeof value !== 'function') return value;
        const what = `${label}.${String(name)}`;
        const method = (...args: unknown[]): unknown => {
          if (name === 'scan') return this.#guardedIteration(value.apply(object, args) as AsyncIterable<unknown>);
          return this.#operation(async () => {
            this.#world.note(this.name, what, detailOf(args[0]));
            return wrap(String(name), await value.apply(object, args));
          });
        };
        methods.set(name, method);
        return method;
      },
    });
  }

  /** Writes before the call returns, as a system call does, also where nobody waits for it. */
  #guardedFile(file: PositionalFile, what: string): PositionalFile {
    return {
      writeAt: async (bytes, position) => {
        if (this.#alive) {
          this.#world.note(this.name, what);
          await file.writeAt(bytes, position);
        }
        await this.#operation(() => undefined);
      },
      close: () => this.#operation(() => file.close()),
    };
  }

  async *#guardedIteration(iteration: AsyncIterable<unknown>): AsyncGenerator<unknown> {
    for await (const item of iteration) {
      if (!this.#isRunning) await this.running();
      yield item;
    }
  }
}

/** What an operation is about, in few words. */
function detailOf(argument: unknown): string {
  if (typeof argument === 'string') return argument;
  if (typeof argument === 'number') return String(argument);
  if (typeof argument !== 'object' || argument === null) return '';
  if ('count' in argument) return `${argument.count} rows`;
  return 'partition' in argument ? `partition ${argument.partition}` : '';
}

function memoryOnly<B extends { kind: string }>(binding: B): Extract<B, { kind: 'memory' }> {
  if (binding.kind !== 'memory') throw new Error(`a ${binding.kind} binding has no place in a world in memory`);
  return binding as Extract<B, { kind: 'memory' }>;
}
