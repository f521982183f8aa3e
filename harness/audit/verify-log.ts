/**
 * Verifies that the log holds what the stream says it should: every row against the source's pure functions, no
 * sequence missing or twice. Truth is what is in the log, so a producer's error must be known before a pipeline is
 * blamed for it.
 */
import { createBlock, type ImpressionBlock, MAX_BLOCK_ROWS } from '../../generators/impression.ts';
import type { ImpressionSource } from '../../generators/impression-source.ts';
import type { EventLog, LogEntry } from '../../substrates/event-log/event-log.ts';
import { entriesOf } from '../../substrates/event-log/whole-log.ts';

/** A deviation that was made on purpose, in the order in which they are in the log. */
export interface DeclaredDeviation {
  /** `duplicate`: a block with these sequences appears once more. `gap`: these sequences were never appended. */
  kind: 'duplicate' | 'gap';
  firstSequence: number;
  count: number;
}

export interface LogVerification {
  /** Impressions in the log, duplicates included. */
  events: number;
  /** One past the greatest sequence in the log. */
  nextSequence: number;
  /** The log says that nothing follows. */
  ended: boolean;
  verified: boolean;
  /** Where and how the log first differs; present exactly when it is not verified. */
  firstDifference?: string;
}

/**
 * Reads a partition from its start to its end (or to what is there so far). A log that ends early is verified,
 * `nextSequence` tells how far it goes; an empty log of a partition that has impressions is not. A log that cannot be
 * read is not verified.
 */
export async function verifyLog(
  source: ImpressionSource,
  log: EventLog,
  partition: number,
  declared: readonly DeclaredDeviation[] = [],
): Promise<LogVerification> {
  const check = new PartitionCheck(source, partition, declared);
  let difference: string | undefined;
  try {
    for await (const entry of entriesOf(log, partition)) {
      difference = check.differenceOf(entry);
      if (difference !== undefined) break;
    }
  } catch (error) {
    difference = `the log cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
  difference ??= check.differenceAtEnd();
  const { events, nextSequence, ended } = check;
  if (difference === undefined) return { events, nextSequence, ended, verified: true };
  return { events, nextSequence, ended, verified: false, firstDifference: `partition ${partition}: ${difference}` };
}

class PartitionCheck {
  events = 0;
  nextSequence = 0;
  ended = false;
  readonly #source: ImpressionSource;
  readonly #partition: number;
  readonly #declared: DeclaredDeviation[];
  #arrivalMs = Number.NEGATIVE_INFINITY;
  #expected = createBlock(0, MAX_BLOCK_ROWS);

  constructor(source: ImpressionSource, partition: number, declared: readonly DeclaredDeviation[]) {
    this.#source = source;
    this.#partition = partition;
    this.#declared = [...declared];
  }

  differenceOf(entry: LogEntry): string | undefined {
    if (this.ended) return `a ${entry.kind} entry follows the end of the stream`;
    if (entry.offset !== this.events) return `offset ${entry.offset} follows ${this.events} impressions`;
    if (!(entry.arrivalMs >= this.#arrivalMs))
      return `arrival goes back from ${this.#arrivalMs} to ${entry.arrivalMs} ms`;
    this.#arrivalMs = entry.arrivalMs;
    if (entry.kind === 'end') this.ended = true;
    return entry.kind === 'impressions' ? this.#differenceOfBlock(entry.block) : undefined;
  }

  differenceAtEnd(): string | undefined {
    const missing = this.#declared[0];
    if (missing !== undefined) return `the declared ${missing.kind} of ${spell(missing)} is not in the log`;
    if (this.events === 0 && this.#source.length(this.#partition) > 0) return 'the log is empty';
    return undefined;
  }

  #differenceOfBlock(block: ImpressionBlock): string | undefined {
    if (block.partition !== this.#partition) return `a block of partition ${block.partition} is in it`;
    const misplaced = this.#differenceOfSequence(block);
    if (misplaced !== undefined) return misplaced;
    const end = block.firstSequence + block.count;
    if (end > this.#source.length(this.#partition)) return `sequence ${end - 1} lies beyond the stream's end`;
    if (block.count > this.#expected.tweetIdLo.length) this.#expected = createBlock(this.#partition, block.count);
    this.#source.fill(this.#expected, this.#partition, block.firstSequence, block.count);
    const row = firstDifferentRow(block, this.#expected);
    if (row !== -1) return describeRow(block, this.#expected, row);
    this.events += block.count;
    this.nextSequence = Math.max(this.nextSequence, end);
    return undefined;
  }

  /** Takes the next declared deviation if it accounts for where the block starts. */
  #differenceOfSequence(block: ImpressionBlock): string | undefined {
    if (block.firstSequence === this.nextSequence) return undefined;
    const next = this.#declared[0];
    const isExplained =
      next?.kind === 'gap'
        ? next.firstSequence === this.nextSequence && next.firstSequence + next.count === block.firstSequence
        : next?.firstSequence === block.firstSequence &&
          next.count === block.count &&
          block.firstSequence < this.nextSequence;
    if (!isExplained) return `sequence ${block.firstSequence} stands where ${this.nextSequence} is due`;
    this.#declared.shift();
    return undefined;
  }
}

/** The first row that differs, or whose event time lies outside of the block's stated bounds; -1 if none does. */
function firstDifferentRow(block: ImpressionBlock, expected: ImpressionBlock): number {
  const { tweetIdLo, tweetIdHi, eventTimeDeltaMs } = block;
  const shiftMs = block.minEventTimeMs - expected.minEventTimeMs;
  const spanMs = block.maxEventTimeMs - block.minEventTimeMs;
  for (let row = 0; row < block.count; row++) {
    const deltaMs = eventTimeDeltaMs[row] as number;
    if (
      tweetIdLo[row] !== expected.tweetIdLo[row] ||
      tweetIdHi[row] !== expected.tweetIdHi[row] ||
      deltaMs + shiftMs !== expected.eventTimeDeltaMs[row] ||
      deltaMs > spanMs
    ) {
      return row;
    }
  }
  return -1;
}

function describeRow(block: ImpressionBlock, expected: ImpressionBlock, row: number): string {
  const bounds = `block bounds ${block.minEventTimeMs} to ${block.maxEventTimeMs} ms`;
  const sequence = block.firstSequence + row;
  return `sequence ${sequence} is ${spellRow(block, row)} (${bounds}), should be ${spellRow(expected, row)}`;
}

function spellRow(block: ImpressionBlock, row: number): string {
  const tweetId = (BigInt(block.tweetIdHi[row] as number) << 32n) | BigInt(block.tweetIdLo[row] as number);
  return `tweet ${tweetId} at ${block.minEventTimeMs + (block.eventTimeDeltaMs[row] as number)} ms`;
}

function spell(deviation: DeclaredDeviation): string {
  return `sequences ${deviation.firstSequence} to ${deviation.firstSequence + deviation.count - 1}`;
}
