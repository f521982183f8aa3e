/**
 * A stream of impressions that a test writes down, with ids and event times of its own, for what the synthetic stream
 * cannot be told.
 */
import type { ImpressionBlock } from '../../generators/impression.ts';
import type { Canary, ImpressionSource, StreamDescription } from '../../generators/impression-source.ts';

export interface ListedImpression {
  tweetId: bigint;
  eventTimeMs: number;
}

export class ListSource implements ImpressionSource {
  readonly description: StreamDescription = {
    kind: 'trace',
    directory: '/nowhere',
    partitions: 1,
    hourMs: 1,
    startMs: 0,
    endMs: 1,
    totalImpressions: 0,
    distinctTweets: 0,
  };
  readonly partitions: number;
  readonly hourMs: number;
  readonly startMs = 0;
  readonly endMs = 1;
  readonly totalImpressions: number;
  readonly canaries: readonly Canary[] = [];
  readonly #lists: readonly (readonly ListedImpression[])[];

  constructor(hourMs: number, lists: readonly (readonly ListedImpression[])[]) {
    this.hourMs = hourMs;
    this.partitions = lists.length;
    this.totalImpressions = lists.reduce((total, list) => total + list.length, 0);
    this.#lists = lists;
  }

  length(partition: number): number {
    return this.#lists[partition]?.length ?? 0;
  }

  scheduledArrivalMs(): number {
    return 0;
  }

  dueBy(partition: number): number {
    return this.length(partition);
  }

  fill(block: ImpressionBlock, partition: number, firstSequence: number, count: number): void {
    const rows = (this.#lists[partition] ?? []).slice(firstSequence, firstSequence + count);
    const times = rows.map((row) => row.eventTimeMs);
    block.partition = partition;
    block.firstSequence = firstSequence;
    block.count = count;
    block.minEventTimeMs = Math.min(...times);
    block.maxEventTimeMs = Math.max(...times);
    block.tweetIdLo.set(rows.map((row) => Number(row.tweetId & 0xffffffffn)));
    block.tweetIdHi.set(rows.map((row) => Number(row.tweetId >> 32n)));
    block.eventTimeDeltaMs.set(times.map((time) => time - block.minEventTimeMs));
  }

  spell(tweetIdLo: number, tweetIdHi: number): string {
    return ((BigInt(tweetIdHi) << 32n) | BigInt(tweetIdLo)).toString();
  }
}
