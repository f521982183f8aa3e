/**
 * A store as a worker has it behind a fault: away, slow, with a reply that is lost, or with a tail of acknowledged
 * writes that it forgets. Without a fault every call goes straight through.
 */
import type { StoreName } from '../../../substrates/declaration.ts';
import {
  type Fence,
  type KeyColumns,
  type KeyValueStore,
  type Marker,
  type RowColumns,
  StoreUnavailableError,
} from '../../../substrates/key-value-store/key-value-store.ts';
import { encodeDeletedRows } from '../deleted-rows.ts';
import type { Armed, ArmedFaults } from './armed-faults.ts';
import { lostRowsPath, UndoList } from './undo-list.ts';
import type { FaultOf } from './worker-fault.ts';

type IncrementOptions = Parameters<KeyValueStore['increment']>[2];

export class FaultyStore implements KeyValueStore {
  readonly #inner: KeyValueStore;
  readonly #name: StoreName;
  readonly #faults: ArmedFaults;
  readonly #directory: string;
  readonly #stageOf: () => number | undefined;
  #undo: { armed: Armed<FaultOf<'lose-tail'>>; list: UndoList; fence: Fence } | undefined;

  /** `stageOf` tells which stage writes now. */
  constructor(
    inner: KeyValueStore,
    name: StoreName,
    faults: ArmedFaults,
    directory: string,
    stageOf: () => number | undefined,
  ) {
    this.#inner = inner;
    this.#name = name;
    this.#faults = faults;
    this.#directory = directory;
    this.#stageOf = stageOf;
  }

  get binding(): KeyValueStore['binding'] {
    return this.#inner.binding;
  }

  get guarantees(): KeyValueStore['guarantees'] {
    return this.#inner.guarantees;
  }

  get settings(): KeyValueStore['settings'] {
    return this.#inner.settings;
  }

  get counts(): KeyValueStore['counts'] {
    return this.#inner.counts;
  }

  async raiseFence(fence: Fence): Promise<void> {
    await this.#reach();
    await this.#inner.raiseFence(fence);
  }

  increment(rows: RowColumns, fence: Fence, options?: IncrementOptions): Promise<void> {
    return this.#write(rows, fence, () => this.#inner.increment(rows, fence, options));
  }

  upsert(rows: RowColumns, version: number, fence: Fence): Promise<void> {
    return this.#write(rows, fence, () => this.#inner.upsert(rows, version, fence));
  }

  bulkLoad(rows: RowColumns, fence: Fence, marker?: Marker): Promise<void> {
    return this.#write(rows, fence, () => this.#inner.bulkLoad(rows, fence, marker));
  }

  async multiGet(keys: KeyColumns, into: { counter: Uint32Array; fingerprint: Int32Array }): Promise<void> {
    await this.#reach();
    await this.#inner.multiGet(keys, into);
  }

  async markers(name: Marker['name'], partitions: number): Promise<(number | undefined)[]> {
    await this.#reach();
    return this.#inner.markers(name, partitions);
  }

  async *scan(fromHourMs: number, toHourMs: number): AsyncGenerator<RowColumns> {
    await this.#reach();
    yield* this.#inner.scan(fromHourMs, toHourMs);
  }

  async delete(keys: KeyColumns, fence: Fence): Promise<void> {
    await this.#reach();
    await this.#inner.delete(keys, fence);
  }

  lastTransaction(): Promise<number | undefined> {
    return this.#inner.lastTransaction();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  /** Error: `StoreUnavailableError` while the store is away. */
  async #reach(): Promise<void> {
    const slow = this.#faults.striking('slow-store', { store: this.#name });
    if (slow !== undefined && this.#faults.lasting(slow, slow.fault.durationMs)) {
      await this.#faults.runtime.sleep(slow.fault.delayMs);
    }
    const outage = this.#faults.striking('store-outage', { store: this.#name });
    if (outage !== undefined && this.#faults.lasting(outage, outage.fault.durationMs)) this.#refuse('is away');
    await this.#crashIfDue();
  }

  #refuse(why: string): never {
    throw new StoreUnavailableError(`the ${this.#name} store ${why}: a fault of this run`, 'no');
  }

  async #write(rows: RowColumns, fence: Fence, apply: () => Promise<void>): Promise<void> {
    await this.#reach();
    await this.#noteBefore(rows, fence);
    await apply();
    const lost = this.#faults.striking('lose-reply', { store: this.#name, partition: fence.partition });
    if (lost === undefined || rows.count === 0) return;
    lost.calls += 1;
    if (lost.calls >= lost.fault.writes) lost.over = true;
    const stage = this.#stageOf();
    await this.#faults.write(lost, 'bit', {
      partition: fence.partition,
      events: sumOf(rows),
      ...(stage === undefined ? {} : { stage }),
    });
    throw new StoreUnavailableError(`the ${this.#name} store's reply was lost: a fault of this run`, 'unknown');
  }

  /** While the tail that will be forgotten is written: what the keys held before. */
  async #noteBefore(rows: RowColumns, fence: Fence): Promise<void> {
    if (rows.count === 0) return;
    const armed =
      this.#undo?.armed ?? this.#faults.striking('lose-tail', { store: this.#name, partition: fence.partition });
    if (armed === undefined || armed.fault.trigger.partition !== fence.partition) return;
    if (armed.calls >= armed.fault.writes) return;
    armed.calls += 1;
    this.#undo ??= { armed, list: new UndoList(), fence };
    await this.#undo.list.noteBefore(this.#inner, rows);
  }

  /**
   * The store crashes at the first call after the tail was acknowledged, so that whoever wrote it has committed it; it
   * comes back as it was before the tail.
   */
  async #crashIfDue(): Promise<void> {
    const undo = this.#undo;
    if (undo === undefined || undo.armed.calls < undo.armed.fault.writes || undo.armed.over) return;
    const { armed, list, fence } = undo;
    if (armed.untilMs === undefined) {
      await list.noteAfter(this.#inner);
      const lost = list.lostRows();
      await this.#faults.runtime.files.append(
        lostRowsPath(this.#directory, this.#name, fence.partition, fence.epoch),
        encodeDeletedRows(lost),
      );
      await list.putBack(this.#inner, fence);
      await this.#faults.write(armed, 'bit', { partition: fence.partition, events: sumOf(lost), calls: armed.calls });
    }
    if (this.#faults.lasting(armed, armed.fault.durationMs)) this.#refuse('has crashed');
    this.#undo = undefined;
  }
}

function sumOf(rows: RowColumns): number {
  let events = 0;
  for (let row = 0; row < rows.count; row++) events += rows.counter[row] as number;
  return events;
}
