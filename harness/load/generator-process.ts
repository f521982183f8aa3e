/**
 * The generator as its parent holds it: a child process of its own, so that neither the pipelines nor the harness slow
 * the stream down, and its CPU time is counted apart.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GeneratorProgress } from './generator.ts';
import type {
  FromGenerator,
  GeneratorProcessReport,
  GeneratorSpecification,
  ToGenerator,
} from './generator-messages.ts';

const MAIN = new URL(`./generator-main${extname(new URL(import.meta.url).pathname)}`, import.meta.url);

/** As much of what a dying child wrote to stderr as goes into the error. */
const STDERR_TAIL = 2000;

/** The generator process died, or could not do what it was told. */
export class GeneratorFailedError extends Error {
  override readonly name = 'GeneratorFailedError';
}

export class GeneratorProcess {
  /** Resolves when the stream and the log are open; rejects with `GeneratorFailedError`. */
  readonly ready: Promise<void>;
  /** Resolves with the report when every partition of the log has its end; rejects with `GeneratorFailedError`. */
  readonly done: Promise<GeneratorProcessReport>;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #progress: GeneratorProgress;
  #stderr = '';

  /** Starts the process. It waits for `go`. */
  constructor(specification: GeneratorSpecification) {
    const { partitions } = specification.log;
    this.#progress = { appendedRows: new Array<number>(partitions).fill(0), latenessMs: { p50: 0, p99: 0, max: 0 } };
    const child = fork(fileURLToPath(MAIN), [], {
      execArgv: ['--enable-source-maps'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child = child;
    child.stderr?.on('data', (bytes: Buffer) => {
      this.#stderr = (this.#stderr + bytes.toString()).slice(-STDERR_TAIL);
    });
    this.#exited = new Promise((resolve) => {
      child.once('close', () => resolve());
      child.once('error', () => resolve());
    });
    this.ready = this.#outcome((message, resolve) => {
      if (message.kind === 'ready') resolve(undefined);
    });
    this.done = this.#outcome((message, resolve) => {
      if (message.kind === 'progress') this.#progress = message.progress;
      if (message.kind !== 'done') return;
      this.#progress = message.report;
      resolve(message.report);
    });
    // A caller may look at one of the two only; the other must not end the program.
    this.ready.catch(() => {});
    this.done.catch(() => {});
    this.#send({ kind: 'specification', specification });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** As the process reported it last; at most 100 ms old while it runs. */
  get progress(): GeneratorProgress {
    return this.#progress;
  }

  /** Starts the stream; before `ready`, as soon as it is. */
  go(): void {
    this.#send({ kind: 'go' });
  }

  /** Ends the stream early, and every partition of the log properly. Resolves with the report. */
  stop(): Promise<GeneratorProcessReport> {
    this.#send({ kind: 'stop' });
    return this.done;
  }

  /** Stops the process where it is, or lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  /** Kills the process at once. Resolves when it is gone; `done` rejects if it was not done. */
  kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    return this.#exited;
  }

  /** A promise that the child's messages may fulfil, and that its death before that rejects. */
  #outcome<T>(onMessage: (message: FromGenerator, resolve: (value: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#child.on('message', (message: FromGenerator) => {
        if (message.kind === 'failed') reject(new GeneratorFailedError(`the generator failed: ${message.message}`));
        else onMessage(message, resolve);
      });
      this.#child.once('error', (error) => {
        reject(new GeneratorFailedError(`the generator process cannot be started: ${error.message}`, { cause: error }));
      });
      // 'close' comes after the last byte of stderr and the last message.
      this.#child.once('close', (code, signal) => {
        const how = signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
        const said = this.#stderr === '' ? '' : `: ${this.#stderr.trim()}`;
        reject(new GeneratorFailedError(`the generator process ${how} before it was done${said}`));
      });
    });
  }

  #send(message: ToGenerator): void {
    // A child that is gone says so through `ready` and `done`.
    if (this.#child.connected) this.#child.send(message, () => {});
  }
}
