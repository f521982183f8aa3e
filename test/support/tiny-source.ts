/**
 * A stream small enough to reason about: partition p has a row each `intervalMs`, of tweet p + partitions · (n mod 7),
 * whose event time is its scheduled arrival in whole milliseconds. It lives in one process only.
 */
import type { ImpressionBlock } from '../../generators/impression.ts';
import type { Canary, ImpressionSource, StreamDescription } from '../../generators/impression-source.ts';

export interface TinySourceOptions {
  partitions: number;
  /** Rows of each partition. */
  length: number;
  intervalMs: number;
  startMs?: number;
  hourMs?: number;
}

export class TinySource implements ImpressionSource {
  readonly partitions: number;
  readonly hourMs: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly totalImpressions: number;
  readonly canaries: readonly Canary[] = [];
  readonly #length: number;
  readonly #intervalMs: number;

  constructor(options: TinySourceOptions) {
    this.partitions = options.partitions;
    this.hourMs = options.hourMs ?? 1000;
    this.startMs = options.startMs ?? 1_000_000;
    this.#length = options.length;
    this.#intervalMs = options.intervalMs;
    this.endMs = this.startMs + options.length * options.intervalMs;
    this.totalImpressions = options.partitions * options.length;
  }

  get description(): StreamDescription {
    throw new Error('a tiny source lives in one process and has no description');
  }

  length(): number {
    return this.#length;
  }

  scheduledArrivalMs(_partition: number, sequence: number): number {
    return this.startMs + sequence * this.#intervalMs;
  }

  dueBy(_partition: number, timeMs: number): number {
    const due = Math.floor((timeMs - this.startMs) / this.#intervalMs) + 1;
    return Math.min(Math.max(due, 0), this.#length);
  }

  fill(block: ImpressionBlock, partition: number, firstSequence: number, count: number): void {
    block.partition = partition;
    block.firstSequence = firstSequence;
    block.count = count;
    block.minEventTimeMs = Math.floor(this.scheduledArrivalMs(partition, firstSequence));
    for (let row = 0; row < count; row++) {
      const sequence = firstSequence + row;
      block.tweetIdLo[row] = partition + this.partitions * (sequence % 7);
      block.tweetIdHi[row] = 0;
      block.eventTimeDeltaMs[row] = Math.floor(this.scheduledArrivalMs(partition, sequence)) - block.minEventTimeMs;
    }
    block.maxEventTimeMs = Math.floor(this.scheduledArrivalMs(partition, firstSequence + count - 1));
  }

  spell(tweetIdLo: number, tweetIdHi: number): string {
    return String(tweetIdHi * 4294967296 + tweetIdLo);
  }
}
