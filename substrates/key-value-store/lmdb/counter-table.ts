/**
 * The loops over LMDB rows: one get or put of the binding for each row, through one key buffer and one value buffer
 * that are reused. Nearly all of their time is spent inside LMDB (search of pages, list of dirty pages), not in
 * JavaScript.
 *
 * Writing methods must be called inside a write transaction. Reading methods see the transaction that is open, or the
 * newest commit if the caller has reset the read transaction.
 */
import type { Database } from 'lmdb';
import type { KeyColumns, RowColumns } from '../key-value-store.ts';
import {
  counterOf,
  fingerprintOf,
  KEY_BYTES,
  readRow,
  VALUE_BYTES,
  versionOf,
  writeKey,
  writeValue,
} from './key-codec.ts';

/** Values by row; `version` may be left out. */
export interface ValueColumns {
  counter: Uint32Array;
  fingerprint: Int32Array;
  version?: Float64Array;
}

export class CounterTable {
  readonly #database: Database<Buffer, Buffer>;
  readonly #key = Buffer.alloc(KEY_BYTES);
  readonly #value = Buffer.alloc(VALUE_BYTES);
  readonly #keyView = viewOf(this.#key);
  readonly #valueView = viewOf(this.#value);

  constructor(database: Database<Buffer, Buffer>) {
    this.#database = database;
  }

  /** Adds each row to its key, in order; the counter and the fingerprint wrap at 32 bits, the version stays. */
  increment(rows: RowColumns): void {
    for (let row = 0; row < rows.count; row++) {
      this.#point(rows, row);
      const counter = rows.counter[row] as number;
      const fingerprint = rows.fingerprint[row] as number;
      // The buffer of `getBinaryFast` is valid until the next get: no copy.
      const old = this.#database.getBinaryFast(this.#key);
      if (old === undefined) writeValue(this.#valueView, counter, fingerprint, 0);
      else writeValue(this.#valueView, counterOf(old) + counter, fingerprintOf(old) + fingerprint, versionOf(old));
      this.#database.putSync(this.#key, this.#value);
    }
  }

  /** Replaces each row unless its stored version is greater. */
  upsert(rows: RowColumns, version: number): void {
    for (let row = 0; row < rows.count; row++) {
      this.#point(rows, row);
      const old = this.#database.getBinaryFast(this.#key);
      if (old !== undefined && versionOf(old) > version) continue;
      writeValue(this.#valueView, rows.counter[row] as number, rows.fingerprint[row] as number, version);
      this.#database.putSync(this.#key, this.#value);
    }
  }

  /** Replaces each key's value without looking; without a version the version is 0. */
  put(keys: KeyColumns, values: ValueColumns): void {
    const { counter, fingerprint, version } = values;
    for (let row = 0; row < keys.count; row++) {
      this.#point(keys, row);
      const rowVersion = version === undefined ? 0 : (version[row] as number);
      writeValue(this.#valueView, counter[row] as number, fingerprint[row] as number, rowVersion);
      this.#database.putSync(this.#key, this.#value);
    }
  }

  /** A key that is not there reads as zeros. */
  read(keys: KeyColumns, into: ValueColumns): void {
    const { counter, fingerprint, version } = into;
    for (let row = 0; row < keys.count; row++) {
      this.#point(keys, row);
      const value = this.#database.getBinaryFast(this.#key);
      counter[row] = value === undefined ? 0 : counterOf(value);
      fingerprint[row] = value === undefined ? 0 : fingerprintOf(value);
      if (version !== undefined) version[row] = value === undefined ? 0 : versionOf(value);
    }
  }

  remove(keys: KeyColumns): void {
    for (let row = 0; row < keys.count; row++) {
      this.#point(keys, row);
      this.#database.removeSync(this.#key);
    }
  }

  /**
   * Fills `rows` with up to `limit` rows of hours below `toHourMs`, from the key after `after`, or from hour
   * `fromHourMs` on. Returns the last key that was read, or undefined if there was none.
   */
  scan(rows: RowColumns, limit: number, fromHourMs: number, toHourMs: number, after?: Buffer): Buffer | undefined {
    const start = after ?? hourKey(fromHourMs);
    const range = { start, end: hourKey(toHourMs), exclusiveStart: after !== undefined, limit };
    let last: Buffer | undefined;
    rows.count = 0;
    for (const { key, value } of this.#database.getRange(range)) {
      readRow(rows, rows.count++, key, value);
      last = key;
    }
    return last;
  }

  #point(keys: KeyColumns, row: number): void {
    writeKey(
      this.#keyView,
      keys.hourStartMs[row] as number,
      keys.tweetIdHi[row] as number,
      keys.tweetIdLo[row] as number,
    );
  }
}

/** The least key of an hour; hours beyond the safe integers stand for "from the first" and "to the last". */
function hourKey(hourMs: number): Buffer {
  const key = Buffer.alloc(KEY_BYTES);
  const clamped = Math.min(Math.max(Math.ceil(hourMs), Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
  writeKey(viewOf(key), clamped, 0, 0);
  return key;
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
