/** A program at work: its job, the stores that it writes and the query service that answers from them and its state. */
import { type StoreName, storesOf } from '../../substrates/declaration.ts';
import type { KeyColumns, KeyValueStore, RowColumns } from '../../substrates/key-value-store/key-value-store.ts';
import type { NodeRuntime } from '../../substrates/node-runtime.ts';
import { QueryService } from '../../substrates/query-service.ts';
import { JobFailedError, type RunningJob, type Savepoint } from '../../substrates/stream-engine/stream-engine.ts';
import { collectAnswers, collectFromStore, neighbouringKeys, UnansweredError } from '../audit/collect-answers.ts';
import { unionOfKeys } from '../audit/row-order.ts';
import { interruption } from '../run/act-context.ts';
import type { RunEngine } from '../run/run-engine.ts';
import { assertUpgradable, type Program } from './program.ts';
import { concatenated } from './tables.ts';

/** What every program of one upgrade is run with. */
export interface ProgramHost {
  runtime: NodeRuntime;
  engine: RunEngine;
  signal: AbortSignal;
}

/** How one program gave way to another. */
export interface Replacement {
  savepoint: Savepoint;
  next: RunningProgram;
  /** From the order to stop until all tasks of the other ran, without what was done between the two. */
  downMs: number;
}

const POLL_EVERY_MS = 20;
/** A job that gets no further for so long is waited for no more. */
const WAIT_LIMIT_MS = 120_000;
/** Answers that cannot be had for so long are given up. */
const ANSWER_LIMIT_MS = 60_000;

export class RunningProgram {
  readonly program: Program;
  readonly #host: ProgramHost;
  readonly #job: RunningJob;
  readonly #stores: Partial<Record<StoreName, KeyValueStore>>;

  private constructor(
    program: Program,
    host: ProgramHost,
    job: RunningJob,
    stores: Partial<Record<StoreName, KeyValueStore>>,
  ) {
    this.program = program;
    this.#host = host;
    this.#job = job;
    this.#stores = stores;
  }

  /** Resolves when all tasks run, from the start of the log or from a savepoint. Error: `JobFailedError`. */
  static async start(program: Program, host: ProgramHost, restoreFrom?: Savepoint): Promise<RunningProgram> {
    const stores: Partial<Record<StoreName, KeyValueStore>> = {};
    const { specification, filter, parallelism } = program;
    for (const name of storesOf(specification.declaration)) {
      const binding = specification.stores[name];
      if (binding !== undefined) stores[name] = await host.runtime.openStore(binding);
    }
    let job: RunningJob | undefined;
    try {
      const engine = host.engine.engineFor(host.runtime, { filter, parallelism });
      const from = restoreFrom === undefined ? {} : { restoreFrom: restoreFrom.location };
      job = await engine.start({ ...specification, ...from });
      const failed = job.drained().then(() => new Promise<never>(() => undefined));
      failed.catch(() => undefined);
      await Promise.race([job.go(), failed]);
      const running = new RunningProgram(program, host, job, stores);
      // A job that could not be submitted says so to whoever waits for its end.
      await running.#until(() => true);
      return running;
    } catch (error) {
      await job?.stop().catch(() => undefined);
      for (const store of Object.values(stores)) await store.close();
      throw error;
    }
  }

  /** Impressions that it has read, over all partitions, as it has told last. */
  read(): number {
    return this.#job.status().partitions.reduce((sum, { offset }) => sum + offset, 0);
  }

  /** Resolves when it has read as many impressions. Errors: `JobFailedError`, `InterruptedError`. */
  untilRead(impressions: number): Promise<void> {
    return this.#until(() => this.read() >= impressions);
  }

