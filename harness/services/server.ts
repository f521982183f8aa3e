/** A server of ours that is up: struck, started again and stopped through the record in its directory. */
import { join } from 'node:path';
import { wallClockMs } from '../../substrates/clock.ts';
import { BenchError } from '../cli/bench-error.ts';
import { isRunning, type ProcessMark, signalProcess } from './process-mark.ts';
import { type ServiceRecord, withLock, writeRecord } from './record.ts';
import { startServer, stopServer, tailOf, waitUntilAnswers } from './server-process.ts';
import { clientPort, type ServiceDeclaration } from './service.ts';
import type { ServiceWorld } from './world.ts';

const LINES_OF_FAILURE = 12;
const LINES_OF_TAIL = 40;

export interface RunningService {
  readonly name: string;
  readonly url: string;
  readonly version: string;
  readonly directory: string;
  /** Of the server as it was started last. */
  readonly pid: number;
  /** When that was, in ISO 8601. */
  readonly since: string;
  /** Whether it was up already when it was asked for. */
  readonly wasUp: boolean;
  isRunning(): boolean;
  /** Sends the signal to this server and to no other process; false if it is gone. */
  kill(signal: NodeJS.Signals): boolean;
  /**
   * Starts the same server on the data that are there, after ending it if it still runs. Resolves when it answers;
   * rejects with `BenchError` if it does not, and no process is left then.
   */
  restart(): Promise<void>;
  /** Ends the server, at once if it does not listen. Its data stay. */
  stop(): Promise<void>;
  /** What it said last. */
  logTail(): Promise<string>;
}

export class Server implements RunningService {
  readonly wasUp: boolean;
  readonly directory: string;
  readonly #world: ServiceWorld;
  readonly #declaration: ServiceDeclaration;
  #record: ServiceRecord;
  #mark: ProcessMark | undefined;

  /** Of a record, and of its process if it runs. */
  constructor(
    world: ServiceWorld,
    declaration: ServiceDeclaration,
    directory: string,
    record: ServiceRecord,
    running?: ProcessMark,
  ) {
    this.#world = world;
    this.#declaration = declaration;
    this.directory = directory;
    this.#record = record;
    this.#mark = running;
    this.wasUp = running !== undefined;
  }

  get name(): string {
    return this.#record.name;
  }

  get url(): string {
    return this.#record.url;
  }

  get version(): string {
    return this.#record.version;
  }

  get pid(): number {
    if (this.#mark === undefined) throw new Error(`${this.name} was not started`);
    return this.#mark.pid;
  }

  get since(): string {
    return new Date(this.#record.process?.sinceMs ?? 0).toISOString();
  }

  isRunning(): boolean {
    return this.#mark !== undefined && isRunning(this.#mark);
  }

  kill(signal: NodeJS.Signals): boolean {
    return this.#mark !== undefined && signalProcess(this.#mark, signal);
  }

  async restart(): Promise<void> {
    await withLock(this.directory, async () => {
      await this.#end();
      await this.launch('appended', new AbortController().signal);
    });
  }

  async stop(): Promise<void> {
    await withLock(this.directory, () => this.#end());
  }

  logTail(): Promise<string> {
    return tailOf(this.#logPath, LINES_OF_TAIL);
  }

  /** Starts it and waits; the caller holds the directory. Whatever goes wrong, no process is left. */
  async launch(log: 'fresh' | 'appended', signal: AbortSignal): Promise<void> {
    const startMs = this.#world.nowMs();
    try {
      this.#mark = await startServer(this.#record.serve, this.directory, this.#logPath, log, this.#world.environment);
      await this.#note({ ...this.#mark, sinceMs: Math.round(wallClockMs()) });
      await this.answered(signal);
    } catch (error) {
      await this.#end();
      throw signal.aborted ? error : await this.#failure(error as Error);
    }
    this.#world.say(`${this.name}: up after ${((this.#world.nowMs() - startMs) / 1000).toFixed(1)} s`);
  }

  /** Resolves when the running server answers. */
  async answered(signal: AbortSignal): Promise<void> {
    if (this.#mark === undefined) throw new Error(`${this.name} was not started`);
    const { probe, startWithinMs } = this.#declaration;
    const port = clientPort(this.#declaration, this.#record.portOffset);
    await waitUntilAnswers(this.#mark, {
      probe: (timeoutMs) => probe(port, timeoutMs),
      withinMs: startWithinMs,
      nowMs: this.#world.nowMs,
      signal,
    });
  }

  get #logPath(): string {
    return join(this.directory, `${this.name}.log`);
  }

  async #end(): Promise<void> {
    if (this.#mark === undefined) return;
    await stopServer(this.#mark);
    await this.#note(undefined);
  }

  async #note(process: ServiceRecord['process']): Promise<void> {
    const { process: _before, ...rest } = this.#record;
    this.#record = process === undefined ? rest : { ...rest, process };
    await writeRecord(this.directory, this.#record);
  }

  async #failure(error: Error): Promise<BenchError> {
    const tail = await tailOf(this.#logPath, LINES_OF_FAILURE);
    const said = tail === '' ? 'It said nothing.' : `Its last lines:\n${tail.replaceAll(/^/gm, '    ')}`;
    return new BenchError(
      'OB_SERVICE_FAILED',
      `${this.name} did not start: ${error.message}. ${said}`,
      `The whole log is ${this.#logPath}; 'omegabench services down ${this.name}' removes its data for a fresh start.`,
      error,
    );
  }
}
