/**
 * Everything that the engine, the supervisor and the query service do to the world goes through one injected Runtime:
 * clock, timers, disk, sockets, processes, log and stores. `NodeRuntime` is the operating system; `MemoryRuntime` is a
 * world in one process, where time is virtual and a crash is a coroutine that never wakes.
 */
import type { Clock } from './clock.ts';
import type { EventLog, EventLogBinding } from './event-log/event-log.ts';
import type { KeyValueStore, KeyValueStoreBinding } from './key-value-store/key-value-store.ts';

/** A file that is written in place, for records that must outlive a killed process. */
export interface PositionalFile {
  writeAt(bytes: Uint8Array, position: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * The disk for checkpoints, positions and ledgers. Paths are absolute. What a call has written survives the death of
 * the process.
 */
export interface Files {
  makeDirectory(path: string): Promise<void>;
  /** Names in a directory, sorted; empty if it does not exist. */
  list(directory: string): Promise<string[]>;
  /** The whole file, or undefined if it does not exist. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Writes the chunks one after another; a crash in between leaves a part of the file. */
  write(path: string, chunks: readonly Uint8Array[]): Promise<void>;
  append(path: string, bytes: Uint8Array): Promise<void>;
  /** Atomic: readers see the old file or the new. */
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  openPositional(path: string): Promise<PositionalFile>;
}

/** Answers one request of a peer. Requests of one connection are answered in order. */
export type RequestHandler = (request: Uint8Array) => Uint8Array | Promise<Uint8Array>;

export interface Server {
  /** What `connect` takes to reach this server. */
  readonly address: string;
  close(): Promise<void>;
}

/** A connection to a server; `request` rejects with `UnreachableError` when the peer is not there or goes away. */
export interface Connection {
  request(bytes: Uint8Array): Promise<Uint8Array>;
  close(): void;
}

export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** How a worker process ended. */
export interface WorkerExit {
  code: number | null;
  signal: string | null;
  /** The last that it wrote to its standard error. */
  stderr: string;
}

/** A worker process as its supervisor holds it. Messages are plain JSON. */
export interface WorkerHandle {
  readonly pid: number;
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  onExit(listener: (exit: WorkerExit) => void): void;
  kill(signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): void;
}

/** A worker's line to its supervisor. */
export interface SupervisorLine {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
}

export interface Runtime {
  readonly clock: Clock;
  readonly files: Files;
  sleep(durationMs: number): Promise<void>;
  /** Lets queries, timers and other work of this process run, then continues. */
  yield(): Promise<void>;
  openLog(binding: EventLogBinding): Promise<EventLog>;
  openStore(binding: KeyValueStoreBinding): Promise<KeyValueStore>;
  /** Listens on an address of this host that nobody else uses. */
  serve(handler: RequestHandler): Promise<Server>;
  connect(address: string): Promise<Connection>;
  /** Starts a worker process that runs the engine's worker with this specification (plain JSON). */
  spawnWorker(specification: unknown): WorkerHandle;
  /** User and system CPU seconds of the own process since it started. */
  cpuSeconds(): number;
  /** Kills the own process as SIGKILL does: nothing after the call runs, nothing is cleaned up. */
  crash(): Promise<never>;
}
