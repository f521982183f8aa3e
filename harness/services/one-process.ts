/**
 * One process of a server of ours: started in the server's directory with a log of its own, written down in its record,
 * and struck and ended by its mark.
 */
import { join } from 'node:path';
import { wallClockMs } from '../../substrates/clock.ts';
import { isRunning, type ProcessMark, signalProcess } from './process-mark.ts';
import { noteProcess, runningProcess, type ServiceRecord } from './record.ts';
import { type MarkedProcess, startServer, stopServer, tailOf } from './server-process.ts';
import type { Command } from './service.ts';
import type { ServiceWorld } from './world.ts';

const LINES_OF_TAIL = 40;

export class OneProcess {
  readonly name: string;
  readonly logPath: string;
  readonly #world: ServiceWorld;
  readonly #directory: string;
  readonly #serve: Command;
  #mark: ProcessMark | undefined;
  #sinceMs: number;

  /** Of its entry in a record, and of its process if that runs. */
  constructor(world: ServiceWorld, directory: string, entry: Pick<ServiceRecord, 'name' | 'serve' | 'process'>) {
    this.name = entry.name;
    this.logPath = join(directory, `${entry.name}.log`);
    this.#world = world;
    this.#directory = directory;
    this.#serve = entry.serve;
    this.#mark = runningProcess(entry);
    this.#sinceMs = entry.process?.sinceMs ?? 0;
  }

  /** Of the process as it was started last; undefined if none is known. */
  get pid(): number | undefined {
    return this.#mark?.pid;
  }

  /** When that was, by the wall clock. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  isRunning(): boolean {
    return this.#mark !== undefined && isRunning(this.#mark);
  }

  /** Sends the signal to this process and to no other; false if it is gone. */
  kill(signal: NodeJS.Signals): boolean {
    return this.#mark !== undefined && signalProcess(this.#mark, signal);
  }

  /** What to wait with; none if it was never started. */
  marked(): MarkedProcess[] {
    return this.#mark === undefined ? [] : [{ name: this.name, mark: this.#mark }];
  }

  /** Starts it and writes it down; the caller holds the directory. */
  async start(log: 'fresh' | 'appended'): Promise<void> {
    const { environment } = this.#world;
    this.#mark = await startServer(this.#serve, this.#directory, this.logPath, log, environment);
    this.#sinceMs = Math.round(wallClockMs());
    await noteProcess(this.#directory, this.name, { ...this.#mark, sinceMs: this.#sinceMs });
  }

  /** Ends it, if it runs, and writes that down; the caller holds the directory. */
  async end(): Promise<void> {
    if (this.#mark === undefined) return;
    await stopServer(this.#mark);
    await noteProcess(this.#directory, this.name);
  }

  logTail(lines = LINES_OF_TAIL): Promise<string> {
    return tailOf(this.logPath, lines);
  }
}
