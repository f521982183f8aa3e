/**
 * The key/value store on Cassandra, in two tables: counter columns for what is incremented, plain columns for what is
 * replaced (upserts whose version is the write's timestamp, bulk loads). A read gives the sum of both, so a key should
 * be written in one of the two ways: an upsert or a bulk load does not replace what increments have added, and an
 * upsert that comes after a bulk load lands only if its version is later than the moment of the load.
 *
 * Cassandra has no transactions over rows and tables. A batch that fails may be applied in part; markers are set after
 * the rows; fences are checked before each batch, and what is under way when a fence is raised may land after it. Late
 * upserts do no harm then (the version decides), late bulk loads and markers only until the successor writes the same
 * again; late increments count twice.
 *
 * A deleted counter must not be incremented again: Cassandra goes on from the value that was deleted, or drops the
 * increment, depending on caches and compactions. Nothing here uses a deleted key again.
 */
import { errors } from 'cassandra-driver';
import type {
  CassandraStoreBinding,
  Fence,
  KeyColumns,
  KeyValueStore,
  KeyValueStoreBinding,
  Marker,
  RowColumns,
  StoreGuarantees,
} from '../key-value-store.ts';
import { previousRowOfKey } from '../previous-row.ts';
import { connect } from './connection.ts';
import { Control } from './control.ts';
import { explain, placeOf } from './errors.ts';
import { inDoubt } from './landed-parts.ts';
import { RowReader } from './row-reader.ts';
import { RowWriter } from './row-writer.ts';
import { scanRows } from './scan.ts';
import { readServerCounts } from './server-counts.ts';
import { Session } from './session.ts';
import { readSettings } from './settings.ts';
import { missingTables } from './tables.ts';
import { versionTimestamp, WriteClock } from './timestamps.ts';

export class CassandraStore implements KeyValueStore {
  readonly binding: CassandraStoreBinding;
  readonly settings: Readonly<Record<string, string>>;
  readonly guarantees: StoreGuarantees = { atomicBatches: false, fence: 'checked', snapshotReads: false };
  readonly #session: Session;
  readonly #control: Control;
  readonly #reader: RowReader;
  readonly #writer: RowWriter;
  readonly #clock = new WriteClock();
  /** Rows that `scan` has delivered: audit traffic, which is no part of `counts`. */
  scannedRows = 0;

  private constructor(session: Session, settings: Record<string, string>) {
    this.binding = session.binding;
    this.settings = settings;
    this.#session = session;
    this.#control = new Control(session);
    this.#reader = new RowReader(session);
    this.#writer = new RowWriter(session);
  }

  /**
   * Opens a handle on tables that `createTables` has made. `StoreUnavailableError` if no server can be reached; an
   * error that says what to do for a wrong data centre, wrong credentials or missing tables.
   */
  static async open(binding: KeyValueStoreBinding): Promise<CassandraStore> {
    if (binding.kind !== 'cassandra') throw new Error(`CassandraStore opens no store of kind ${binding.kind}`);
    const client = await connect(binding, { consistency: binding.consistency });
    try {
      const missing = await missingTables(client, binding);
      if (missing.length > 0) {
        throw new Error(`${placeOf(binding)}: no table ${missing.join(', ')}; the store has to be made first`);
      }
      return new CassandraStore(new Session(client, binding), await readSettings(client, binding));
    } catch (error) {
      await client.shutdown();
      throw error instanceof errors.DriverError ? explain(error, binding, 'opening') : error;
    }
  }

  get counts(): Session['counts'] {
    return this.#session.counts;
  }

  raiseFence(fence: Fence): Promise<void> {
    return this.#control.raiseFence(fence);
  }

  /** `noteTransaction` is never called: Cassandra's writes have no numbers. */
  async increment(
    rows: RowColumns,
    fence: Fence,
    options: { mode?: 'atomic' | 'read-modify-write'; marker?: Marker } = {},
  ): Promise<void> {
    const { mode = 'atomic', marker } = options;
    if (marker !== undefined && rows.count > 0) {
      await this.#control.checkFence(fence);
      throw new Error(
        `${placeOf(this.binding)}: a ${marker.name} cannot be set together with increments, since Cassandra has no ` +
          "transaction over both: commit 'after-write', or choose a store that has transactions (lmdb, redis)",
      );
    }
    if (mode === 'atomic') return this.#write(rows, fence, () => this.#writer.increment(rows), marker);
    const totals = await this.#readAndAddUp(rows);
    await this.#write(rows, fence, () => this.#writer.put(totals, () => this.#clock.next()), marker);
  }

  async upsert(rows: RowColumns, version: number, fence: Fence): Promise<void> {
    const timestamp = versionTimestamp(version);
    await this.#write(rows, fence, () => this.#writer.put(rows, () => timestamp));
  }

  async bulkLoad(rows: RowColumns, fence: Fence, marker?: Marker): Promise<void> {
    await this.#write(rows, fence, () => this.#writer.put(rows, () => this.#clock.next()), marker);
  }

  async delete(keys: KeyColumns, fence: Fence): Promise<void> {
    await this.#control.checkFence(fence);
    await this.#writer.delete(keys, this.#clock.next());
  }

  async multiGet(keys: KeyColumns, into: { counter: Uint32Array; fingerprint: Int32Array }): Promise<void> {
    await this.#reader.read(keys, into);
  }

  markers(name: Marker['name'], partitions: number): Promise<(number | undefined)[]> {
    return this.#control.markers(name, partitions);
  }

  async *scan(fromHourMs: number, toHourMs: number): AsyncGenerator<RowColumns> {
    for await (const rows of scanRows(this.#session, this.#control, fromHourMs, toHourMs)) {
      this.scannedRows += rows.count;
      yield rows;
    }
  }

  async lastTransaction(): Promise<undefined> {
    this.#session.assertOpen();
  }

  serverCounts(): Promise<Record<string, number>> {
    return readServerCounts(this.#session);
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  /** Rows first, then the marker: whoever sees the marker finds the rows. */
  async #write(keys: KeyColumns, fence: Fence, apply: () => Promise<void>, marker?: Marker): Promise<void> {
    await this.#control.checkFence(fence);
    await this.#control.listHours(keys);
    await apply();
    if (marker === undefined) return;
    try {
      await this.#control.setMarker(fence, marker);
    } catch (error) {
      throw keys.count > 0 ? inDoubt(error) : error;
    }
  }

  /** Reads the replaceable values and adds the rows to them; equal keys one after another. */
  async #readAndAddUp(rows: RowColumns): Promise<RowColumns> {
    const totals = { ...rows, counter: new Uint32Array(rows.count), fingerprint: new Int32Array(rows.count) };
    await this.#reader.read(rows, totals, ['values']);
    const previous = previousRowOfKey(rows);
    for (let row = 0; row < rows.count; row++) {
      const base = previous[row] === -1 ? row : (previous[row] as number);
      totals.counter[row] = (totals.counter[base] as number) + (rows.counter[row] as number);
      totals.fingerprint[row] = (totals.fingerprint[base] as number) + (rows.fingerprint[row] as number);
    }
    return totals;
  }
}
