/** A table of state updates on a real topic: complete or unavailable, and it goes with what is written. */
import { expect, test } from '@jest/globals';
import { createKafkajs } from '../../../../../substrates/event-log/kafka/kafkajs-client.ts';
import { createCompactedTopic, deleteTopic } from '../../../../../substrates/event-log/kafka/topics.ts';
import { StateAnswer } from '../../../../../substrates/query-service.ts';
import { StateUpdatesReader } from '../../../../../substrates/stream-engine/flink/state-updates/state-updates-reader.ts';
import { describeWith } from '../../../../support/real-servers.ts';
import { columnsOf, row } from '../../../../support/store-rows.ts';
import { bindingOn } from '../../../event-log/kafka/with-topic.ts';

const { Held, NotHeld, Unavailable } = StateAnswer;
const HOUR = 1_700_000_000_000;
const keys = columnsOf([row(7n, HOUR), row(8n, HOUR), row(7n, 0)]);

interface Written {
  id: bigint;
  /** None is a tombstone. */
  packed?: bigint;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describeWith(['kafka'], 'a table of state updates', ({ kafka }) => {
  async function withUpdates(
    body: (write: (updates: readonly Written[]) => Promise<void>, topic: ReturnType<typeof bindingOn>) => Promise<void>,
  ): Promise<void> {
    const topic = bindingOn(kafka, { partitions: 2 });
    await createCompactedTopic(topic);
    // On a busy machine an answer may come too late, and what was sent is sent again.
    const producer = createKafkajs({ ...topic, retries: 5 }).producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    try {
      await body(async (updates) => {
        const messages = updates.map(({ id, packed }) => ({
          partition: Number(id % 2n),
          key: longs(id, BigInt(HOUR)),
          value: packed === undefined ? null : longs(packed),
        }));
        await producer.send({ topic: topic.topic, messages });
      }, topic);
    } finally {
      await producer.disconnect();
      await deleteTopic(topic);
    }
  }

  test('has what was written before it was opened, and follows what is written then', async () => {
    await withUpdates(async (write, topic) => {
      // Fingerprint -3 and count 5 in one number.
      await write([
        { id: 7n, packed: 1n },
        { id: 8n, packed: 9n },
        { id: 7n, packed: -3n * 2n ** 32n + 5n },
      ]);
      const table = await StateUpdatesReader.open(topic, 'open');
      try {
        while (!table.isComplete) await turn();
        const first = await table.read(keys);
        expect([...first.answer]).toEqual([Held, Held, NotHeld]);
        expect([...first.counter]).toEqual([5, 9, 0]);
        expect([...first.fingerprint]).toEqual([-3, 0, 0]);
        expect(table.figures).toMatchObject({ records: 3, keys: 2 });

        await write([{ id: 8n }, { id: 7n, packed: 6n }]);
        while (table.figures.records < 5) await turn();
        const second = await table.read(keys);
        expect([...second.answer]).toEqual([Held, NotHeld, NotHeld]);
        expect([...second.counter]).toEqual([6, 0, 0]);
      } finally {
        await table.close();
      }
      expect([...(await table.read(keys)).answer]).toEqual([Unavailable, Unavailable, Unavailable]);
    });
  });

  test('is unavailable until all of the topic was read, and after what is no update', async () => {
    await withUpdates(async (write, topic) => {
      await write([{ id: 7n, packed: 1n }]);
      const table = await StateUpdatesReader.open(topic, 'all');
      try {
        expect([...(await table.read(keys)).answer]).toEqual([Unavailable, Unavailable, Unavailable]);
        while (!table.isComplete) await turn();
        expect([...(await table.read(keys)).answer]).toEqual([Held, Held, Held]);
        const producer = createKafkajs({ ...topic, retries: 5 }).producer();
        await producer.connect();
        await producer.send({ topic: topic.topic, messages: [{ partition: 0, key: 'a key', value: 'a value' }] });
        await producer.disconnect();
        while (table.isComplete) await turn();
        expect([...(await table.read(keys)).answer]).toEqual([Unavailable, Unavailable, Unavailable]);
        expect(table.lastFailure).toMatch(/no update of state; does something else write to the topic/);
      } finally {
        await table.close();
      }
    });
  });

  test('of a topic that is not there is an error', async () => {
    await expect(StateUpdatesReader.open(bindingOn(kafka), 'all')).rejects.toThrow(/the topic is not there/);
  });
});

function longs(...values: bigint[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length);
  values.forEach((value, i) => {
    bytes.writeBigInt64BE(BigInt.asIntN(64, value), 8 * i);
  });
  return bytes;
}
