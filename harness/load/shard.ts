/**
 * One of several generators that make a stream together, each on a machine of its own: generator i of n makes the
 * partitions p with p mod n = i - 1. Impressions are pure functions of (seed, partition, sequence), so all of them
 * together make what one alone would make, and none has to know of the others.
 */

export interface Shard {
  /** From 1 on. */
  index: number;
  /** Of how many. */
  count: number;
}

export const WHOLE_STREAM: Shard = { index: 1, count: 1 };

/** `i/n` as people write it; undefined if the text is none, or i is not from 1 to n. */
export function parseShard(text: string): Shard | undefined {
  const match = /^(\d{1,5})\/(\d{1,5})$/.exec(text.trim());
  if (match === null) return undefined;
  const [index, count] = [Number(match[1]), Number(match[2])];
  return index >= 1 && index <= count ? { index, count } : undefined;
}

/** In rising order; none if there are fewer partitions than shards before this one. */
export function partitionsOfShard({ index, count }: Shard, partitions: number): number[] {
  const own: number[] = [];
  for (let partition = index - 1; partition < partitions; partition += count) own.push(partition);
  return own;
}
