/**
 * The Runtime that is the operating system: real time, files, loopback sockets and child processes.
 */
import { type ChildProcess, fork } from 'node:child_process';
import fs from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MonotonicClock } from './clock.ts';
import type { EventLog, EventLogBinding } from './event-log/event-log.ts';
import { openLog } from './event-log/open-log.ts';
import type { KeyValueStore, KeyValueStoreBinding } from './key-value-store/key-value-store.ts';
import { openStore } from './key-value-store/open-store.ts';
import { connectSocket, serveSocket } from './node-sockets.ts';
import { giveWay } from './priority.ts';
import type {
  Connection,
  Files,
  PositionalFile,
  RequestHandler,
  Runtime,
  Server,
  WorkerExit,
  WorkerHandle,
} from './runtime.ts';

export class NodeRuntime implements Runtime {
  readonly clock: MonotonicClock;
  readonly files: Files = nodeFiles;

  constructor(clock: MonotonicClock) {
    this.clock = clock;
  }

  sleep(durationMs: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, durationMs));
  }

  yield(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  async openLog(binding: EventLogBinding): Promise<EventLog> {
    if (binding.kind === 'memory') throw new Error('a memory log lives in one process only');
    return openLog(binding);
  }

  async openStore(binding: KeyValueStoreBinding): Promise<KeyValueStore> {
    if (binding.kind === 'memory') throw new Error('a memory store lives in one process only');
    return openStore(binding);
  }

  serve(handler: RequestHandler): Promise<Server> {
    return serveSocket(handler);
  }

  connect(address: string): Promise<Connection> {
    return connectSocket(address);
  }

  spawnWorker(specification: unknown): WorkerHandle {
    const main = new URL(`./stream-engine/embedded/worker-main${extname(import.meta.url)}`, import.meta.url);
    // No arguments of the parent's own node: a debugger's or a test runner's flags are not for the worker.
    // A session of its own: what it takes is not taken from the share of whoever started it.
    const child = fork(fileURLToPath(main), [], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: true,
    });
    giveWay(child);
    child.send(specification as object);
    return new ChildWorker(child);
  }

  cpuSeconds(): number {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  }

  crash(): Promise<never> {
    process.kill(process.pid, 'SIGKILL');
    return new Promise(() => undefined);
  }
}

class ChildWorker implements WorkerHandle {
  readonly #child: ChildProcess;
  readonly #messages: ((message: unknown) => void)[] = [];
  readonly #exits: ((exit: WorkerExit) => void)[] = [];
  #stderr = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stderr?.on('data', (bytes: Buffer) => {
      this.#stderr = (this.#stderr + bytes.toString()).slice(-4000);
    });
    child.on('message', (message) => {
      for (const listener of this.#messages) listener(message);
    });
    child.on('error', (error) => this.#end({ code: null, signal: null, stderr: error.message }));
    child.on('exit', (code, signal) => this.#end({ code, signal, stderr: this.#stderr }));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  send(message: unknown): void {
    if (this.#child.connected) this.#child.send(message as object, () => undefined);
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#messages.push(listener);
  }

  onExit(listener: (exit: WorkerExit) => void): void {
    this.#exits.push(listener);
  }

  kill(signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  #end(exit: WorkerExit): void {
    for (const listener of this.#exits.splice(0)) listener(exit);
  }
}

/** Small writes are synchronous: they go to the page cache, and a thread-pool hop would cost more than the write. */
const nodeFiles: Files = {
  async makeDirectory(path) {
    fs.mkdirSync(path, { recursive: true });
  },
  async list(directory) {
    try {
      return (await fs.promises.readdir(directory)).sort();
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  },
  async read(path) {
    try {
      // No Buffer leaves this file: `slice` of a Buffer is a view, not a copy.
      return new Uint8Array(await fs.promises.readFile(path));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  async write(path, chunks) {
    const file = await fs.promises.open(path, 'w');
    try {
      for (const chunk of chunks) await file.writeFile(chunk);
    } finally {
      await file.close();
    }
  },
  async append(path, bytes) {
    await fs.promises.appendFile(path, bytes);
  },
  async rename(from, to) {
    await fs.promises.rename(from, to);
  },
  async remove(path) {
    await fs.promises.rm(path, { force: true, recursive: true });
  },
  async openPositional(path): Promise<PositionalFile> {
    const descriptor = fs.openSync(path, fs.constants.O_CREAT | fs.constants.O_RDWR);
    return {
      async writeAt(bytes, position) {
        fs.writeSync(descriptor, bytes, 0, bytes.length, position);
      },
      async close() {
        fs.closeSync(descriptor);
      },
    };
  },
};

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
