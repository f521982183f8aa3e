/**
 * Where a row lies: one partition of Cassandra for each (shard, hour), with the tweet as clustering key. A shard is a
 * hash of the tweet, so that the rows of an hour spread over the cluster, and a batch of rows falls into few partitions
 * that are each written with one mutation. With 16 shards a chunk of 2,000 rows makes batches of about 125; an hour of
 * 100 million tweets makes partitions of 6 million rows.
 */
import { mix32 } from '../../../generators/random.ts';
import type { KeyColumns } from '../key-value-store.ts';

export const SHARDS = 16;

/** Rows of one partition of Cassandra, by their numbers in the columns that they came from, ascending. */
export interface PartitionChunk {
  shard: number;
  hourStartMs: number;
  rows: number[];
}

/** The shard of a tweet, from 0 to `SHARDS - 1`: a function of the whole id, unlike the partition of the log. */
export function shardOf(tweetIdLo: number, tweetIdHi: number): number {
  return mix32(tweetIdLo ^ mix32(tweetIdHi ^ 0x5bd1e995)) & (SHARDS - 1);
}

const lanes = new Uint32Array(2);
const id = new BigInt64Array(lanes.buffer);

/** The id of a row as Cassandra's `bigint` has it: the same 64 bits, signed. */
export function tweetOf(keys: KeyColumns, row: number): bigint {
  lanes[0] = keys.tweetIdLo[row] as number;
  lanes[1] = keys.tweetIdHi[row] as number;
  return id[0] as bigint;
}

/** Splits rows into chunks of at most `maxRows`, each of one partition, in the order in which partitions appear. */
export function chunksByPartition(keys: KeyColumns, maxRows: number): PartitionChunk[] {
  const chunks: PartitionChunk[] = [];
  const open = new Map<number, (PartitionChunk | undefined)[]>();
  let hourStartMs = Number.NaN;
  let ofHour: (PartitionChunk | undefined)[] = [];
  for (let row = 0; row < keys.count; row++) {
    const hour = keys.hourStartMs[row] as number;
    if (hour !== hourStartMs) {
      hourStartMs = hour;
      ofHour = open.get(hour) ?? [];
      open.set(hour, ofHour);
    }
    const shard = shardOf(keys.tweetIdLo[row] as number, keys.tweetIdHi[row] as number);
    let chunk = ofHour[shard];
    if (chunk === undefined || chunk.rows.length === maxRows) {
      chunk = { shard, hourStartMs, rows: [] };
      ofHour[shard] = chunk;
      chunks.push(chunk);
    }
    chunk.rows.push(row);
  }
  return chunks;
}

/** The hours of the keys, each once. */
export function hoursOf(keys: KeyColumns): Set<number> {
  const hours = new Set<number>();
  let last = Number.NaN;
  for (let row = 0; row < keys.count; row++) {
    const hour = keys.hourStartMs[row] as number;
    if (hour === last) continue;
    last = hour;
    hours.add(hour);
  }
  return hours;
}

/** The low 32 bits of a column, signed; 0 where there is none. */
export function low32(value: bigint | number | null | undefined): number {
  return typeof value === 'bigint' ? Number(BigInt.asIntN(32, value)) : (value ?? 0) | 0;
}
