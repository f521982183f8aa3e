/**
 * Collects what an architecture finally answers, for the audit: every key of the truth, and every other key that it
 * might hold.
 *
 * Every answer comes from the QueryService, because that is what a user would be told. Stores are scanned for keys
 * that the truth does not have, and those are asked as well. State that cannot be listed is asked for the hours next
 * to each key of the truth, so that an impression in the wrong hour is seen; a tweet that the stream never had cannot
 * be found there, and its report must say so.
 */
import {
  createRows,
  type KeyColumns,
  type KeyValueStore,
  type RowColumns,
} from '../../substrates/key-value-store/key-value-store.ts';
import type { QueryService } from '../../substrates/query-service.ts';
import { unionOfKeys } from './row-order.ts';

/** Keys of one multi-get: large enough to be quick, small enough not to hold up other queries. */
const CHUNK_KEYS = 5000;

/** An answer could not be had, so that the audit would be about something else than the architecture. */
export class UnansweredError extends Error {
  override readonly name = 'UnansweredError';
}

/**
 * The final answers for all `keys` and `extra` keys, each once, by hour and tweet id. `UnansweredError` if one of
 * them is unavailable; an error of a store is passed on.
 */
export async function collectAnswers(
  query: Pick<QueryService, 'read'>,
  keys: KeyColumns,
  extra?: KeyColumns,
): Promise<RowColumns> {
  const asked = extra === undefined ? unionOfKeys(keys) : unionOfKeys(keys, extra);
  const rows: RowColumns = {
    ...asked,
    counter: new Uint32Array(asked.count),
    fingerprint: new Int32Array(asked.count),
  };
  for (let from = 0; from < asked.count; from += CHUNK_KEYS) {
    const chunk = sliceKeys(asked, from, Math.min(asked.count, from + CHUNK_KEYS));
    const answers = await query.read(chunk);
    const unavailable = answers.unavailable.subarray(0, chunk.count).reduce((sum, flag) => sum + flag, 0);
    if (unavailable > 0) {
      throw new UnansweredError(
        `${unavailable} of ${chunk.count} keys are unavailable: a worker is down or restoring; audit after the drain`,
      );
    }
    rows.counter.set(answers.counter.subarray(0, chunk.count), from);
    rows.fingerprint.set(answers.fingerprint.subarray(0, chunk.count), from);
  }
  return rows;
}

/** Every row of a store whose hour is in `[fromHourMs, toHourMs)`, in the store's order. */
export async function collectFromStore(
  store: Pick<KeyValueStore, 'scan'>,
  fromHourMs: number,
  toHourMs: number,
): Promise<RowColumns> {
  let rows = createRows(CHUNK_KEYS);
  for await (const batch of store.scan(fromHourMs, toHourMs)) {
    if (rows.count + batch.count > rows.counter.length) rows = enlarged(rows, rows.count + batch.count);
    appendRows(rows, batch);
  }
  return rows;
}

/** The keys of the same tweets one hour earlier and one hour later, each once; keys of the truth may be among them. */
export function neighbouringKeys(truth: KeyColumns, hourMs: number): KeyColumns {
  return unionOfKeys(shiftedKeys(truth, -hourMs), shiftedKeys(truth, hourMs));
}

function shiftedKeys(keys: KeyColumns, byMs: number): KeyColumns {
  return { ...keys, hourStartMs: keys.hourStartMs.map((hourStartMs) => hourStartMs + byMs) };
}

function sliceKeys(keys: KeyColumns, from: number, to: number): KeyColumns {
  return {
    count: to - from,
    tweetIdLo: keys.tweetIdLo.subarray(from, to),
    tweetIdHi: keys.tweetIdHi.subarray(from, to),
    hourStartMs: keys.hourStartMs.subarray(from, to),
  };
}

function enlarged(rows: RowColumns, needed: number): RowColumns {
  const larger = createRows(Math.max(needed, rows.counter.length * 2));
  appendRows(larger, rows);
  return larger;
}

function appendRows(rows: RowColumns, batch: RowColumns): void {
  rows.tweetIdLo.set(batch.tweetIdLo.subarray(0, batch.count), rows.count);
  rows.tweetIdHi.set(batch.tweetIdHi.subarray(0, batch.count), rows.count);
  rows.hourStartMs.set(batch.hourStartMs.subarray(0, batch.count), rows.count);
  rows.counter.set(batch.counter.subarray(0, batch.count), rows.count);
  rows.fingerprint.set(batch.fingerprint.subarray(0, batch.count), rows.count);
  rows.count += batch.count;
}
