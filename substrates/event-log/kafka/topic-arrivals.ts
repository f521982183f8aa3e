/**
 * Where in a topic impressions lie by the time at which they arrived: for engines that read a span of arrivals by
 * Kafka's own offsets. Arrival never decreases in a partition, so a place is found by halves.
 */
import type { KafkaLogBinding } from '../event-log.ts';
import { EARLIEST, LATEST } from './calls.ts';
import { Cluster } from './cluster.ts';
import { loadCodec } from './compression.ts';
import { fetchCall } from './data-calls.ts';
import { EntryDecoder, type StoredEntry, spanOf } from './entry-decoder.ts';
import { assertNoError } from './kafka-errors.ts';

/** A place between two records. */
export interface Place {
  /** Kafka's offset of the next record. */
  position: number;
  /** Impressions before it, as their writer counted them. */
  offset: number;
}

/** The last entry of a partition. */
export interface LastEntry {
  /** Impressions in the partition, the last entry's included. */
  offset: number;
  /** Kafka's offset after it. */
  position: number;
  arrivalMs: number;
  /** The stream has ended: nothing follows. */
  ended: boolean;
}

export class TopicArrivals {
  readonly #cluster: Cluster;

  constructor(binding: KafkaLogBinding) {
    this.#cluster = new Cluster(binding.topic, binding);
  }

  /** Kafka's offset of the partition's first record. */
  start(partition: number): Promise<number> {
    return this.#cluster.endOf(partition, EARLIEST);
  }

  /** Kafka's offset after the partition's last record. */
  end(partition: number): Promise<number> {
    return this.#cluster.endOf(partition, LATEST);
  }

  /**
   * The place before the first record that arrived at `timeMs` or later; undefined if none has yet. Errors: no broker
   * can be reached; the topic is damaged.
   */
  async placeAt(partition: number, timeMs: number): Promise<Place | undefined> {
    const end = await this.end(partition);
    if (end === 0) return undefined;
    const last = await this.#entryAt(partition, end - 1);
    // Asked all the time, and nearly always not yet.
    if (last.arrivalMs < timeMs) return undefined;
    let low = await this.start(partition);
    let found = last;
    while (low < found.position) {
      const entry = await this.#entryAt(partition, Math.floor((low + found.position) / 2));
      if (entry.arrivalMs >= timeMs) found = entry;
      else low = entry.nextPosition;
    }
    return { position: found.position, offset: found.statedOffset };
  }

  /** Undefined while the partition is empty. */
  async last(partition: number): Promise<LastEntry | undefined> {
    const end = await this.end(partition);
    if (end === 0) return undefined;
    const { statedOffset, rows, arrivalMs, kind } = await this.#entryAt(partition, end - 1);
    return { offset: statedOffset + rows, position: end, arrivalMs, ended: kind === 'end' };
  }

  /** Nothing has arrived in any partition. */
  async isEmpty(partitions: number): Promise<boolean> {
    for (let partition = 0; partition < partitions; partition++) {
      if ((await this.last(partition)) !== undefined) return false;
    }
    return true;
  }

  /** The arrival of the partition's first entry; undefined while it is empty. */
  async firstArrivalMs(partition: number): Promise<number | undefined> {
    const [start, end] = await Promise.all([this.start(partition), this.end(partition)]);
    return start === end ? undefined : (await this.#entryAt(partition, start)).arrivalMs;
  }

  close(): void {
    this.#cluster.close();
  }

  /** The entry that the record at that position belongs to. */
  async #entryAt(partition: number, position: number): Promise<StoredEntry> {
    const { topic } = this.#cluster;
    const call = fetchCall(topic, [{ partition, position, maxBytes: 1 }]);
    const [answer] = await this.#cluster.ask(partition, call, 'fetch');
    assertNoError(answer?.error ?? -1, `${call.what}, partition ${partition}`);
    const bytes = answer?.records ?? new Uint8Array();
    for (const codec of spanOf(bytes).codecs) await loadCodec(codec);
    const decoder = new EntryDecoder();
    decoder.load(bytes, 0);
    for (let entry = decoder.next(); entry !== undefined; entry = decoder.next()) {
      if (entry.position <= position && position < entry.nextPosition) return entry;
    }
    throw new Error(
      `topic ${topic}, partition ${partition}: nothing is at Kafka's offset ${position}; was it removed?`,
    );
  }
}
