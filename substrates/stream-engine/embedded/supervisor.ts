/**
 * The supervisor of a job: starts the workers, notices dead and silent ones, fences them with a new epoch and starts
 * successors, which restore what was left. It sums what workers report into one status.
 */
import type { StateReader } from '../../query-service.ts';
import type { Runtime, WorkerExit } from '../../runtime.ts';
import {
  type HooksBinding,
  type JobEvent,
  JobFailedError,
  type JobSpecification,
  type JobStatus,
  type RunningJob,
  type SupervisorHooks,
  type WorkerLife,
} from '../stream-engine.ts';
import { progressOf, sumCheckpoints, sumStages, sumStores } from './job-status.ts';
import { StateClient } from './state-client.ts';
import { describeExit, type Life, newestEpoch, noteResumption, reported, takeCaughtUp } from './worker-life.ts';
import type { FromWorker, ToWorker, WorkerSpecification } from './worker-messages.ts';

export interface SupervisorOptions {
  /** A worker that says nothing for this long is replaced. */
  silentAfterMs: number;
  /** The job fails when workers die this often in a row without having become ready, or one of the same error. */
  maxFailedStarts: number;
}

/** A worker that restores a large state says nothing until it is ready: it is given so many times as long. */
const RESTORE_PATIENCE = 12;

type EventBody<E> = E extends unknown ? Omit<E, 'atMs' | 'worker' | 'epoch'> : never;

export class Supervisor implements RunningJob {
  readonly events: JobEvent[] = [];
  readonly #runtime: Runtime;
  readonly #job: JobSpecification;
  readonly #epochOffsetMs: number;
  readonly #hooks: SupervisorHooks;
  readonly #options: SupervisorOptions;
  readonly #partitionsOf: number[][];
  readonly #state: StateClient;
  readonly #listeners: ((event: JobEvent) => void)[] = [];
  /** Newest life of each worker. */
  readonly #lives: Life[] = [];
  /** Lives that were replaced: their figures still count, and a silent one may still run. */
  readonly #formerLives: Life[] = [];
  readonly #waiting: (() => void)[] = [];
  #hookBinding: HooksBinding | undefined;
  #failedStarts = 0;
  /** The last error that a worker ended with, and how often it did so in a row. */
  #lastError = { message: '', times: 0 };
  #failure: JobFailedError | undefined;
  #going = false;
  #stopping: Promise<JobStatus> | undefined;

  constructor(
    runtime: Runtime,
    job: JobSpecification,
    epochOffsetMs: number,
    hooks: SupervisorHooks,
    options: SupervisorOptions,
  ) {
    this.#runtime = runtime;
    this.#job = job;
    this.#epochOffsetMs = epochOffsetMs;
    this.#hooks = hooks;
    this.#options = options;
    this.#hookBinding = job.hooks;
    this.#partitionsOf = Array.from({ length: job.workers }, () => []);
    const owner = Array.from({ length: job.log.partitions }, (_, partition) => partition % job.workers);
    for (const [partition, worker] of owner.entries()) this.#partitionsOf[worker]?.push(partition);
    this.#state = new StateClient(runtime, owner);
  }

  get state(): StateReader {
    return this.#state;
  }

