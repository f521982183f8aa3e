/**
 * Blocks with made-up rows that can be told from one another, and a reader's entries in a form that can be compared.
 */
import { createBlock, type ImpressionBlock } from '../../generators/impression.ts';
import type { LogEntry, LogReader } from '../../substrates/event-log/event-log.ts';

/** Rows `[firstSequence, firstSequence + count)` of a partition; every column of row n is a function of n. */
export function numberedBlock(partition: number, firstSequence: number, count: number): ImpressionBlock {
  const block = createBlock(partition);
  block.firstSequence = firstSequence;
  block.count = count;
  block.minEventTimeMs = 10 * firstSequence;
  block.maxEventTimeMs = 10 * (firstSequence + count - 1);
  for (let row = 0; row < count; row++) {
    block.tweetIdLo[row] = firstSequence + row;
    block.tweetIdHi[row] = 0xffffffff - firstSequence - row;
    block.eventTimeDeltaMs[row] = 10 * row;
  }
  return block;
}

/** Sequences of a block's rows, after a check that every column is what `numberedBlock` put there. */
export function sequencesOf(block: ImpressionBlock): number[] {
  const sequences: number[] = [];
  for (let row = 0; row < block.count; row++) {
    const sequence = block.firstSequence + row;
    const whole =
      block.tweetIdLo[row] === sequence &&
      block.tweetIdHi[row] === 0xffffffff - sequence &&
      block.minEventTimeMs + (block.eventTimeDeltaMs[row] as number) === 10 * sequence;
    if (!whole) throw new Error(`row ${row} of the block is not impression ${sequence}`);
    sequences.push(sequence);
  }
  return sequences;
}

/** Everything that a reader has, with blocks as the sequences of their rows. */
export async function readAll(reader: LogReader): Promise<SeenEntry[]> {
  const seen: SeenEntry[] = [];
  for (let entry = await reader.read(); entry !== undefined; entry = await reader.read()) seen.push(see(entry));
  return seen;
}

export interface SeenEntry {
  kind: LogEntry['kind'];
  offset: number;
  arrivalMs: number;
  sequences?: number[];
}

export function see(entry: LogEntry): SeenEntry {
  const { kind, offset, arrivalMs } = entry;
  return kind === 'impressions'
    ? { kind, offset, arrivalMs, sequences: sequencesOf(entry.block) }
    : { kind, offset, arrivalMs };
}

/** The integers `[from, to)`. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
