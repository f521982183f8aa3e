/**
 * Block framing's way to Kafka: kafkajs's idempotent producer, one for all partitions of a log. It sends one request at
 * a time; what comes in meanwhile goes with the next, so that many small blocks cost no more than a few large ones.
 */
import type { Message, Producer, RecordMetadata } from 'kafkajs';
import type { ImpressionBlock } from '../../../generators/impression.ts';
import { blockBytes, createBlockBytes, encodeControl, encodeImpressions, HEADER_BYTES } from '../files/codec.ts';
import { POSITION_HEADER_BYTES } from './entry-decoder.ts';
import type { Stamp } from './event-records.ts';
import { otherWriter } from './event-sender.ts';
import type { ControlKind, RecordSender } from './kafka-writer.ts';
import { createKafkajs, type KafkajsOptions, translateKafkajsError } from './kafkajs-client.ts';
import { SendQueue } from './send-queue.ts';

/** A partition's blocks in hand: 3 MiB of the largest. */
const MAX_QUEUED = 64;
/** Largest part of a partition in one request, unless one block is larger. It becomes one record batch. */
const MAX_BATCH_BYTES = 512 * 1024;

interface Packet {
  message: Message;
  bytes: number;
  /** Where it must come to stand. */
  position: number;
}

/** The producer that the writers of a log share. */
export class BlockProducer {
  readonly #topic: string;
  readonly #codec: number;
  readonly #producer: Producer;
  readonly #lanes = new Set<BlockSender>();
  #running = false;

  private constructor(topic: string, codec: number, producer: Producer) {
    this.#topic = topic;
    this.#codec = codec;
    this.#producer = producer;
  }

  static async open(topic: string, codec: number, options: KafkajsOptions): Promise<BlockProducer> {
    const producer = createKafkajs(options).producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: () => (record) => record.message.partition as number,
    });
    try {
      await producer.connect();
    } catch (error) {
      throw translateKafkajsError(error, 'connecting a producer');
    }
    return new BlockProducer(topic, codec, producer);
  }

  openSender(partition: number): BlockSender {
    const sender = new BlockSender(this, this.#topic, partition);
    this.#lanes.add(sender);
    return sender;
  }

  drop(sender: BlockSender): void {
    this.#lanes.delete(sender);
  }

  /** Sends as long as a lane has something. */
  run(): void {
    if (this.#running) return;
    this.#running = true;
    void this.#sendAll();
  }

  async close(): Promise<void> {
    await this.#producer.disconnect();
  }

  async #sendAll(): Promise<void> {
    for (;;) {
      const lanes = [...this.#lanes].filter((lane) => lane.take() > 0);
      if (lanes.length === 0) break;
      const messages = lanes.flatMap((lane) => lane.flying);
      try {
        const request = { topic: this.#topic, messages, acks: -1, compression: this.#codec };
        const acknowledged = await this.#producer.send(request);
        for (const lane of lanes) lane.acknowledged(acknowledged);
      } catch (error) {
        const told = translateKafkajsError(error, `producing to topic ${this.#topic}`);
        for (const lane of lanes) lane.fail(told);
      }
    }
    this.#running = false;
  }
}

/** One partition's blocks. */
export class BlockSender implements RecordSender {
  readonly partition: number;
  readonly #producer: BlockProducer;
  readonly #topic: string;
  readonly #queue = new SendQueue<Packet>(MAX_QUEUED);
  #flying = 0;

  constructor(producer: BlockProducer, topic: string, partition: number) {
    this.#producer = producer;
    this.#topic = topic;
    this.partition = partition;
  }

  room(): Promise<void> {
    return this.#queue.room();
  }

  drained(): Promise<void> {
    return this.#queue.drained();
  }

  async close(): Promise<void> {
    this.#producer.drop(this);
  }

  sendBlock(block: ImpressionBlock, stamp: Stamp): number {
    const value = createBlockBytes(blockBytes(block.count));
    const bytes = encodeImpressions(value, block, stamp.offset, stamp.arrivalMs);
    this.#push(value.bytes, bytes, stamp.position);
    return 1;
  }

  sendControl(kind: ControlKind, stamp: Stamp): void {
    const value = createBlockBytes(HEADER_BYTES);
    const bytes = encodeControl(value, kind, this.partition, stamp.offset, stamp.arrivalMs);
    this.#push(value.bytes, bytes, stamp.position);
  }

  /** Takes the next blocks for a request, and says how many. */
  take(): number {
    this.#flying = 0;
    if (this.#queue.hasFailed) return 0;
    for (let bytes = 0; ; this.#flying++) {
      const packet = this.#queue.at(this.#flying);
      if (packet === undefined) break;
      bytes += packet.bytes;
      if (bytes > MAX_BATCH_BYTES && this.#flying > 0) break;
    }
    return this.#flying;
  }

  /** The blocks that were taken. */
  get flying(): Message[] {
    return Array.from({ length: this.#flying }, (_, i) => (this.#queue.at(i) as Packet).message);
  }

  acknowledged(answers: readonly RecordMetadata[]): void {
    const expected = (this.#queue.at(0) as Packet).position;
    const answer = answers.find(({ partition }) => partition === this.partition);
    const found = Number(answer?.baseOffset ?? -1);
    // A batch that Kafka had already is acknowledged without its place once it is too old to be remembered.
    if (found >= 0 && found !== expected) this.fail(otherWriter(this.#topic, this.partition, expected, found));
    else this.#queue.acknowledge(this.#flying);
  }

  fail(error: Error): void {
    this.#queue.fail(error);
  }

  #push(value: Uint8Array, bytes: number, position: number): void {
    const at = Buffer.alloc(POSITION_HEADER_BYTES);
    at.writeDoubleBE(position);
    const buffer = Buffer.from(value.buffer, value.byteOffset, bytes);
    const message = { value: buffer, partition: this.partition, headers: { position: at } };
    this.#queue.push({ message, bytes, position });
    this.#producer.run();
  }
}