  /** Starts all workers; resolves when they are ready. */
  async start(): Promise<void> {
    // A job that goes on where an earlier one stopped must be newer than all of its workers.
    const epoch = 1 + newestEpoch(await this.#runtime.files.list(this.#job.directory));
    for (const worker of this.#partitionsOf.keys()) this.#startLife(worker, epoch);
    await this.#until(() => this.#lives.every((life) => life.ready));
    void this.#watch();
  }

  go(): void {
    this.#going = true;
    for (const life of this.#lives) {
      life.cpuAtGoSeconds = life.status?.cpuSeconds ?? 0;
      life.handle.send({ kind: 'go' } satisfies ToWorker);
    }
  }

  onEvent(listener: (event: JobEvent) => void): void {
    this.#listeners.push(listener);
  }

  status(): JobStatus {
    const newest = reported(this.#lives);
    const all = [...reported(this.#formerLives), ...newest];
    return {
      atMs: this.#runtime.clock.nowMs(),
      partitions: this.#lives
        .flatMap((life) => progressOf(life.status, this.#partitionsOf[life.worker] ?? []))
        .sort((a, b) => a.partition - b.partition),
      stores: sumStores(all),
      checkpoints: sumCheckpoints(all),
      stateBytes: sumStages(newest, (stage) => stage.stateBytes),
    };
  }

  async drained(): Promise<JobStatus> {
    const isDrained = (status: JobStatus): boolean =>
      status.partitions.length === this.#job.log.partitions &&
      status.partitions.every((partition) => partition.drained);
    await this.#until(() => this.#stopping !== undefined || isDrained(this.status()));
    return this.status();
  }

  workers(): WorkerLife[] {
    return this.#lives.map(({ worker, epoch, handle }) => ({
      worker,
      epoch,
      partitions: this.#partitionsOf[worker] ?? [],
      kill: (signal) => handle.kill(signal),
    }));
  }

  tellHooks(message: unknown): void {
    for (const life of this.#lives) life.handle.send({ kind: 'hooks', message } satisfies ToWorker);
  }

  cpuSeconds(): number {
    const lives = [...this.#formerLives, ...this.#lives];
    return lives.reduce((sum, life) => sum + Math.max(0, (life.status?.cpuSeconds ?? 0) - life.cpuAtGoSeconds), 0);
  }

  stop(options: { savepoint?: boolean } = {}): Promise<JobStatus> {
    this.#stopping ??= this.#stopAll(options.savepoint ?? false);
    return this.#stopping;
  }

  async #stopAll(savepoint: boolean): Promise<JobStatus> {
    for (const life of this.#lives) life.handle.send({ kind: 'stop', savepoint } satisfies ToWorker);
    for (const life of this.#formerLives) if (!life.ended) life.handle.kill('SIGKILL');
    const graceMs = this.#runtime.clock.nowMs() + 10_000;
    while (this.#lives.some((life) => !life.ended)) {
      if (this.#runtime.clock.nowMs() > graceMs)
        for (const life of this.#lives) if (!life.ended) life.handle.kill('SIGKILL');
      await this.#runtime.sleep(5);
    }
    this.#state.close();
    this.#wake();
    return this.status();
  }

  #startLife(worker: number, epoch: number): void {
    const specification: WorkerSpecification = {
      job: this.#job,
      worker,
      epoch,
      partitions: this.#partitionsOf[worker] ?? [],
      epochOffsetMs: this.#epochOffsetMs,
      waitForGo: !this.#going,
      hooks: this.#hookBinding,
    };
    const handle = this.#runtime.spawnWorker(specification);
    const life: Life = {
      worker,
      epoch,
      handle,
      ready: false,
      ended: false,
      heardMs: this.#runtime.clock.nowMs(),
      cpuAtGoSeconds: 0,
      status: undefined,
      resumed: new Map(),
    };
    const former = this.#lives[worker];
    if (former !== undefined) this.#formerLives.push(former);
    this.#lives[worker] = life;
    handle.onMessage((message) => this.#hear(life, message as FromWorker));
    handle.onExit((exit) => void this.#ended(life, exit));
    this.#emit(life, { kind: 'started', pid: handle.pid });
  }

  #hear(life: Life, message: FromWorker): void {
    life.heardMs = this.#runtime.clock.nowMs();
    switch (message.kind) {
      case 'ready':
        life.ready = true;
        life.status = message.status;
        this.#failedStarts = 0;
        if (this.#isCurrent(life)) this.#state.workerIsAt(life.worker, message.address);
        this.#resume(life, message);
        break;
      case 'status':
      case 'stopped':
        life.status = message.status;
        for (const caughtUp of takeCaughtUp(life)) this.#emit(life, { kind: 'caught-up', ...caughtUp });
        break;
      case 'note':
        this.#emit(life, { kind: 'note', note: message.note });
        break;
      case 'failed':
        this.#emit(life, { kind: 'note', note: { error: message.message } });
        if (this.#isCurrent(life)) this.#noteError(life, message);
        break;
    }
    this.#wake();
  }

  /** An error that a restart cannot help, or has not helped, ends the job. */
  #noteError(life: Life, { message, final }: FromWorker & { kind: 'failed' }): void {
    this.#lastError = { message, times: message === this.#lastError.message ? this.#lastError.times + 1 : 1 };
    const { times } = this.#lastError;
    if (final) this.#fail(message);
    else if (times >= this.#options.maxFailedStarts) {
      const what = life.ready ? `fails in the same way each time (${times} times)` : 'cannot start';
      this.#fail(`worker ${life.worker} ${what}: ${message.split('\n')[0]}`);
    }
  }

  #resume(life: Life, message: FromWorker & { kind: 'ready' }): void {
    const former = this.#formerLives.findLast((other) => other.worker === life.worker);
    for (const restored of message.restored) this.#emit(life, { kind: 'restored', ...restored });
    noteResumption(life, former, message.restored);
  }

  async #ended(life: Life, exit: WorkerExit): Promise<void> {
    if (life.ended) return;
    life.ended = true;
    this.#emit(life, { kind: 'exited', code: exit.code, signal: exit.signal });
    this.#wake();
    if (!this.#isCurrent(life) || this.#stopping !== undefined || this.#failure !== undefined) return;
    this.#state.workerIsGone(life.worker);
    if (!life.ready) {
      this.#failedStarts += 1;
      if (this.#failedStarts >= this.#options.maxFailedStarts) {
        this.#fail(`worker ${life.worker} cannot start (${describeExit(exit)})`);
        return;
      }
    }
    await this.#replace(life);
  }

  async #replace(life: Life): Promise<void> {
    const { worker, epoch } = life;
    const partitions = this.#partitionsOf[worker] ?? [];
    this.#hookBinding = (await this.#hooks.beforeRestart?.({ worker, epoch, partitions })) ?? this.#hookBinding;
    if (this.#stopping === undefined && this.#isCurrent(life)) this.#startLife(worker, epoch + 1);
  }

  /** Looks for silent workers as long as the job runs. */
  async #watch(): Promise<void> {
    const { silentAfterMs } = this.#options;
    while (this.#stopping === undefined && this.#failure === undefined) {
      await this.#runtime.sleep(silentAfterMs / 10);
      for (const life of [...this.#lives]) {
        const silentMs = this.#runtime.clock.nowMs() - life.heardMs;
        const limitMs = life.ready ? silentAfterMs : silentAfterMs * RESTORE_PATIENCE;
        if (life.ended || silentMs < limitMs || !this.#isCurrent(life) || this.#stopping !== undefined) continue;
        this.#emit(life, { kind: 'silent', silentMs });
        this.#state.workerIsGone(life.worker);
        await this.#replace(life);
      }
    }
  }

  #isCurrent(life: Life): boolean {
    return this.#lives[life.worker] === life;
  }

  #emit(life: Life, body: EventBody<JobEvent>): void {
    const event = { atMs: this.#runtime.clock.nowMs(), worker: life.worker, epoch: life.epoch, ...body } as JobEvent;
    this.events.push(event);
    for (const listener of this.#listeners) listener(event);
  }

  #fail(message: string): void {
    this.#failure ??= new JobFailedError(message);
    this.#wake();
  }

  /** Resolves when the condition holds, rejects when the job has failed; looks whenever something was heard. */
  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
