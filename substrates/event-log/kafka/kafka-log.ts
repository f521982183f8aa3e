/**
 * The event log on a topic of its own: partition n of the log is partition n of the topic, each with one writer, and
 * readers that fetch from a position; there is no consumer group, because partitions are assigned by us.
 *
 * Our offsets count impressions, Kafka's count records. What the one is in terms of the other is said by the records
 * themselves; see `locate.ts` and `topic-cursor.ts`.
 */
import { MonotonicClock } from '../../clock.ts';
import type { EventLog, KafkaLogBinding } from '../event-log.ts';
import { BlockProducer } from './block-sender.ts';
import { Cluster } from './cluster.ts';
import { CODEC_NUMBERS, loadCodec } from './compression.ts';
import { EventSender } from './event-sender.ts';
import { Fetcher } from './fetcher.ts';
import { KafkaLogReader } from './kafka-reader.ts';
import { KafkaLogWriter, type RecordSender, readEnd } from './kafka-writer.ts';
import { locate } from './locate.ts';
import { OffsetCommits } from './offset-commits.ts';
import { TopicCursor } from './topic-cursor.ts';

/** As long as a batch of the other client waits for a broker to come back. */
const PRODUCER_RETRIES = 18;

export class KafkaLog implements EventLog {
  readonly binding: KafkaLogBinding;
  readonly partitions: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly #cluster: Cluster;
  readonly #fetcher: Fetcher;
  readonly #commits: OffsetCommits;
  readonly #writing = new Set<number>();
  #producer: Promise<BlockProducer> | undefined;

  private constructor(binding: KafkaLogBinding, cluster: Cluster, replicas: number) {
    this.binding = binding;
    this.partitions = binding.partitions;
    this.#cluster = cluster;
    this.#fetcher = new Fetcher(cluster, new MonotonicClock(0));
    this.#commits = new OffsetCommits(cluster);
    this.settings = settingsOf(binding, cluster.nodes.length, replicas);
  }

  /** Errors: no broker can be reached; the topic is not there, or has another number of partitions. */
  static async open(binding: KafkaLogBinding): Promise<KafkaLog> {
    const cluster = new Cluster(binding.topic, binding);
    try {
      await loadCodec(CODEC_NUMBERS[binding.codec]);
      const { leaders, replicas } = await cluster.metadata();
      if (leaders.length !== binding.partitions) {
        throw new Error(
          `topic ${binding.topic} has ${leaders.length} partitions, not ${binding.partitions}: ` +
            'use another topic, or delete this one',
        );
      }
      return new KafkaLog(binding, cluster, replicas);
    } catch (error) {
      cluster.close();
      throw error;
    }
  }

  /** Error also if this log has a writer of the partition already. */
  async openWriter(partition: number): Promise<KafkaLogWriter> {
    this.#assertPartition(partition);
    if (this.#writing.has(partition)) throw new Error(`partition ${partition} of the log has a writer: close it first`);
    this.#writing.add(partition);
    try {
      const cursor = await this.#openCursor(partition, Number.POSITIVE_INFINITY);
      const end = await readEnd(cursor).finally(() => cursor.close());
      const sender = await this.#openSender(partition);
      return new KafkaLogWriter(partition, end, sender, () => this.#writing.delete(partition));
    } catch (error) {
      this.#writing.delete(partition);
      throw error;
    }
  }

  async openReader(partition: number, offset: number): Promise<KafkaLogReader> {
    this.#assertPartition(partition);
    const cursor = await this.#openCursor(partition, offset);
    return KafkaLogReader.open(partition, offset, cursor, (position) => this.#commits.note(partition, position));
  }

  async close(): Promise<void> {
    this.#fetcher.close();
    await this.#commits.close();
    await (await this.#producer?.catch(() => undefined))?.close();
    this.#cluster.close();
  }

  async #openCursor(partition: number, offset: number): Promise<TopicCursor> {
    const anchor = await locate(this.#cluster, partition, offset);
    return new TopicCursor(this.binding.topic, this.#fetcher.open(partition, anchor.position), anchor);
  }

  async #openSender(partition: number): Promise<RecordSender> {
    const codec = CODEC_NUMBERS[this.binding.codec];
    if (this.binding.framing === 'event') return EventSender.open(this.#cluster, partition, codec);
    this.#producer ??= BlockProducer.open(this.binding.topic, codec, { ...this.binding, retries: PRODUCER_RETRIES });
    try {
      return (await this.#producer).openSender(partition);
    } catch (error) {
      this.#producer = undefined;
      throw error;
    }
  }

  #assertPartition(partition: number): void {
    if (Number.isInteger(partition) && partition >= 0 && partition < this.partitions) return;
    throw new RangeError(`the log has partitions 0 to ${this.partitions - 1}, not ${partition}`);
  }
}

function settingsOf(binding: KafkaLogBinding, brokers: number, replicas: number): Record<string, string> {
  const isBlock = binding.framing === 'block';
  return {
    engine: 'kafka',
    brokers: `${binding.brokers.join(', ')} (${brokers} in the cluster)`,
    topic: binding.topic,
    framing: isBlock
      ? 'block: one record carries at most 4,096 impressions as columns, 12 bytes each'
      : 'event: one impression a record (key 8 bytes, value 16), one block a record batch',
    producer: isBlock
      ? 'kafkajs, idempotent: yes, one request in flight, acks: all'
      : 'own record batches, idempotent: yes, five batches in flight, acks: all',
    consumer: 'own fetches from a position; positions are kept with the state, and committed for lag tools alone',
    codec: binding.codec,
    checksum: `CRC-32C over each record batch${isBlock ? ' and CRC32 over each block' : ''}, checked by every read`,
    durability: `acknowledged by all replicas in sync; replication factor ${replicas}; Kafka does not fsync by default`,
    transport: `${binding.tls ? 'TLS' : 'plaintext'}${binding.credentials === undefined ? '' : ', SASL PLAIN'}`,
  };
}
