/** What lies in a topic is read as it lies there: duplicates are seen, damage is an error; kafkajs sees the same. */
import { expect, test } from '@jest/globals';
import kafkajs, { type IHeaders, type Kafka, type KafkaMessage, type Message } from 'kafkajs';
import type { KafkaLogBinding } from '../../../../substrates/event-log/event-log.ts';
import { CorruptTopicError } from '../../../../substrates/event-log/kafka/kafka-errors.ts';
import type { KafkaLog } from '../../../../substrates/event-log/kafka/kafka-log.ts';
import { createKafkajs } from '../../../../substrates/event-log/kafka/kafkajs-client.ts';
import { numberedBlock, range, readAll } from '../../../support/impressions.ts';
import { describeWith } from '../../../support/real-servers.ts';
import { bindingOn, withTopic } from './with-topic.ts';

const FRAMINGS = ['block', 'event'] as const;

function clientOf(binding: KafkaLogBinding): Kafka {
  return createKafkajs({ ...binding, retries: 3 });
}

/** The first `count` records of partition 0, as kafkajs gives them. */
async function readByKafkajs(binding: KafkaLogBinding, count: number): Promise<KafkaMessage[]> {
  const consumer = clientOf(binding).consumer({ groupId: `${binding.topic}_reader`, maxWaitTimeInMs: 50 });
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [binding.topic], fromBeginning: true });
    const messages: KafkaMessage[] = [];
    await new Promise<void>((resolve, reject) => {
      // A server's first group waits for its coordinator: kafkajs starts the consumer again until that has loaded.
      consumer.on(consumer.events.CRASH, ({ payload }) => payload.restart || reject(payload.error));
      consumer
        .run({
          // A group without offsets is gone as soon as its members are.
          autoCommit: false,
          eachBatch: async ({ batch }) => {
            messages.push(...batch.messages);
            if (messages.length >= count) resolve();
          },
        })
        .catch(reject);
    });
    return messages;
  } finally {
    await consumer.disconnect();
  }
}

/** Appends records to partition 0 as they are, in one batch. */
async function plant(binding: KafkaLogBinding, messages: readonly Message[]): Promise<void> {
  const producer = clientOf(binding).producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic: binding.topic, messages: messages.map((message) => ({ ...message, partition: 0 })) });
  await producer.disconnect();
}

/** The same record once more. */
function copyOf({ key, value, headers }: KafkaMessage): Message {
  return { key, value, headers: headers as IHeaders };
}

/** Two blocks of five impressions; the records that the second takes in the topic begin at `second`. */
async function writeTwo(log: KafkaLog, binding: KafkaLogBinding): Promise<{ records: KafkaMessage[]; second: number }> {
  const writer = await log.openWriter(0);
  await writer.append(numberedBlock(0, 0, 5), 1);
  await writer.append(numberedBlock(0, 5, 5), 2);
  await writer.close();
  const second = binding.framing === 'block' ? 1 : 5;
  return { records: await readByKafkajs(binding, 2 * second), second };
}

