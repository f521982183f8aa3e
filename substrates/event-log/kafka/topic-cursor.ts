/**
 * Goes over a partition from an anchor on and counts: the offset of an entry is the number of impressions before it in
 * the topic, not what its writer believed. A record that Kafka holds twice thus appears twice, at offsets of its own
 * and with the sequences it has. Where an entry stands exactly where its writer expected it (an anchor), the writer's
 * offset must be the counted one: that is checked.
 */
import { EntryDecoder as Decoder, type EntryDecoder, type StoredEntry } from './entry-decoder.ts';
import type { Feed } from './fetcher.ts';
import { BadRecordError, CorruptTopicError } from './kafka-errors.ts';

/** A place in a partition: Kafka's offset, and ours of the next impression. */
export interface Anchor {
  position: number;
  offset: number;
}

export class TopicCursor {
  readonly #topic: string;
  readonly #feed: Feed;
  readonly #decoder: EntryDecoder = new Decoder();
  #position: number;
  #offset: number;
  #isLoaded = false;

  constructor(topic: string, feed: Feed, anchor: Anchor) {
    this.#topic = topic;
    this.#feed = feed;
    this.#position = anchor.position;
    this.#offset = anchor.offset;
  }

  /** Offset of the next impression. */
  get offset(): number {
    return this.#offset;
  }

  /** Kafka's offset of the next record. */
  get position(): number {
    return this.#position;
  }

  /**
   * The next entry, whose first impression is at `offset` as it was before the call; undefined if there is none now.
   * Columns are valid until the next call. Errors: `CorruptTopicError`; no broker can be reached.
   */
  async next(): Promise<StoredEntry | undefined> {
    for (;;) {
      if (this.#isLoaded) {
        const entry = this.#decode();
        if (entry !== undefined) return entry;
        this.#isLoaded = false;
      }
      const fetched = this.#feed.next();
      const chunk = fetched instanceof Promise ? await fetched : fetched;
      if (chunk === undefined) return undefined;
      this.#decoder.load(chunk.bytes, chunk.from);
      this.#isLoaded = true;
    }
  }

  close(): void {
    this.#feed.close();
  }

  #decode(): StoredEntry | undefined {
    try {
      const entry = this.#decoder.next();
      if (entry === undefined) return undefined;
      this.#verify(entry);
      this.#offset += entry.rows;
      this.#position = entry.nextPosition;
      return entry;
    } catch (error) {
      if (!(error instanceof BadRecordError)) throw error;
      const { position } = error;
      const place = { topic: this.#topic, partition: this.#feed.partition, offset: this.#offset, position };
      throw new CorruptTopicError(place, error.message);
    }
  }

  #verify(entry: StoredEntry): void {
    if (entry.partition !== this.#feed.partition) {
      throw new BadRecordError(entry.position, `the record is of partition ${entry.partition}`);
    }
    if (entry.statedPosition === entry.position && entry.statedOffset !== this.#offset) {
      throw new BadRecordError(entry.position, `the record says offset ${entry.statedOffset}; some before it are gone`);
    }
  }
}
