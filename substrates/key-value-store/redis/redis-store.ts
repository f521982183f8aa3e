/**
 * The key/value store on Redis (or Valkey): counters in hashes by hour, bucketed so that they stay small
 * (`key-space.ts`); a value is one integer that holds count and fingerprint (`counter-value.ts`).
 *
 * On one server a batch is one transaction, fenced by a WATCH (`shard.ts`). In a cluster a batch is one transaction for
 * each shard that it touches: each of them is fenced, but another handle may see a part of the batch, and a failure may
 * leave a part of it. A marker goes with shard 0, after the other shards have their rows; a batch that was cut short
 * is therefore found again by its missing marker, which is enough for those that replace (upserts and bulk loads).
 *
 * Transactions are numbered on one server. A number is noted before the batch is sent, as the last one that was seen
 * plus one: exact while one handle writes, too small by what others have written meanwhile.
 */

import {
  type CounterMemory,
  type Fence,
  FencedError,
  type KeyColumns,
  type KeyValueStore,
  type Marker,
  type RedisStoreBinding,
  type RowColumns,
  type StoreGuarantees,
} from '../key-value-store.ts';
import { previousRowOfKey } from '../previous-row.ts';
import { countReads, zeroCounts } from '../store-counts.ts';
import { Control, fenceField } from './control.ts';
import { counterMemory, serverInfo } from './probe.ts';
import { askScript, QuestionLane } from './question-lane.ts';
import { readEach, readRows, scanHour } from './reads.ts';
import { ResendingIncrements } from './resending.ts';
import { deleteBatch, incrementBatch, putBatch, type RowBatch, upsertBatch } from './row-batch.ts';
import { RAISE_FENCE } from './scripts.ts';
import { commandCalls } from './server-figures.ts';
import { onEachServer, Servers } from './servers.ts';
import { settingsOf } from './settings.ts';
import { type BatchOptions, Shard, unavailable } from './shard.ts';
import { rowsByShard, selectRows } from './split-rows.ts';

/** What writes to one shard, and what reads from it. */
interface Part {
  shard: Shard;
  questions: QuestionLane;
}

type IncrementOptions = NonNullable<Parameters<KeyValueStore['increment']>[2]>;

export class RedisStore implements KeyValueStore {
  readonly binding: RedisStoreBinding;
  readonly settings: Readonly<Record<string, string>>;
  readonly guarantees: StoreGuarantees;
  readonly counts = zeroCounts();
  /** Rows that `scan` has delivered: audit traffic, which is no part of `counts`. */
  scannedRows = 0;
  readonly #parts: readonly Part[];
  readonly #resending: ResendingIncrements | undefined;
  #closed = false;

  /** Rejects with `StoreUnavailableError`, or with `RedisRefusedError` if the server does not let us in. */
  static async open(binding: RedisStoreBinding): Promise<RedisStore> {
    const servers = new Servers(binding);
    try {
      const [told] = await onEachServer(binding, serverInfo);
      if (told === undefined) throw new Error('a Redis cluster without a master keeps nothing');
      return new RedisStore(binding, servers, settingsOf(binding, told.info, told.save));
    } catch (error) {
      throw unavailable(error, 'no');
    }
  }