describeWith(['kafka'], 'a topic of the log', ({ kafka }) => {
  test('in event framing is read by kafkajs record for record', () => {
    const binding = bindingOn(kafka, { framing: 'event' });
    return withTopic(binding, async (log) => {
      const writer = await log.openWriter(0);
      const rows = 3 * 4096;
      for (let from = 0; from < rows; from += 4096) {
        await writer.append({ ...numberedBlock(0, from, 4096), firstSequence: 2 ** 33 + from }, from);
      }
      await writer.end(rows);
      await writer.close();
      const records = await readByKafkajs(binding, rows + 1);
      expect(records).toHaveLength(rows + 1);
      for (let row = 0; row < rows; row++) {
        const { key, value, offset } = records[row] as KafkaMessage;
        expect(offset).toBe(String(row));
        // As `numberedBlock` makes them: id, sequence and time are functions of the number.
        expect(key?.readBigUInt64BE(0)).toBe((BigInt(0xffffffff - row) << 32n) + BigInt(row));
        expect(value?.readBigUInt64BE(0)).toBe(2n ** 33n + BigInt(row));
        expect(value?.readBigInt64BE(8)).toBe(BigInt(10 * row));
      }
      expect(records[rows]?.key).toBeNull();
    });
  });

  test.each(FRAMINGS)('in %s framing shows a record that Kafka holds twice, at offsets of its own', (framing) => {
    const binding = bindingOn(kafka, { framing });
    return withTopic(binding, async (log) => {
      const { records, second } = await writeTwo(log, binding);
      await plant(binding, records.slice(second).map(copyOf));
      const entries = await readAll(await log.openReader(0, 0));
      expect(entries.map((entry) => [entry.offset, entry.sequences])).toEqual([
        [0, range(0, 5)],
        [5, range(5, 10)],
        [10, range(5, 10)],
      ]);
      // Opened inside of the copy, and by a writer behind it.
      expect((await readAll(await log.openReader(0, 12)))[0]).toMatchObject({ offset: 12, sequences: range(7, 10) });
      const writer = await log.openWriter(0);
      expect(writer.offset).toBe(15);
      await writer.append(numberedBlock(0, 10, 3), 3);
      await writer.close();
      expect(await readAll(await log.openReader(0, 14))).toMatchObject([
        { offset: 14, sequences: [9] },
        { offset: 15, sequences: range(10, 13) },
      ]);
    });
  });

  test.each(FRAMINGS)('in %s framing with a damaged record is an error that names its place', (framing) => {
    const binding = bindingOn(kafka, { framing });
    return withTopic(binding, async (log) => {
      const { records, second } = await writeTwo(log, binding);
      const damaged = records.slice(second).map(copyOf);
      const last = damaged.at(-1)?.value as Buffer;
      last[last.length - 1] = (last.at(-1) as number) ^ 1;
      last[0] = (last[0] as number) ^ 1;
      await plant(binding, damaged);
      const reader = await log.openReader(0, 0);
      expect((await reader.read())?.offset).toBe(0);
      expect((await reader.read())?.offset).toBe(5);
      const place = `topic ${binding.topic}, partition 0, offset 10, Kafka offset ${3 * second - 1}: `;
      await expect(reader.read()).rejects.toThrow(place);
      await reader.close();
      await expect(log.openWriter(0)).rejects.toThrow(CorruptTopicError);
      // What lies before it can be opened still.
      expect((await readFirst(log, 7))?.offset).toBe(7);
    });
  });

  test('with a record of somebody else is an error that says so', () => {
    const binding = bindingOn(kafka);
    return withTopic(binding, async (log) => {
      await writeTwo(log, binding);
      await plant(binding, [{ value: 'hello' }]);
      await expect(log.openReader(0, 10).then((reader) => reader.read())).rejects.toThrow(/not of this log/);
    });
  });

  test('whose first records were removed is an error for those who need them, and open for the others', () => {
    const binding = bindingOn(kafka, { framing: 'event' });
    return withTopic(binding, async (log) => {
      await writeTwo(log, binding);
      const admin = clientOf(binding).admin();
      await admin.connect();
      // Makes kafkajs learn who leads.
      await admin.fetchTopicOffsets(binding.topic);
      await admin.deleteTopicRecords({ topic: binding.topic, partitions: [{ partition: 0, offset: '5' }] });
      await admin.disconnect();
      await expect(log.openReader(0, 0)).rejects.toThrow(/begins at offset 5, after 0/);
      expect((await readFirst(log, 5))?.offset).toBe(5);
      const writer = await log.openWriter(0);
      expect(writer.offset).toBe(10);
      await writer.close();
    });
  });
});

async function readFirst(log: KafkaLog, offset: number) {
  const reader = await log.openReader(0, offset);
  try {
    return await reader.read();
  } finally {
    await reader.close();
  }
}
