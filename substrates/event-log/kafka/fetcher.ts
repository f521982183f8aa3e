/**
 * Fetches for all readers of a log in one process. One question to a broker covers every partition that has room;
 * where records flow, the next question is on its way while they are read.
 *
 * Brokers are asked for what is there now and never made to wait. A reader with nothing in hand is told "nothing" only
 * after an answer to a question that was asked after the reader came: what was acknowledged to a writer is seen by the
 * next read. An answer to an older question proves nothing, however fresh it is.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../clock.ts';
import type { Cluster } from './cluster.ts';
import { loadCodec } from './compression.ts';
import { type Fetched, fetchCall } from './data-calls.ts';
import { spanOf } from './entry-decoder.ts';
import { KafkaProtocolError, LogUnavailableError, mayPass } from './kafka-errors.ts';

/** Answers in hand, beyond which a partition is not asked for. */
const MAX_CHUNKS = 2;
const CHUNK_BYTES = 1024 * 1024;
/** Readers wait so long for brokers to come back before they fail; less than the patience with a silent worker. */
const PATIENCE_MS = 2000;
const RETRY_EVERY_MS = 50;

/** Batches as they were fetched, from the position that was asked for on. */
export interface Chunk {
  from: number;
  bytes: Uint8Array;
}

interface Waiter {
  /** Number of the last question asked before the reader came. */
  after: number;
  resolve(chunk: Chunk | undefined): void;
  reject(error: Error): void;
}

/** What one reader has fetched ahead. */
export class Feed {
  readonly partition: number;
  /** Kafka's offset to ask for next. */
  position: number;
  readonly chunks: Chunk[] = [];
  waiter: Waiter | undefined;
  /** The last answer brought something, so the next may too. */
  flowing = false;
  readonly #fetcher: Fetcher;

  constructor(fetcher: Fetcher, partition: number, position: number) {
    this.#fetcher = fetcher;
    this.partition = partition;
    this.position = position;
  }

  /** The next batches, or undefined if there are none now. */
  next(): Promise<Chunk | undefined> | Chunk | undefined {
    return this.#fetcher.next(this);
  }

  close(): void {
    this.#fetcher.drop(this);
  }
}

export class Fetcher {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #feeds = new Set<Feed>();
  #asked = 0;
  #running = false;
  #failingSinceMs: number | undefined;

  constructor(cluster: Cluster, clock: Clock) {
    this.#cluster = cluster;
    this.#clock = clock;
  }

  /** A feed from a position of Kafka on. */
  open(partition: number, position: number): Feed {
    const feed = new Feed(this, partition, position);
    this.#feeds.add(feed);
    return feed;
  }

  drop(feed: Feed): void {
    this.#feeds.delete(feed);
    feed.waiter?.resolve(undefined);
    feed.waiter = undefined;
  }

  next(feed: Feed): Promise<Chunk | undefined> | Chunk | undefined {
    const chunk = feed.chunks.shift();
    if (chunk !== undefined) {
      if (feed.flowing) this.#run();
      return chunk;
    }
    return new Promise((resolve, reject) => {
      feed.waiter = { after: this.#asked, resolve, reject };
      this.#run();
    });
  }

  close(): void {
    for (const feed of this.#feeds) this.drop(feed);
  }

  #run(): void {
    if (this.#running) return;
    this.#running = true;
    void this.#askWhileNeeded();
  }

  async #askWhileNeeded(): Promise<void> {
    while (this.#isNeeded()) {
      try {
        await this.#ask();
        this.#failingSinceMs = undefined;
      } catch (error) {
        await this.#patiently(error as Error);
      }
    }
    // In one turn with the look above, so that nobody begins to wait in between.
    this.#running = false;
  }

  #isNeeded(): boolean {
    for (const feed of this.#feeds) {
      if (feed.waiter !== undefined || (feed.flowing && feed.chunks.length < MAX_CHUNKS)) return true;
    }
    return false;
  }

  /** One question to every leader concerned, and what the answers bring. */
  async #ask(): Promise<void> {
    const asked = new Map<number, Map<number, Feed>>();
    for (const feed of this.#feeds) {
      if (feed.chunks.length >= MAX_CHUNKS) continue;
      const leader = await this.#cluster.leaderOf(feed.partition);
      const feeds = asked.get(leader) ?? new Map<number, Feed>();
      asked.set(leader, feeds);
      // A second reader of a partition has its turn with the next question.
      const first = feeds.get(feed.partition);
      if (first === undefined || needOf(feed) > needOf(first)) feeds.set(feed.partition, feed);
    }
    const number = ++this.#asked;
    const answers = [...asked].map(async ([leader, feeds]) => {
      const connection = await this.#cluster.connectionTo(leader, 'fetch');
      const wishes = [...feeds.values()].map(({ partition, position }) => ({
        partition,
        position,
        maxBytes: CHUNK_BYTES,
      }));
      const call = fetchCall(this.#cluster.topic, wishes);
      const fetched = await connection.request(call);
      for (const answer of fetched) {
        const feed = feeds.get(answer.partition);
        if (feed !== undefined) await this.#take(feed, answer, number, call.what);
      }
    });
    const failed = (await Promise.allSettled(answers)).find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #take(feed: Feed, answer: Fetched, number: number, what: string): Promise<void> {
    if (answer.error !== 0) {
      const error = new KafkaProtocolError(answer.error, `${what}, partition ${feed.partition}`);
      if (error.retriable) throw error;
      this.#reject(feed, error);
      return;
    }
    if (answer.records.length > 0) {
      try {
        await this.#takeRecords(feed, answer.records);
      } catch (error) {
        this.#reject(feed, error as Error);
      }
      return;
    }
    feed.flowing = false;
    const { waiter } = feed;
    if (waiter === undefined || number <= waiter.after) return;
    feed.waiter = undefined;
    waiter.resolve(undefined);
  }

  async #takeRecords(feed: Feed, bytes: Uint8Array): Promise<void> {
    const { nextPosition, codecs } = spanOf(bytes);
    if (nextPosition === undefined) throw new Error('a fetch brought no whole record batch');
    for (const codec of codecs) await loadCodec(codec);
    const chunk = { from: feed.position, bytes };
    feed.position = nextPosition;
    feed.flowing = true;
    if (feed.waiter === undefined) {
      feed.chunks.push(chunk);
      return;
    }
    const { resolve } = feed.waiter;
    feed.waiter = undefined;
    resolve(chunk);
  }

  #reject(feed: Feed, error: Error): void {
    feed.flowing = false;
    feed.waiter?.reject(error);
    feed.waiter = undefined;
  }

  /** Waits a little where that may help; otherwise, and when patience ends, everyone who waits is told. */
  async #patiently(error: Error): Promise<void> {
    const nowMs = this.#clock.nowMs();
    this.#failingSinceMs ??= nowMs;
    const isOver = nowMs - this.#failingSinceMs >= PATIENCE_MS;
    if (!mayPass(error) || isOver) {
      const told = mayPass(error) ? new LogUnavailableError(`topic ${this.#cluster.topic}: ${error.message}`) : error;
      for (const feed of this.#feeds) this.#reject(feed, told);
      return;
    }
    this.#cluster.forget();
    await sleep(RETRY_EVERY_MS);
  }
}

/** Whose turn it is among the readers of one partition. */
function needOf(feed: Feed): number {
  if (feed.waiter !== undefined) return 2;
  return feed.flowing ? 1 : 0;
}
