/**
 * A worker: owns some partitions and runs all stages of the declaration for them, a bounded step at a time, so that
 * queries, timers and messages get a turn every few milliseconds. It knows nothing of other workers.
 */
import { partitionOf } from '../../../generators/impression.ts';
import { type Declaration, type Stage, storesOf } from '../../declaration.ts';
import { type EventLog, LogUnavailableError } from '../../event-log/event-log.ts';
import { FencedError, type KeyValueStore, StoreUnavailableError } from '../../key-value-store/key-value-store.ts';
import { StateAnswer } from '../../query-service.ts';
import type { Runtime, Server, SupervisorLine } from '../../runtime.ts';
import { JobFailedError, type RestoredPosition } from '../stream-engine.ts';
import { type CreateHooks, noHooks, type WorkerHooks } from './hooks.ts';
import { BatchJobTask } from './stages/batch-job-task.ts';
import { IncrementStoreTask } from './stages/increment-store-task.ts';
import { RETRY_MS, type StageTask, type TaskContext } from './stages/stage-task.ts';
import { WindowStateTask } from './stages/window-state-task.ts';
import { createStateAnswers, decodeRequest, encodeResponse } from './state-protocol.ts';
import type { FromWorker, ToWorker, WorkerSpecification, WorkerStatus } from './worker-messages.ts';

/** Longest time between two turns for queries, as far as one step allows. */
const YIELD_EVERY_MS = 3;
const STATUS_EVERY_MS = 100;

/** Runs until it is told to stop; rejects with the error that ended it. */
export async function runWorker(
  runtime: Runtime,
  line: SupervisorLine,
  specification: WorkerSpecification,
): Promise<void> {
  const worker = new Worker(runtime, line, specification);
  try {
    await worker.run();
  } catch (error) {
    const final = error instanceof JobFailedError;
    const message = error instanceof FencedError || final ? error.message : String((error as Error).stack ?? error);
    line.send({ kind: 'failed', message, final } satisfies FromWorker);
    throw error;
  } finally {
    await worker.close();
  }
}

class Worker {
  readonly #runtime: Runtime;
  readonly #line: SupervisorLine;
  readonly #specification: WorkerSpecification;
  readonly #stores: Record<string, KeyValueStore> = {};
  readonly #tasks: StageTask[] = [];
  /** The task that answers queries, by partition. */
  readonly #answering = new Map<number, WindowStateTask>();
  readonly #restored: RestoredPosition[] = [];
  #log: EventLog | undefined;
  #server: Server | undefined;
  #going: boolean;
  #stop: { savepoint: boolean } | undefined;
  #nextStatusMs = 0;
  #hooks: WorkerHooks = noHooks;

  constructor(runtime: Runtime, line: SupervisorLine, specification: WorkerSpecification) {
    this.#runtime = runtime;
    this.#line = line;
    this.#specification = specification;
    this.#going = !specification.waitForGo;
  }

