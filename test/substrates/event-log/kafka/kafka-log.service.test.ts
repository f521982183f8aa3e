/** The log on a real Kafka: the conformance suite in both framings, and what only Kafka can do to a log. */
import { expect, test } from '@jest/globals';
import type { EventLog } from '../../../../substrates/event-log/event-log.ts';
import { CODEC_NUMBERS } from '../../../../substrates/event-log/kafka/compression.ts';
import { KafkaLog } from '../../../../substrates/event-log/kafka/kafka-log.ts';
import { createTopic, deleteTopic } from '../../../../substrates/event-log/kafka/topics.ts';
import { describeEventLog } from '../../../conformance/event-log.ts';
import { numberedBlock, range, readAll } from '../../../support/impressions.ts';
import { describeWith, serverUrl } from '../../../support/real-servers.ts';
import { bindingOn, withTopic } from './with-topic.ts';

const FRAMINGS = ['block', 'event'] as const;
const CODECS = Object.keys(CODEC_NUMBERS) as (keyof typeof CODEC_NUMBERS)[];

const url = serverUrl('kafka');
if (url !== undefined) {
  for (const framing of FRAMINGS) {
    describeEventLog(`kafka, ${framing} framing`, (partitions, body) =>
      withTopic(bindingOn(url, { partitions, framing }), body),
    );
  }
}

/** Appends so many blocks of ten rows, the n-th row with sequence n. */
async function appendTens(log: EventLog, blocks: number, partition = 0): Promise<void> {
  const writer = await log.openWriter(partition);
  for (let block = 0; block < blocks; block++) {
    await writer.append(numberedBlock(partition, writer.offset, 10), writer.offset);
  }
  await writer.close();
}

async function sequencesFrom(log: EventLog, offset: number, partition = 0): Promise<number[]> {
  const reader = await log.openReader(partition, offset);
  try {
    return (await readAll(reader)).flatMap((entry) => entry.sequences ?? []);
  } finally {
    await reader.close();
  }
}

