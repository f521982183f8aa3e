/**
 * Event framing's way to Kafka: record batches of our own, pipelined on one connection and acknowledged by all replicas
 * in sync. The producer is idempotent: batches are numbered, so one that is sent again after a broken connection is
 * appended once, and in its place.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ImpressionBlock } from '../../../generators/impression.ts';
import { MonotonicClock, wallClockMs } from '../../clock.ts';
import { createBlockBytes, encodeControl, HEADER_BYTES } from '../files/codec.ts';
import { initProducerIdCall, type ProducerIdentity } from './calls.ts';
import type { Cluster } from './cluster.ts';
import { codecOf } from './compression.ts';
import { encodeControlRecord } from './control-record.ts';
import { type ProduceAnswer, produceCall } from './data-calls.ts';
import { createEventBatch, encodeEvents, type Stamp } from './event-records.ts';
import { KafkaProtocolError, LogUnavailableError, mayPass } from './kafka-errors.ts';
import type { ControlKind, RecordSender } from './kafka-writer.ts';
import { BATCH_HEADER_BYTES, sealBatch, type Viewed, viewOf } from './record-batch.ts';
import { SendQueue } from './send-queue.ts';

/** As many as a broker remembers of one producer, so that it can tell a repeated batch from a new one. */
const MAX_IN_FLIGHT = 5;
const MAX_QUEUED = 16;
/** A batch that nobody acknowledges for so long is given up. */
const PATIENCE_MS = 15_000;
const RETRY_EVERY_MS = 100;
const DUPLICATE_SEQUENCE = 46;

interface Packet {
  bytes: Uint8Array;
  /** Where its first record must come to stand. */
  position: number;
  /** The buffer to use again afterwards. */
  buffer: Viewed | undefined;
}

export class EventSender implements RecordSender {
  readonly #cluster: Cluster;
  readonly #partition: number;
  readonly #codec: number;
  readonly #producer: ProducerIdentity;
  readonly #queue = new SendQueue<Packet>(MAX_QUEUED);
  readonly #buffers: Viewed[] = [];
  readonly #control = createBlockBytes(HEADER_BYTES);
  #sequence = 0;
  /** Packets at the front of the queue that were sent, and of these the ones whose answer is still to come. */
  #sent = 0;
  #inFlight = 0;
  #trouble: Error | undefined;
  readonly #clock = new MonotonicClock(0);
  /** When trouble began that has not passed. */
  #troubledSinceMs: number | undefined;
  #isPosting = false;

  private constructor(cluster: Cluster, partition: number, codec: number, producer: ProducerIdentity) {
    this.#cluster = cluster;
    this.#partition = partition;
    this.#codec = codec;
    this.#producer = producer;
  }

  static async open(cluster: Cluster, partition: number, codec: number): Promise<EventSender> {
    return new EventSender(cluster, partition, codec, await cluster.ask(partition, initProducerIdCall()));
  }

  room(): Promise<void> {
    return this.#queue.room();
  }

  drained(): Promise<void> {
    return this.#queue.drained();
  }

  async close(): Promise<void> {
    this.#queue.fail(new Error(`the log writer of partition ${this.#partition} is closed`));
  }

  sendBlock(block: ImpressionBlock, stamp: Stamp): number {
    if (!Number.isInteger(block.minEventTimeMs)) throw new RangeError('event times are whole milliseconds');
    const buffer = this.#buffers.pop() ?? createEventBatch();
    const end = encodeEvents(buffer, block, stamp);
    this.#push(buffer, end, block.count, stamp.position, true);
    return block.count;
  }