  /** Resolves when everything is read and settled. Errors as `untilRead`. */
  async drain(): Promise<void> {
    let isDrained = false;
    const drained = this.#job.drained().then(() => {
      isDrained = true;
    });
    drained.catch(() => undefined);
    await this.#until(() => isDrained);
  }

  /** By partition, the impressions that the state it began with had behind it; 0 for a start from nothing. */
  async cut(): Promise<number[]> {
    const { partitions } = this.program.specification.log;
    const restored = new Map<number, number>();
    await this.#until(() => {
      for (const event of this.#job.events) {
        if (event.kind === 'restored' && !restored.has(event.partition))
          restored.set(event.partition, event.fromOffset);
      }
      return restored.size === partitions;
    });
    return Array.from({ length: partitions }, (_, partition) => restored.get(partition) ?? 0);
  }

  /** All rows of its stores. */
  stored(): Promise<RowColumns> {
    return storedRows(Object.values(this.#stores));
  }

  /** What it answers for every key of the truth, its neighbours in time, and whatever its stores hold. */
  async answers(truth: KeyColumns): Promise<RowColumns> {
    const { declaration, log, settings } = this.program.specification;
    const { state } = this.#job;
    const query = new QueryService({
      answer: declaration.answer,
      partitions: log.partitions,
      stores: this.#stores,
      state,
    });
    const extra = unionOfKeys(neighbouringKeys(truth, settings.hourMs), await this.stored());
    const { clock } = this.#host.runtime;
    const giveUpMs = clock.nowMs() + ANSWER_LIMIT_MS;
    for (;;) {
      try {
        return await collectAnswers(query, truth, extra);
      } catch (error) {
        // A task manager on a busy machine may take longer than a query waits.
        if (!(error instanceof UnansweredError) || clock.nowMs() >= giveUpMs) throw error;
        this.#host.signal.throwIfAborted();
        await this.#host.runtime.sleep(POLL_EVERY_MS);
      }
    }
  }

  /**
   * Stops it with a savepoint and starts another program: from that savepoint, or, to roll back, from an earlier one.
   * `between` is called with what this one left, before the other starts, and may look at stores that stand still.
   * `UpgradeRefusedError` if the other cannot go on from this one's state, and then nothing was stopped.
   */
  async replaceBy(
    next: Program,
    between: (savepoint: Savepoint) => Promise<void>,
    earlier?: Savepoint,
  ): Promise<Replacement> {
    assertUpgradable(this.program, next);
    const { clock } = this.#host.runtime;
    const orderedMs = clock.nowMs();
    const savepoint = await this.stop();
    const stoppedMs = clock.nowMs();
    await between(savepoint);
    const startedMs = clock.nowMs();
    const running = await RunningProgram.start(next, this.#host, earlier ?? savepoint);
    return { savepoint, next: running, downMs: stoppedMs - orderedMs + clock.nowMs() - startedMs };
  }

  /** Ends it with a savepoint. Error: `JobFailedError` if there is none. */
  async stop(): Promise<Savepoint> {
    const { savepoint } = await this.#job.stop({ savepoint: true }).finally(() => this.#closeStores());
    if (savepoint !== undefined) return savepoint;
    throw new JobFailedError(
      `program ${this.program.name} was stopped, and the engine does not say with which savepoint`,
    );
  }

  /** Ends it where it is; idempotent. */
  async close(): Promise<void> {
    await this.#job.stop();
    await this.#closeStores();
  }

  async #closeStores(): Promise<void> {
    for (const [name, store] of Object.entries(this.#stores) as [StoreName, KeyValueStore][]) {
      delete this.#stores[name];
      await store.close();
    }
  }

  async #until(condition: () => boolean): Promise<void> {
    const { runtime, signal } = this.#host;
    const interrupted = interruption(signal);
    const failed = this.#job.drained().then(() => new Promise<never>(() => undefined));
    failed.catch(() => undefined);
    let read = -1;
    let readMs = 0;
    try {
      for (;;) {
        await Promise.race([runtime.sleep(POLL_EVERY_MS), failed, interrupted.promise]);
        if (condition()) return;
        const nowMs = runtime.clock.nowMs();
        if (this.read() > read) [read, readMs] = [this.read(), nowMs];
        if (nowMs - readMs < WAIT_LIMIT_MS) continue;
        throw new JobFailedError(
          `program ${this.program.name} has read ${this.read()} impressions and gets no further for ` +
            `${WAIT_LIMIT_MS / 1000} s: look at its job in Flink's own pages`,
        );
      }
    } finally {
      interrupted.release();
    }
  }
}

/** All rows of some stores. */
export async function storedRows(stores: readonly KeyValueStore[]): Promise<RowColumns> {
  let rows: RowColumns | undefined;
  for (const store of stores) {
    const own = await collectFromStore(store, 0, Number.MAX_SAFE_INTEGER);
    rows = rows === undefined ? own : concatenated(rows, own);
  }
  return rows ?? concatenated(EMPTY, EMPTY);
}

const EMPTY: RowColumns = {
  count: 0,
  tweetIdLo: new Uint32Array(0),
  tweetIdHi: new Uint32Array(0),
  hourStartMs: new Float64Array(0),
  counter: new Uint32Array(0),
  fingerprint: new Int32Array(0),
};