describeWith(['kafka'], 'a log on Kafka', ({ kafka }) => {
  test.each(FRAMINGS.flatMap((framing) => CODECS.map((codec) => [framing, codec] as const)))(
    'in %s framing with codec %s is read as it was written',
    (framing, codec) =>
      withTopic(bindingOn(kafka, { framing, codec }), async (log) => {
        const writer = await log.openWriter(0);
        await writer.append(numberedBlock(0, 0, 4096), 1.5);
        await writer.heartbeat(2);
        await writer.append(numberedBlock(0, 4096, 1), 3);
        await writer.end(4);
        await writer.close();
        expect(await readAll(await log.openReader(0, 4000))).toEqual([
          { kind: 'impressions', offset: 4000, arrivalMs: 1.5, sequences: range(4000, 4096) },
          { kind: 'heartbeat', offset: 4096, arrivalMs: 2 },
          { kind: 'impressions', offset: 4096, arrivalMs: 3, sequences: [4096] },
          { kind: 'end', offset: 4097, arrivalMs: 4 },
        ]);
      }),
  );

  test.each(FRAMINGS)('in %s framing is continued by a writer of another process', (framing) => {
    const binding = bindingOn(kafka, { framing });
    return withTopic(binding, async (first) => {
      await appendTens(first, 3);
      const second = await KafkaLog.open(binding);
      const writer = await second.openWriter(0);
      expect(writer.offset).toBe(30);
      await writer.append(numberedBlock(0, 30, 10), 0);
      await writer.close();
      await second.close();
      expect(await sequencesFrom(first, 0)).toEqual(range(0, 40));
    });
  });

  test.each(FRAMINGS)('in %s framing is entered anywhere among many heartbeats', (framing) =>
    withTopic(bindingOn(kafka, { framing }), async (log) => {
      const writer = await log.openWriter(0);
      for (let i = 0; i < 40; i++) {
        await writer.append(numberedBlock(0, writer.offset, (i % 7) + 1), i);
        for (let beat = 0; beat < i; beat++) await writer.heartbeat(i);
      }
      const end = writer.offset;
      await writer.close();
      for (let offset = 0; offset < end; offset += 11)
        expect(await sequencesFrom(log, offset)).toEqual(range(offset, end));
    }),
  );

  test('is read by two readers of one partition at their own pace', () =>
    withTopic(bindingOn(kafka), async (log) => {
      await appendTens(log, 4);
      const [ahead, behind] = [await log.openReader(0, 0), await log.openReader(0, 0)];
      expect((await readAll(ahead)).flatMap((entry) => entry.sequences ?? [])).toEqual(range(0, 40));
      expect((await behind.read())?.offset).toBe(0);
      await appendTens(log, 1);
      const [more, rest] = await Promise.all([readAll(ahead), readAll(behind)]);
      expect(more.flatMap((entry) => entry.sequences ?? [])).toEqual(range(40, 50));
      expect(rest.flatMap((entry) => entry.sequences ?? [])).toEqual(range(10, 50));
    }));

  test('gives what is acknowledged to the next read, also while other partitions are read', () =>
    withTopic(bindingOn(kafka, { partitions: 2, framing: 'event' }), async (log) => {
      const writer = await log.openWriter(1);
      const [idle, busy] = [await log.openReader(0, 0), await log.openReader(1, 0)];
      for (let turn = 0; turn < 200; turn++) {
        expect(await idle.read()).toBeUndefined();
        await writer.append(numberedBlock(1, turn, 1), turn);
        await writer.flush();
        expect((await busy.read())?.offset).toBe(turn);
      }
      await writer.close();
    }));

  test('has one writer a partition', () =>
    withTopic(bindingOn(kafka), async (log) => {
      const writer = await log.openWriter(0);
      await expect(log.openWriter(0)).rejects.toThrow(/partition 0 .* has a writer/);
      await writer.close();
      await (await log.openWriter(0)).close();
    }));

  test.each(FRAMINGS)('in %s framing tells a writer that another one wrote', (framing) => {
    const binding = bindingOn(kafka, { framing });
    return withTopic(binding, async (log) => {
      const other = await KafkaLog.open(binding);
      const [mine, theirs] = [await log.openWriter(0), await other.openWriter(0)];
      await theirs.append(numberedBlock(0, 0, 5), 1);
      await theirs.close();
      await mine.append(numberedBlock(0, 0, 5), 1);
      await expect(mine.close()).rejects.toThrow(/something else writes to the topic/);
      await other.close();
    });
  });

  test('names its settings, and no secret', () =>
    withTopic(bindingOn(kafka), async (log) => {
      expect(log.settings).toMatchObject({ engine: 'kafka', codec: 'none', transport: 'plaintext' });
      expect(log.settings.producer).toContain('idempotent: yes');
      expect(log.settings.framing).toMatch(/^block/);
    }));

  test('is not opened without its topic, or with another number of partitions', async () => {
    const binding = bindingOn(kafka, { partitions: 2 });
    await expect(KafkaLog.open(binding)).rejects.toThrow(/UNKNOWN_TOPIC_OR_PARTITION.*create it/);
    await withTopic(binding, async () => {
      await expect(KafkaLog.open({ ...binding, partitions: 3 })).rejects.toThrow(/has 2 partitions, not 3/);
    });
  });

  test('a topic is made once and deleted as often as one likes', async () => {
    const binding = bindingOn(kafka);
    await createTopic(binding);
    await expect(createTopic(binding)).rejects.toThrow(/exists already.*another prefix/);
    await deleteTopic(binding);
    await deleteTopic(binding);
  });

  test('a broker that is not there is an error that says which', async () => {
    const binding = bindingOn(kafka, { brokers: ['127.0.0.1:1'] });
    await expect(KafkaLog.open(binding)).rejects.toThrow(/cannot reach Kafka at 127.0.0.1:1: .*is the broker running/);
    await expect(createTopic(binding)).rejects.toThrow(/cannot reach Kafka while creating topic/);
  });
});