  sendControl(kind: ControlKind, stamp: Stamp): void {
    encodeControl(this.#control, kind, this.#partition, stamp.offset, stamp.arrivalMs);
    const batch = encodeControlRecord(this.#control.bytes, stamp.position);
    this.#push(batch, batch.bytes.length, 1, stamp.position, false);
  }

  #push(batch: Viewed, end: number, records: number, position: number, isReusable: boolean): void {
    const codec = codecOf(this.#codec);
    const seal = {
      records,
      codec: this.#codec,
      timestampMs: Math.floor(wallClockMs()),
      producerId: this.#producer.id,
      producerEpoch: this.#producer.epoch,
      baseSequence: this.#sequence,
    };
    this.#sequence = (this.#sequence + records) % 2147483648;
    if (codec === undefined) {
      sealBatch(batch, end, seal);
      this.#queue.push({ bytes: batch.bytes.subarray(0, end), position, buffer: isReusable ? batch : undefined });
    } else {
      const packed = codec.compress(batch.bytes.subarray(BATCH_HEADER_BYTES, end));
      const whole = viewOf(new Uint8Array(BATCH_HEADER_BYTES + packed.length));
      whole.bytes.set(packed, BATCH_HEADER_BYTES);
      sealBatch(whole, whole.bytes.length, seal);
      if (isReusable) this.#buffers.push(batch);
      this.#queue.push({ bytes: whole.bytes, position, buffer: undefined });
    }
    void this.#post();
  }

  /** Sends what may be sent now. */
  async #post(): Promise<void> {
    if (this.#isPosting) return;
    this.#isPosting = true;
    try {
      while (this.#trouble === undefined && this.#inFlight < MAX_IN_FLIGHT && this.#sent < this.#queue.length) {
        const connection = await this.#cluster.connectionTo(await this.#cluster.leaderOf(this.#partition), 'produce');
        while (this.#trouble === undefined && this.#inFlight < MAX_IN_FLIGHT) {
          const packet = this.#queue.at(this.#sent);
          if (packet === undefined) break;
          this.#sent++;
          this.#inFlight++;
          const call = produceCall(this.#cluster.topic, this.#partition, packet.bytes);
          connection.request(call).then(
            (answer) => this.#answered(packet, answer, call.what),
            (error: Error) => this.#troubled(error, 1),
          );
        }
      }
    } catch (error) {
      this.#troubled(error as Error, 0);
    } finally {
      this.#isPosting = false;
    }
  }

  #answered(packet: Packet, { error, baseOffset }: ProduceAnswer, what: string): void {
    if (this.#queue.hasFailed) return;
    if (error !== 0 && error !== DUPLICATE_SEQUENCE) {
      this.#troubled(new KafkaProtocolError(error, what), 1);
      return;
    }
    this.#inFlight--;
    if (this.#trouble !== undefined && this.#queue.at(0) !== packet) {
      this.#recoverIfIdle();
      return;
    }
    if (error === 0 && baseOffset >= 0 && baseOffset !== packet.position) {
      this.#queue.fail(otherWriter(this.#cluster.topic, this.#partition, packet.position, baseOffset));
      return;
    }
    this.#sent--;
    this.#troubledSinceMs = undefined;
    if (packet.buffer !== undefined) this.#buffers.push(packet.buffer);
    this.#queue.acknowledge(1);
    if (this.#trouble === undefined) void this.#post();
    else this.#recoverIfIdle();
  }

  /** Something failed: `answers` packets in flight are settled by it. The first error is the one that counts. */
  #troubled(error: Error, answers: number): void {
    if (this.#queue.hasFailed) return;
    this.#inFlight -= answers;
    // Later ones may follow from it: a gap is reported for every batch behind a lost one.
    this.#trouble ??= error;
    if (!mayPass(this.#trouble)) {
      this.#queue.fail(this.#trouble);
      return;
    }
    this.#recoverIfIdle();
  }

  /** When no answer is to come any more, sends again what was not acknowledged. */
  #recoverIfIdle(): void {
    if (this.#inFlight > 0) return;
    void this.#recover();
  }

  async #recover(): Promise<void> {
    const trouble = this.#trouble as Error;
    const nowMs = this.#clock.nowMs();
    this.#troubledSinceMs ??= nowMs;
    if (nowMs - this.#troubledSinceMs > PATIENCE_MS) {
      const topic = `topic ${this.#cluster.topic}, partition ${this.#partition}`;
      this.#queue.fail(new LogUnavailableError(`${topic}: given up after ${PATIENCE_MS} ms: ${trouble.message}`));
      return;
    }
    await sleep(RETRY_EVERY_MS);
    this.#cluster.forget();
    this.#sent = 0;
    this.#trouble = undefined;
    await this.#post();
  }
}

/** The error of a record that came to stand where it was not expected. */
export function otherWriter(topic: string, partition: number, expected: number, found: number): Error {
  return new Error(
    `topic ${topic}, partition ${partition}: a record was appended at Kafka offset ${found} instead of ${expected}: ` +
      'something else writes to the topic; a partition has one writer, so stop the other or use a topic of its own',
  );
}