  private constructor(binding: RedisStoreBinding, servers: Servers, settings: Readonly<Record<string, string>>) {
    this.binding = binding;
    this.settings = settings;
    const single = servers.shards === 1;
    this.guarantees = {
      atomicBatches: single && !binding.resend,
      fence: binding.resend ? 'checked' : 'atomic',
      snapshotReads: single,
    };
    this.#parts = Array.from({ length: servers.shards }, (_, i) => ({
      shard: new Shard(servers.keys(i), this.counts, () => servers.openWrites(i)),
      questions: new QuestionLane(this.counts, () => servers.openQuestions(i)),
    }));
    if (binding.resend) {
      const { shard, questions } = this.#first;
      this.#resending = new ResendingIncrements(shard, questions, this.counts, () => servers.openWrites(0, true));
    }
  }

  async raiseFence(fence: Fence): Promise<void> {
    this.#assertOpen();
    const args = [fenceField(fence.partition), String(fence.epoch)];
    await Promise.all(
      this.#parts.map(({ shard: { keys }, questions }) =>
        askScript(questions, this.counts, RAISE_FENCE.text, [keys.control, keys.edition], args),
      ),
    );
  }

  /** A batch that is sent one by one (`await-each`) is still one transaction, and counts as one round trip. */
  async increment(rows: RowColumns, fence: Fence, options: IncrementOptions = {}): Promise<void> {
    const { mode = 'atomic', marker, noteTransaction } = options;
    if (marker !== undefined && rows.count > 0) await this.#assertOneWrite(marker, fence);
    if (mode === 'atomic') {
      const batch = (some: RowColumns): RowBatch => incrementBatch(some, this.binding.client);
      if (this.#resending === undefined) return this.#write(rows, fence, batch, { marker, noteTransaction });
      this.#assertOpen();
      this.counts.roundTrips++;
      return this.#resending.apply(batch(rows), fence, { marker });
    }
    const { totals, versions } = await this.#readAndAddUp(rows);
    const put = (some: RowColumns, at?: readonly number[]): RowBatch =>
      putBatch(some, at === undefined ? versions : Float64Array.from(at, (row) => versions[row] as number));
    await this.#write(totals, fence, put, { marker, noteTransaction });
  }

  async upsert(rows: RowColumns, version: number, fence: Fence): Promise<void> {
    await this.#write<RowColumns>(rows, fence, (some) => upsertBatch(some, version));
  }

  async bulkLoad(rows: RowColumns, fence: Fence, marker?: Marker): Promise<void> {
    await this.#write<RowColumns>(rows, fence, (some) => putBatch(some), { marker });
  }

  async delete(keys: KeyColumns, fence: Fence): Promise<void> {
    await this.#write(keys, fence, deleteBatch);
  }

  async multiGet(keys: KeyColumns, into: { counter: Uint32Array; fingerprint: Int32Array }): Promise<void> {
    this.#assertOpen();
    this.counts.roundTrips++;
    const rows = this.#rowsByPart(keys);
    await Promise.all(
      this.#parts.map(({ shard, questions }, i) => readRows(questions, shard.keys, keys, rows[i] as number[], into)),
    );
    countReads(this.counts, keys.count);
  }

  async markers(name: Marker['name'], partitions: number): Promise<(number | undefined)[]> {
    this.#assertOpen();
    this.counts.roundTrips++;
    const { shard, questions } = this.#first;
    const fields = Array.from({ length: partitions }, (_, partition) => String(partition));
    const values = partitions === 0 ? [] : await questions.askOne('HMGET', shard.keys.marker(name), ...fields);
    countReads(this.counts, 1);
    return (values as (string | null)[]).map((value) => (value === null ? undefined : Number(value)));
  }

  /** Hour by hour, each read as a whole and then sorted: no more than an hour is held at a time. */
  async *scan(fromHourMs: number, toHourMs: number): AsyncGenerator<RowColumns> {
    this.#assertOpen();
    const hours = new Set<number>();
    for (const { shard, questions } of this.#parts) {
      const pairs = (await questions.askOne('HGETALL', shard.keys.control)) as string[];
      for (const hour of Control.parse(0, pairs).hours(fromHourMs, toHourMs)) hours.add(hour);
    }
    const sources = this.#parts.map(({ shard, questions }) => ({ lane: questions, space: shard.keys }));
    for (const hour of [...hours].sort((a, b) => a - b)) {
      for await (const rows of scanHour(sources, hour)) {
        this.scannedRows += rows.count;
        yield rows;
      }
    }
  }

  async lastTransaction(): Promise<number | undefined> {
    this.#assertOpen();
    if (!this.guarantees.atomicBatches) return undefined;
    const { shard, questions } = this.#first;
    return Number((await questions.askOne('GET', shard.keys.transaction)) ?? 0);
  }

  /** Of all servers of a cluster together. */
  async serverCounts(): Promise<Record<string, number>> {
    this.#assertOpen();
    const sum: Record<string, number> = {};
    for (const { info } of await onEachServer(this.binding, serverInfo)) {
      for (const [name, calls] of Object.entries(commandCalls(info))) sum[name] = (sum[name] ?? 0) + calls;
    }
    return sum;
  }

  async counterMemory(): Promise<CounterMemory | undefined> {
    this.#assertOpen();
    return counterMemory(this.binding);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { shard, questions } of this.#parts) {
      shard.close();
      questions.close();
    }
    this.#resending?.close();
  }

  get #first(): Part {
    return this.#parts[0] as Part;
  }

  /** One round trip: the parts of a batch, the one with the marker last. */
  async #write<Columns extends KeyColumns>(
    rows: Columns,
    fence: Fence,
    batchOf: (rows: Columns | RowColumns, at?: readonly number[]) => RowBatch,
    options: BatchOptions = {},
  ): Promise<void> {
    this.#assertOpen();
    this.counts.roundTrips++;
    if (this.#parts.length === 1) return this.#first.shard.apply(batchOf(rows), fence, options);
    const rowsOf = this.#rowsByPart(rows);
    const apply = async ({ shard }: Part, at: readonly number[], with_: BatchOptions): Promise<void> =>
      shard.apply(batchOf(selectRows(rows, at), at), fence, with_);
    const others = this.#parts.map((part, i) => [part, rowsOf[i] as number[]] as const).slice(1);
    await Promise.all(others.filter(([, at]) => at.length > 0).map(([part, at]) => apply(part, at, {})));
    await apply(this.#first, rowsOf[0] as number[], { marker: options.marker });
  }

  /** Error if a marker and increments cannot be one write; `FencedError` if the partition is fenced. */
  async #assertOneWrite(marker: Marker, fence: Fence): Promise<void> {
    if (this.guarantees.atomicBatches) return;
    const { shard, questions } = this.#first;
    const epoch = await questions.askOne('HGET', shard.keys.control, fenceField(fence.partition));
    if (fence.epoch < Number(epoch ?? fence.epoch)) throw new FencedError(fence, Number(epoch));
    throw new Error(
      `a ${marker.name} and increments are not one write on a Redis cluster, nor where the client sends again: ` +
        'let alpha commit its position after-write',
    );
  }

  /** What a client that adds up by itself writes back: totals, and the versions that the rows had. */
  async #readAndAddUp(rows: RowColumns): Promise<{ totals: RowColumns; versions: Float64Array }> {
    this.#assertOpen();
    const totals = selectRows(
      rows,
      Array.from({ length: rows.count }, (_, row) => row),
    );
    const versions = new Float64Array(rows.count);
    const { counter, fingerprint } = totals;
    this.counts.roundTrips++;
    const into = { counter, fingerprint, version: versions };
    const rowsOf = this.#rowsByPart(rows);
    await Promise.all(
      this.#parts.map(({ shard, questions }, i) => readEach(questions, shard.keys, rows, rowsOf[i] as number[], into)),
    );
    countReads(this.counts, rows.count);
    const previous = previousRowOfKey(rows);
    for (let row = 0; row < rows.count; row++) {
      const base = previous[row] === -1 ? row : (previous[row] as number);
      counter[row] = (counter[base] as number) + (rows.counter[row] as number);
      fingerprint[row] = (fingerprint[base] as number) + (rows.fingerprint[row] as number);
    }
    return { totals, versions };
  }

  #rowsByPart(keys: KeyColumns): number[][] {
    return rowsByShard(keys, this.#parts.length);
  }

  #assertOpen(): void {
    if (this.#closed) throw new Error('key/value store on Redis: this handle was closed');
  }
}
