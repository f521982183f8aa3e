/** Blocks of impressions with ids and event times that a test writes down or draws. */
import { createBlock, type ImpressionBlock } from '../../generators/impression.ts';
import type { ListedImpression } from '../generators/list-source.ts';

/** The rows as one block; `firstSequence` is the sequence of the first. */
export function blockOf(rows: readonly ListedImpression[], firstSequence = 0, partition = 0): ImpressionBlock {
  const block = createBlock(partition, rows.length);
  const times = rows.map((row) => row.eventTimeMs);
  block.firstSequence = firstSequence;
  block.count = rows.length;
  block.minEventTimeMs = Math.min(...times);
  block.maxEventTimeMs = Math.max(...times);
  block.tweetIdLo.set(rows.map((row) => Number(row.tweetId & 0xffffffffn)));
  block.tweetIdHi.set(rows.map((row) => Number(row.tweetId >> 32n)));
  block.eventTimeDeltaMs.set(times.map((time) => time - block.minEventTimeMs));
  return block;
}

/** The rows cut into blocks of the given sizes, over and over. */
export function cutInto(rows: readonly ListedImpression[], sizes: readonly number[]): ImpressionBlock[] {
  const blocks: ImpressionBlock[] = [];
  for (let from = 0, cut = 0; from < rows.length; cut++) {
    const to = Math.min(rows.length, from + (sizes[cut % sizes.length] as number));
    blocks.push(blockOf(rows.slice(from, to), from));
    from = to;
  }
  return blocks;
}
