/**
 * Deletes hours from a speed store once a batch job has published them long enough ago that no query takes them from
 * there.
 */
import { partitionOf } from '../../../../generators/impression.ts';
import {
  createRows,
  type KeyValueStore,
  type RowColumns,
  StoreUnavailableError,
} from '../../../key-value-store/key-value-store.ts';
import type { TaskContext } from './stage-task.ts';

/** Of a task's context what a deletion needs. */
export type DeletionContext = Pick<TaskContext, 'clock' | 'settings' | 'stage' | 'partition' | 'fence'> & {
  hooks: Pick<TaskContext['hooks'], 'deleting'>;
  log: Pick<TaskContext['log'], 'partitions'>;
};

export class PublishedHoursDeletion {
  readonly #context: DeletionContext;
  readonly #store: KeyValueStore;
  readonly #published: KeyValueStore;
  readonly #keepHours: number;
  #oldestHourMs: number | undefined;
  #nextLookMs = 0;
  /** The hour that is being deleted, a scan batch a step. */
  #running: AsyncGenerator<void> | undefined;

  constructor(context: DeletionContext, store: KeyValueStore, published: KeyValueStore, keepHours: number) {
    this.#context = context;
    this.#store = store;
    this.#published = published;
    this.#keepHours = keepHours;
  }

  /**
   * Deletes a batch of keys if an hour is due: published, and also left behind by the stage itself, which has written
   * up to `writtenHourMs`; otherwise a stage that lags behind the batch job would write it again. A store that cannot
   * be reached puts it off.
   */
  async step(writtenHourMs: number): Promise<void> {
    try {
      await this.#deleteDue(writtenHourMs);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      this.#running = undefined;
      this.#oldestHourMs = undefined;
    }
  }

  async #deleteDue(writtenHourMs: number): Promise<void> {
    if (this.#running !== undefined) {
      if ((await this.#running.next()).done) this.#running = undefined;
      return;
    }
    const nowMs = this.#context.clock.nowMs();
    if (nowMs < this.#nextLookMs) return;
    const { hourMs } = this.#context.settings;
    this.#nextLookMs = nowMs + hourMs / 8;
    const newest = (await this.#published.markers('published-hour', this.#context.log.partitions))[
      this.#context.partition
    ];
    if (newest === undefined) return;
    this.#oldestHourMs ??= await this.#oldestHour();
    const oldest = this.#oldestHourMs;
    if (oldest === undefined || oldest > Math.min(newest, writtenHourMs) - this.#keepHours * hourMs) return;
    this.#running = this.#deleteHour(oldest);
    this.#oldestHourMs = oldest + hourMs;
  }

  async #oldestHour(): Promise<number | undefined> {
    for await (const rows of this.#store.scan(0, Number.MAX_SAFE_INTEGER)) {
      if (rows.count > 0) return rows.hourStartMs[0];
    }
    return undefined;
  }

  async *#deleteHour(hourStartMs: number): AsyncGenerator<void> {
    const { hooks, stage, partition, log, fence, settings } = this.#context;
    for await (const batch of this.#store.scan(hourStartMs, hourStartMs + settings.hourMs)) {
      const own = rowsOfPartition(batch, partition, log.partitions);
      if (own.count === 0) continue;
      await hooks.deleting({ stage, partition, offset: 0 }, hourStartMs, own);
      await this.#store.delete(own, fence);
      yield;
    }
  }
}

function rowsOfPartition(batch: RowColumns, partition: number, partitions: number): RowColumns {
  const own = createRows(batch.count);
  for (let row = 0; row < batch.count; row++) {
    if (partitionOf(batch.tweetIdLo[row] as number, partitions) !== partition) continue;
    const to = own.count++;
    own.tweetIdLo[to] = batch.tweetIdLo[row] as number;
    own.tweetIdHi[to] = batch.tweetIdHi[row] as number;
    own.hourStartMs[to] = batch.hourStartMs[row] as number;
    own.counter[to] = batch.counter[row] as number;
    own.fingerprint[to] = batch.fingerprint[row] as number;
  }
  return own;
}
