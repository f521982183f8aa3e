/**
 * One impression a record through kafkajs alone, producing and consuming: what event framing would cost without codecs
 * of our own. For calibration; a log is never written like this.
 */
import type { Consumer, Message, Producer } from 'kafkajs';
import type { ImpressionBlock } from '../../../generators/impression.ts';
import type { KafkaLogBinding } from '../event-log.ts';
import { CODEC_NUMBERS } from './compression.ts';
import { createKafkajs, translateKafkajsError } from './kafkajs-client.ts';

const RETRIES = 5;
/** kafkajs does best with batches of this size, several at a time. */
const RECORDS_PER_SEND = 1000;
const MAX_WAIT_MS = 50;

export class KafkajsEvents {
  readonly #binding: KafkaLogBinding;
  readonly #producer: Producer;
  readonly #consumer: Consumer;
  #take: ((records: number) => void) | undefined;
  #refuse: ((error: Error) => void) | undefined;
  #wake: () => void = () => undefined;
  #isClosed = false;

  private constructor(binding: KafkaLogBinding) {
    const kafka = createKafkajs({ ...binding, retries: RETRIES });
    this.#binding = binding;
    this.#producer = kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: () => (record) => record.message.partition as number,
    });
    this.#consumer = kafka.consumer({ groupId: binding.topic, maxWaitTimeInMs: MAX_WAIT_MS });
  }

  /** On a topic that exists. Its records are of event framing, but not in blocks. */
  static async open(binding: KafkaLogBinding): Promise<KafkajsEvents> {
    const events = new KafkajsEvents(binding);
    try {
      await events.#producer.connect();
    } catch (error) {
      throw translateKafkajsError(error, 'connecting kafkajs');
    }
    return events;
  }

  /** Appends every impression of the block as a record of its own; all are acknowledged when it resolves. */
  async produce(block: ImpressionBlock): Promise<number> {
    const sends: Promise<unknown>[] = [];
    for (let from = 0; from < block.count; from += RECORDS_PER_SEND) {
      const messages = messagesOf(block, from, Math.min(from + RECORDS_PER_SEND, block.count));
      const compression = CODEC_NUMBERS[this.#binding.codec];
      sends.push(this.#producer.send({ topic: this.#binding.topic, messages, acks: -1, compression }));
    }
    await Promise.all(sends);
    return block.count;
  }

  /** Begins to consume all partitions from their start. */
  async startConsuming(): Promise<void> {
    const { topic } = this.#binding;
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [topic], fromBeginning: true });
    this.#consumer.on('consumer.crash', ({ payload }) => this.#refuse?.(payload.error));
    await this.#consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        while (this.#take === undefined && !this.#isClosed) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
        const take = this.#take;
        this.#take = undefined;
        // Round and round, so that there is always something to consume.
        if (Number(batch.lastOffset()) + 1 >= Number(batch.highWatermark)) {
          this.#consumer.seek({ topic, partition: batch.partition, offset: '0' });
        }
        take?.(batch.messages.length);
      },
    });
  }

  /** The number of records of the next batch. */
  consume(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#take = resolve;
      this.#refuse = reject;
      this.#wake();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake();
    await this.#consumer.disconnect();
    await this.#producer.disconnect();
  }
}

function messagesOf(block: ImpressionBlock, from: number, to: number): Message[] {
  const messages: Message[] = [];
  for (let row = from; row < to; row++) {
    const key = Buffer.allocUnsafe(8);
    key.writeUInt32BE(block.tweetIdHi[row] as number, 0);
    key.writeUInt32BE(block.tweetIdLo[row] as number, 4);
    const value = Buffer.allocUnsafe(16);
    value.writeBigUInt64BE(BigInt(block.firstSequence + row), 0);
    value.writeBigInt64BE(BigInt(block.minEventTimeMs + (block.eventTimeDeltaMs[row] as number)), 8);
    messages.push({ key, value, partition: block.partition });
  }
  return messages;
}
