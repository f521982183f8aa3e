/**
 * Delivers all rows of some hours, sorted by hour and tweet id. The shards of an hour are sorted by tweet each: pages
 * of them are merged, and rows of the two tables with one key are added up, so that only one page of each shard is in
 * memory. What is written meanwhile may be seen or not. A scan is audit traffic and counts no commands.
 */
import { createRows, type RowColumns } from '../key-value-store.ts';
import type { Control } from './control.ts';
import { low32, SHARDS } from './layout.ts';
import { ROW_TABLES, type RowTable } from './row-reader.ts';
import type { Session } from './session.ts';

const ROWS_PER_BATCH = 4096;
const ROWS_PER_PAGE = 1000;

export async function* scanRows(
  session: Session,
  control: Control,
  fromHourMs: number,
  toHourMs: number,
): AsyncGenerator<RowColumns> {
  session.assertOpen();
  const rows = createRows(ROWS_PER_BATCH);
  for (const hour of await control.hours(fromHourMs, toHourMs)) {
    for await (const row of rowsOfHour(session, hour)) {
      append(rows, hour, row);
      if (rows.count < ROWS_PER_BATCH) continue;
      yield rows;
      rows.count = 0;
    }
  }
  if (rows.count > 0) yield rows;
}

interface Row {
  /** Unsigned. */
  tweet: bigint;
  counter: number;
  fingerprint: number;
}

async function* rowsOfHour(session: Session, hour: number): AsyncGenerator<Row> {
  const all = ROW_TABLES.flatMap((table) =>
    Array.from({ length: SHARDS }, (_, shard) => new ShardCursor(session, table, shard, hour)),
  );
  await session.batches.each(all.length, (i) => (all[i] as ShardCursor).fill());
  let cursors = all.filter((cursor) => cursor.row !== undefined);
  while (cursors.length > 0) {
    const next = nextRow(cursors);
    yield next;
    for (const cursor of cursors) {
      if (cursor.row?.tweet !== next.tweet) continue;
      cursor.advance();
      if (cursor.row === undefined) await cursor.fill();
    }
    if (cursors.some((cursor) => cursor.row === undefined)) {
      cursors = cursors.filter((cursor) => cursor.row !== undefined);
    }
  }
}

/** The least row under the cursors, summed over those that are at it. */
function nextRow(cursors: readonly ShardCursor[]): Row {
  let least: Row | undefined;
  for (const { row } of cursors) {
    if (row === undefined) continue;
    if (least === undefined || row.tweet < least.tweet) least = row;
    else if (row.tweet === least.tweet) {
      const { counter, fingerprint } = least;
      least = { tweet: row.tweet, counter: counter + row.counter, fingerprint: fingerprint + row.fingerprint };
    }
  }
  return least as Row;
}

function append(rows: RowColumns, hour: number, { tweet, counter, fingerprint }: Row): void {
  const at = rows.count++;
  rows.hourStartMs[at] = hour;
  rows.tweetIdHi[at] = Number(tweet >> 32n);
  rows.tweetIdLo[at] = Number(tweet & 0xffff_ffffn);
  rows.counter[at] = counter;
  rows.fingerprint[at] = fingerprint;
}

/** Walks through one shard of an hour in one table, a page at a time, by unsigned tweet id. */
class ShardCursor {
  row: Row | undefined;
  readonly #session: Session;
  readonly #table: RowTable;
  readonly #parameters: [number, bigint];
  /** First the ids below 2⁶³, then the others. */
  #half = 0;
  #pageState: string | undefined;
  #page: Row[] = [];
  #at = 0;

  constructor(session: Session, table: RowTable, shard: number, hour: number) {
    this.#session = session;
    this.#table = table;
    this.#parameters = [shard, BigInt(hour)];
  }

  /** To the next row of the page; `row` is undefined at its end. */
  advance(): void {
    this.row = this.#page[++this.#at];
  }

  /** To the first row of the next page that has one; `row` stays undefined if none has. */
  async fill(): Promise<void> {
    const statements = this.#session.statements.scan[this.#table];
    const request = { table: this.#table, kind: 'read', aside: true } as const;
    while (this.row === undefined && this.#half < statements.length) {
      const statement = statements[this.#half] as string;
      const paging = this.#pageState === undefined ? {} : { pageState: this.#pageState };
      const options = { fetchSize: ROWS_PER_PAGE, ...paging };
      const result = await this.#session.execute(request, statement, this.#parameters, options);
      this.#page = result.rows.map((row) => ({
        tweet: BigInt.asUintN(64, row.tweet as bigint),
        counter: low32(row.counter),
        fingerprint: low32(row.fingerprint),
      }));
      this.#pageState = result.pageState ?? undefined;
      if (this.#pageState === undefined) this.#half += 1;
      this.#at = 0;
      this.row = this.#page[0];
    }
  }
}
