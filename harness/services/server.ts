/**
 * A server of ours that is up, of one process or of several: struck, started again and stopped through the record in
 * its directory.
 */
import { BenchError } from '../cli/bench-error.ts';
import { OneProcess } from './one-process.ts';
import { type ServiceRecord, withLock } from './record.ts';
import { ServerEndedError, stopServers, waitUntilAnswers } from './server-process.ts';
import { clientPort, type ServiceDeclaration } from './service.ts';
import type { ServiceWorld } from './world.ts';

const LINES_OF_FAILURE = 12;

export interface RunningService {
  readonly name: string;
  readonly url: string;
  readonly version: string;
  readonly directory: string;
  /** Of the server as it was started last; of several processes, that of the first. */
  readonly pid: number;
  /** When that was, in ISO 8601. */
  readonly since: string;
  /** Whether it was up already when it was asked for. */
  readonly wasUp: boolean;
  isRunning(): boolean;
  /** Sends the signal to this server and to no other process; false if it is gone. */
  kill(signal: NodeJS.Signals): boolean;
  /**
   * Starts the same server on the data that are there, after ending it if it still runs; its companions go on.
   * Resolves when it answers; rejects with `BenchError` if it does not, and its process is gone then.
   */
  restart(): Promise<void>;
  /** Ends the server with its companions, at once if it does not listen. Its data stay. */
  stop(): Promise<void>;
  /** What it said last. */
  logTail(): Promise<string>;
}

export class Server implements RunningService {
  readonly wasUp: boolean;
  readonly directory: string;
  /** The server itself. */
  readonly main: OneProcess;
  /** Its further processes. */
  readonly companions: readonly OneProcess[];
  readonly #world: ServiceWorld;
  readonly #declaration: ServiceDeclaration;
  readonly #record: ServiceRecord;

  /** Of a record, and of its processes if they run. */
  constructor(world: ServiceWorld, declaration: ServiceDeclaration, directory: string, record: ServiceRecord) {
    this.#world = world;
    this.#declaration = declaration;
    this.directory = directory;
    this.#record = record;
    this.main = new OneProcess(world, directory, record);
    this.companions = (record.companions ?? []).map((entry) => new OneProcess(world, directory, entry));
    this.wasUp = this.main.pid !== undefined;
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

  get portOffset(): number {
    return this.#record.portOffset;
  }

  get pid(): number {
    if (this.main.pid === undefined) throw new Error(`${this.name} was not started`);
    return this.main.pid;
  }

  get since(): string {
    return new Date(this.main.sinceMs).toISOString();
  }

  isRunning(): boolean {
    return this.main.isRunning();
  }

  kill(signal: NodeJS.Signals): boolean {
    return this.main.kill(signal);
  }

  restart(): Promise<void> {
    return this.restartOne(this.main);
  }

  async stop(): Promise<void> {
    await withLock(this.directory, () => endAll([this.main, ...this.companions]));
  }

  logTail(): Promise<string> {
    return this.main.logTail();
  }

  /** Starts it with its companions and waits; the caller holds the directory. No process is left if it fails. */
  async launch(signal: AbortSignal): Promise<void> {
    const { probe, ready = probe } = this.#declaration;
    const startMs = this.#world.nowMs();
    await this.#up([this.main, ...this.companions], 'fresh', ready, signal);
    this.#world.say(`${this.name}: up after ${((this.#world.nowMs() - startMs) / 1000).toFixed(1)} s`);
  }

  /**
   * Starts one of its processes again, after ending it if it runs; the others go on. Resolves when `isBack` does, by
   * default when the server answers; rejects as `restart` does.
   */
  async restartOne(one: OneProcess, isBack?: (timeoutMs: number) => Promise<void>): Promise<void> {
    const { probe } = this.#declaration;
    await withLock(this.directory, async () => {
      await one.end();
      const back: typeof probe = isBack === undefined ? probe : (_, timeoutMs) => isBack(timeoutMs);
      await this.#up([one], 'appended', back, new AbortController().signal);
    });
  }

  /** Resolves when the running server answers. */
  answered(signal: AbortSignal): Promise<void> {
    return this.#waitFor([this.main], this.#declaration.probe, signal);
  }

  async #up(
    processes: readonly OneProcess[],
    log: 'fresh' | 'appended',
    probe: ServiceDeclaration['probe'],
    signal: AbortSignal,
  ): Promise<void> {
    try {
      for (const one of processes) await one.start(log);
      await this.#waitFor(processes, probe, signal);
    } catch (error) {
      await endAll(processes);
      throw signal.aborted ? error : await this.#failure(error as Error, processes);
    }
  }

  async #waitFor(
    processes: readonly OneProcess[],
    probe: ServiceDeclaration['probe'],
    signal: AbortSignal,
  ): Promise<void> {
    const port = clientPort(this.#declaration, this.portOffset);
    const marked = processes.flatMap((one) => one.marked());
    if (marked.length < processes.length) throw new Error(`${this.name} was not started`);
    await waitUntilAnswers(marked, {
      probe: (timeoutMs) => probe(port, timeoutMs),
      withinMs: this.#declaration.startWithinMs,
      nowMs: this.#world.nowMs,
      signal,
    });
  }

  async #failure(error: Error, processes: readonly OneProcess[]): Promise<BenchError> {
    const blamed = error instanceof ServerEndedError ? error.process : undefined;
    const culprit = processes.find(({ name }) => name === blamed) ?? (processes[0] as OneProcess);
    const tail = await culprit.logTail(LINES_OF_FAILURE);
    const said = tail === '' ? 'It said nothing.' : `Its last lines:\n${tail.replaceAll(/^/gm, '    ')}`;
    return new BenchError(
      'OB_SERVICE_FAILED',
      `${culprit.name} did not start: ${error.message}. ${said}`,
      `The whole log is ${culprit.logPath}; 'omegabench services down ${this.name}' removes its data for a fresh start.`,
      error,
    );
  }
}

async function endAll(processes: readonly OneProcess[]): Promise<void> {
  // The record is one file: what ended is written down one after another.
  await stopServers(processes.flatMap((one) => one.marked().map(({ mark }) => mark)));
  for (const one of processes) await one.end();
}