  async run(): Promise<void> {
    this.#line.onMessage((message) => this.#hear(message as ToWorker));
    const { job, worker, epoch, hooks: binding } = this.#specification;
    const note = (entry: Record<string, unknown>): void => this.#send({ kind: 'note', note: entry });
    if (binding !== undefined) this.#hooks = await createHooks(this.#runtime, { worker, epoch, note }, binding);
    await this.#runtime.files.makeDirectory(job.directory);
    const log = await this.#untilAvailable(() => this.#runtime.openLog(job.log));
    if (log === undefined) return;
    this.#log = log;
    if (!(await this.#openStores(job.declaration))) return;
    this.#createTasks(job.declaration, log);
    for (const task of this.#tasks) await this.#untilAvailable(() => task.open());
    this.#server = await this.#runtime.serve((request) => this.#answer(request));
    this.#send({ kind: 'ready', address: this.#server.address, restored: this.#restored, status: this.#status() });
    await this.#loop();
    for (const task of this.#tasks) await task.close(this.#stop?.savepoint ?? false);
    this.#send({ kind: 'stopped', status: this.#status() });
  }

  async close(): Promise<void> {
    await this.#server?.close();
    for (const store of Object.values(this.#stores)) await store.close();
    await this.#log?.close();
  }

  /** False if the worker was told to stop meanwhile. */
  async #openStores(declaration: Declaration): Promise<boolean> {
    const { job, partitions, epoch } = this.#specification;
    for (const name of storesOf(declaration)) {
      const binding = job.stores[name];
      if (binding === undefined)
        throw new JobFailedError(`${declaration.name} needs a ${name} store; the job binds none`);
      const opened = await this.#untilAvailable(() => this.#runtime.openStore(binding));
      if (opened === undefined) return false;
      const store = this.#hooks.wrapStore(name, opened);
      this.#stores[name] = store;
      for (const partition of partitions) await this.#untilAvailable(() => store.raiseFence({ partition, epoch }));
    }
    return this.#stop === undefined;
  }

  #createTasks(declaration: Declaration, log: EventLog): void {
    const { job, partitions, epoch } = this.#specification;
    const batch = declaration.stages.find((stage) => stage.kind === 'batch-job');
    const published = batch === undefined ? undefined : this.#stores[batch.store];
    declaration.stages.forEach((stage, index) => {
      for (const partition of partitions) {
        const context: TaskContext = {
          runtime: this.#runtime,
          clock: { nowMs: () => this.#runtime.clock.nowMs() + this.#hooks.clockOffsetMs },
          hooks: this.#hooks,
          settings: job.settings,
          log,
          stores: this.#stores,
          directory: job.directory,
          stage: index,
          partition,
          fence: { partition, epoch },
          restored: (position) => this.#restored.push(position),
        };
        const task = createTask(context, stage, published);
        this.#tasks.push(task);
        if (task instanceof WindowStateTask && task.queryable) this.#answering.set(partition, task);
      }
    });
  }

  async #loop(): Promise<void> {
    const { clock } = this.#runtime;
    while (!this.#going && this.#stop === undefined) {
      await this.#runtime.sleep(1);
      this.#reportIfDue(clock.nowMs());
    }
    let turnMs = clock.nowMs();
    while (this.#stop === undefined) {
      let waitMs = STATUS_EVERY_MS;
      for (const task of this.#tasks) {
        waitMs = Math.min(waitMs, await this.#step(task));
        const nowMs = clock.nowMs();
        if (nowMs - turnMs < YIELD_EVERY_MS) continue;
        turnMs = nowMs;
        this.#reportIfDue(nowMs);
        await this.#runtime.yield();
      }
      if (waitMs === 0) continue;
      this.#reportIfDue(clock.nowMs());
      await this.#runtime.sleep(waitMs);
      turnMs = clock.nowMs();
    }
  }

  /** A step that finds its log or store out of reach is taken again a little later; nothing of it is lost. */
  async #step(task: StageTask): Promise<number> {
    try {
      return await task.step();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      return RETRY_MS;
    }
  }

  /**
   * Tries until log or store can be reached, and reports meanwhile, so as not to be taken for dead; undefined if the
   * worker was told to stop.
   */
  async #untilAvailable<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    while (this.#stop === undefined) {
      try {
        return await work();
      } catch (error) {
        if (!isUnavailable(error)) throw error;
      }
      this.#reportIfDue(this.#runtime.clock.nowMs());
      await this.#runtime.sleep(RETRY_MS);
    }
    return undefined;
  }

  #hear(message: ToWorker): void {
    if (message.kind === 'go') this.#going = true;
    else if (message.kind === 'stop') this.#stop = { savepoint: message.savepoint };
    else this.#hooks.hear(message.message);
  }

  #reportIfDue(nowMs: number): void {
    if (nowMs < this.#nextStatusMs) return;
    this.#nextStatusMs = nowMs + STATUS_EVERY_MS;
    this.#send({ kind: 'status', status: this.#status() });
  }

  #status(): WorkerStatus {
    return {
      atMs: this.#runtime.clock.nowMs(),
      stages: this.#tasks.map((task) => task.progress()),
      stores: Object.fromEntries(
        Object.entries(this.#stores).map(([name, store]) => [name, structuredClone(store.counts)]),
      ),
      cpuSeconds: this.#runtime.cpuSeconds(),
    };
  }

  /** Answers a multi-get from the state of own partitions. */
  #answer(request: Uint8Array): Uint8Array {
    const keys = decodeRequest(request);
    const answers = createStateAnswers(keys.count);
    const partitions = this.#log?.partitions ?? 1;
    for (let row = 0; row < keys.count; row++) {
      const task = this.#answering.get(partitionOf(keys.tweetIdLo[row] as number, partitions));
      if (task === undefined) answers.answer[row] = StateAnswer.Unavailable;
      else task.answer(keys, row, answers);
    }
    return encodeResponse(answers);
  }

  #send(message: FromWorker): void {
    this.#line.send(message);
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof StoreUnavailableError || error instanceof LogUnavailableError;
}

function createTask(context: TaskContext, stage: Stage, published: KeyValueStore | undefined): StageTask {
  switch (stage.kind) {
    case 'increment-store':
      return new IncrementStoreTask(context, stage, published);
    case 'window-state':
      return new WindowStateTask(context, stage);
    case 'batch-job':
      return new BatchJobTask(context, stage);
  }
}

async function createHooks(
  runtime: Runtime,
  worker: Parameters<CreateHooks>[1],
  binding: { module: string; data: unknown },
): Promise<WorkerHooks> {
  const module = (await import(binding.module)) as { createHooks: CreateHooks };
  return module.createHooks(runtime, worker, binding.data);
}
