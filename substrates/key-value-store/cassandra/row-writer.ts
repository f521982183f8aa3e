/**
 * Writes rows. Increments go one by one, as alpha means it, or in batches of one partition if the binding says so;
 * everything else goes in batches of one partition, which the server applies as one mutation. Increments of a key
 * follow each other, so that it never holds a later one without those before; the server would make them wait anyway.
 *
 * A call is not applied as a whole: when it fails, some of its rows may be there. Its error says `no` only if none is.
 * A row is counted as a command when it is acknowledged.
 */
import type { KeyColumns, RowColumns } from '../key-value-store.ts';
import { countWrites } from '../store-counts.ts';
import { InTurn } from './in-turn.ts';
import { LandedParts } from './landed-parts.ts';
import { chunksByPartition, type PartitionChunk, shardOf, tweetOf } from './layout.ts';
import { type Parameters, ROWS_PER_REQUEST, type Session } from './session.ts';

/** Rows of one counter batch: the server locks and reads them one after another. */
const COUNTERS_PER_BATCH = 100;

/** Lanes of a tweet's id, and the start of its hour. */
type Key = [lo: number, hi: number, hourStartMs: number];

interface ChunkOptions {
  parts?: LandedParts;
  /** False where the chunks are counted by others. */
  commands?: boolean;
  /** Where chunks of a partition follow each other. */
  turns?: InTurn;
}

export class RowWriter {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Adds each row to its key; rows of equal keys are sent each. Never sent twice: an increment is not idempotent. */
  async increment(rows: RowColumns): Promise<void> {
    const { statements, binding } = this.#session;
    if (binding.batchCounters === true) {
      const chunks = chunksByPartition(rows, COUNTERS_PER_BATCH);
      const turns = new InTurn();
      const increment = (row: number, { shard, hourStartMs }: PartitionChunk): Parameters =>
        addition(rows, row, shard, hourStartMs);
      await this.#writeChunks('counters', statements.increment, chunks, increment, { turns });
      return;
    }
    const request = { table: 'counters', kind: 'write' } as const;
    const parts = new LandedParts();
    const turns = new InTurn();
    await parts.each(this.#session.rows, rows.count, (row) => {
      const [lo, hi, hourStartMs] = [rows.tweetIdLo[row], rows.tweetIdHi[row], rows.hourStartMs[row]] as Key;
      return turns.take(`${lo} ${hi} ${hourStartMs}`, async () => {
        await this.#session.execute(request, statements.increment, addition(rows, row, shardOf(lo, hi), hourStartMs));
        countWrites(this.#session.counts, 1);
      });
    });
  }

  /** Replaces each row's value where what is there has no greater timestamp. */
  async put(rows: RowColumns, timestampOf: (row: number) => bigint): Promise<void> {
    const chunks = chunksByPartition(rows, ROWS_PER_REQUEST);
    await this.#writeChunks('values', this.#session.statements.put, chunks, (row, { shard, hourStartMs }) => [
      shard,
      BigInt(hourStartMs),
      tweetOf(rows, row),
      BigInt(rows.counter[row] as number),
      rows.fingerprint[row],
      timestampOf(row),
    ]);
  }

  /** Deletes the keys from both tables. Each key is one command, whichever table has it. */
  async delete(keys: KeyColumns, timestamp: bigint): Promise<void> {
    const { deleteCounter, deleteValue } = this.#session.statements;
    const chunks = chunksByPartition(keys, ROWS_PER_REQUEST);
    const keyOf = (row: number, { shard, hourStartMs }: PartitionChunk): Parameters => [
      shard,
      BigInt(hourStartMs),
      tweetOf(keys, row),
    ];
    const parts = new LandedParts();
    await this.#writeChunks('counters', deleteCounter, chunks, keyOf, { parts, commands: false });
    const dated = (row: number, chunk: PartitionChunk): Parameters => [timestamp, ...keyOf(row, chunk)];
    await this.#writeChunks('values', deleteValue, chunks, dated, { parts });
  }

  async #writeChunks(
    table: 'counters' | 'values',
    statement: string,
    chunks: readonly PartitionChunk[],
    parametersOf: (row: number, chunk: PartitionChunk) => Parameters,
    { parts = new LandedParts(), commands = true, turns }: ChunkOptions = {},
  ): Promise<void> {
    await parts.each(this.#session.batches, chunks.length, (i) => {
      const chunk = chunks[i] as PartitionChunk;
      const send = async (): Promise<void> => {
        const parameters = chunk.rows.map((row) => parametersOf(row, chunk));
        await this.#session.batch({ table, kind: 'write' }, statement, parameters, table === 'counters');
        if (commands) countWrites(this.#session.counts, chunk.rows.length);
      };
      return turns === undefined ? send() : turns.take(`${chunk.shard} ${chunk.hourStartMs}`, send);
    });
  }
}

function addition(rows: RowColumns, row: number, shard: number, hourStartMs: number): Parameters {
  const fingerprint = BigInt(rows.fingerprint[row] as number);
  return [BigInt(rows.counter[row] as number), fingerprint, shard, BigInt(hourStartMs), tweetOf(rows, row)];
}
