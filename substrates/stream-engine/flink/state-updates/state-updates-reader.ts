/**
 * The second way to in-flight counts, which needs nothing of Flink but its Kafka connector: the job upserts them to a
 * compacted topic, and this reader keeps a table of them. Answers are as old as the job's interval and the way through
 * Kafka; they go on while the job is down, and cost a record for every count that changed, asked for or not.
 *
 * Until everything that was in the topic at the beginning has been read, and while Kafka cannot be reached, all keys
 * are unavailable. A rolled-back job must be given a new topic: what it had not counted again would stay in the table.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, MonotonicClock } from '../../../clock.ts';
import type { WindowStateStage } from '../../../declaration.ts';
import { Cluster, type ClusterOptions } from '../../../event-log/kafka/cluster.ts';
import { type Feed, Fetcher } from '../../../event-log/kafka/fetcher.ts';
import { mayPass } from '../../../event-log/kafka/kafka-errors.ts';
import type { KeyColumns } from '../../../key-value-store/key-value-store.ts';
import { StateAnswer, type StateAnswers, type StateReader } from '../../../query-service.ts';
import { answerOfAbsent } from '../absent-windows.ts';
import { StateTable } from './state-table.ts';
import { applyUpdates } from './update-records.ts';

/** Kafka's word for the beginning of a partition, as an offset to ask for. */
const EARLIEST = -2;
/** How long nothing is asked after there was nothing; no more than this is added to the age of an answer. */
const IDLE_MS = 2;
const RETRY_MS = 100;

export interface StateUpdatesOptions extends ClusterOptions {
  topic: string;
}

export interface StateUpdatesFigures {
  records: number;
  fetchedBytes: number;
  keys: number;
  tableBytes: number;
}

export class StateUpdatesReader implements StateReader {
  readonly #topic: string;
  readonly #cluster: Cluster;
  readonly #fetcher: Fetcher;
  readonly #feeds: Feed[] = [];
  readonly #table = new StateTable();
  readonly #absent: number;
  /** Partitions of which something is missing. */
  readonly #behind = new Set<number>();
  readonly #readers: Promise<void>[] = [];
  #records = 0;
  #fetchedBytes = 0;
  #lastFailure: string | undefined;
  #isClosed = false;

  /** Begins to read the topic. Errors: no broker can be reached; there is no such topic. */
  static async open(
    options: StateUpdatesOptions,
    keep: WindowStateStage['keep'],
    clock: Clock = new MonotonicClock(0),
  ): Promise<StateUpdatesReader> {
    const cluster = new Cluster(options.topic, options);
    try {
      const { leaders } = await cluster.metadata();
      const reader = new StateUpdatesReader(cluster, new Fetcher(cluster, clock), keep);
      await reader.#begin(leaders.length);
      return reader;
    } catch (error) {
      cluster.close();
      throw error;
    }
  }

  private constructor(cluster: Cluster, fetcher: Fetcher, keep: WindowStateStage['keep']) {
    this.#topic = cluster.topic;
    this.#cluster = cluster;
    this.#fetcher = fetcher;
    this.#absent = answerOfAbsent(keep);
  }

  /** Why keys were unavailable last, in words. */
  get lastFailure(): string | undefined {
    return this.#lastFailure;
  }

  /** Everything that was in the topic when it was last looked at is in the table. */
  get isComplete(): boolean {
    return this.#behind.size === 0;
  }

  get figures(): StateUpdatesFigures {
    const { size, bytes } = this.#table;
    return { records: this.#records, fetchedBytes: this.#fetchedBytes, keys: size, tableBytes: bytes };
  }

  async read(keys: KeyColumns): Promise<StateAnswers> {
    const { count, tweetIdLo, tweetIdHi, hourStartMs } = keys;
    const counter = new Uint32Array(count);
    const fingerprint = new Int32Array(count);
    const answer = new Uint8Array(count).fill(StateAnswer.Unavailable);
    if (this.#behind.size > 0 || this.#isClosed) return { answer, counter, fingerprint };
    for (let row = 0; row < count; row++) {
      const lo = tweetIdLo[row] as number;
      const isHeld = this.#table.read(
        lo,
        tweetIdHi[row] as number,
        hourStartMs[row] as number,
        counter,
        fingerprint,
        row,
      );
      answer[row] = isHeld ? StateAnswer.Held : this.#absent;
    }
    return { answer, counter, fingerprint };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#fetcher.close();
    this.#cluster.close();
    await Promise.all(this.#readers);
  }

  async #begin(partitions: number): Promise<void> {
    for (let partition = 0; partition < partitions; partition++) {
      const position = await this.#cluster.endOf(partition, EARLIEST);
      this.#feeds.push(this.#fetcher.open(partition, position));
      this.#behind.add(partition);
    }
    for (const feed of this.#feeds) this.#readers.push(this.#follow(feed));
  }

  /** Applies what comes, until the reader is closed. */
  async #follow(feed: Feed): Promise<void> {
    while (!this.#isClosed) {
      try {
        await this.#step(feed);
      } catch (error) {
        if (this.#isClosed) return;
        this.#behind.add(feed.partition);
        this.#lastFailure = `state updates of topic ${this.#topic} cannot be read: ${(error as Error).message}`;
        // A record that is not ours stays where it is.
        if (!mayPass(error)) return;
        await sleep(RETRY_MS);
      }
    }
  }

  async #step(feed: Feed): Promise<void> {
    const chunk = await feed.next();
    if (chunk !== undefined) {
      this.#fetchedBytes += chunk.bytes.length;
      this.#records += applyUpdates(chunk.bytes, chunk.from, this.#table);
      return;
    }
    // "Nothing" is the answer to a question that was asked just now.
    this.#behind.delete(feed.partition);
    if (!this.#isClosed) await sleep(IDLE_MS);
  }
}
