/**
 * Reads rows by key. A key's value is the sum of what the two tables hold of it: a key is written either by increments
 * or by upserts and bulk loads, and where both were used the increments come on top.
 */
import type { KeyColumns } from '../key-value-store.ts';
import { countReads } from '../store-counts.ts';
import { chunksByPartition, low32, type PartitionChunk, tweetOf } from './layout.ts';
import { ROWS_PER_REQUEST, type Session } from './session.ts';

export type RowTable = 'counters' | 'values';
export const ROW_TABLES: readonly RowTable[] = ['counters', 'values'];

interface Values {
  counter: Uint32Array;
  fingerprint: Int32Array;
}

export class RowReader {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Fills `into` with the sums over `tables`, zeros where there is nothing. One command a key. */
  async read(keys: KeyColumns, into: Values, tables: readonly RowTable[] = ROW_TABLES): Promise<void> {
    this.#session.assertOpen();
    into.counter.fill(0, 0, keys.count);
    into.fingerprint.fill(0, 0, keys.count);
    const chunks = chunksByPartition(keys, ROWS_PER_REQUEST);
    await this.#session.batches.each(chunks.length * tables.length, async (i) => {
      const table = tables[i % tables.length] as RowTable;
      await this.#readChunk(table, keys, chunks[Math.floor(i / tables.length)] as PartitionChunk, into);
    });
    countReads(this.#session.counts, keys.count);
  }

  async #readChunk(table: RowTable, keys: KeyColumns, chunk: PartitionChunk, into: Values): Promise<void> {
    const wanted = new Map<bigint, number[]>();
    for (const row of chunk.rows) {
      const tweet = tweetOf(keys, row);
      const same = wanted.get(tweet);
      if (same === undefined) wanted.set(tweet, [row]);
      else same.push(row);
    }
    const parameters = [chunk.shard, BigInt(chunk.hourStartMs), [...wanted.keys()]];
    const statement = this.#session.statements.get[table];
    // Never more than one page: a request asks for fewer keys than a page has rows.
    const result = await this.#session.execute({ table, kind: 'read' }, statement, parameters);
    for (const found of result.rows) {
      for (const row of wanted.get(found.tweet as bigint) ?? []) {
        into.counter[row] = (into.counter[row] as number) + low32(found.counter);
        into.fingerprint[row] = (into.fingerprint[row] as number) + low32(found.fingerprint);
      }
    }
  }
}
