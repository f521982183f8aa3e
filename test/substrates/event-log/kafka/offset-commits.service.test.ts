/** Positions that lag tools show: committed under a group named like the topic, as far as was read. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createKafkajs } from '../../../../substrates/event-log/kafka/kafkajs-client.ts';
import { numberedBlock, readAll } from '../../../support/impressions.ts';
import { describeWith } from '../../../support/real-servers.ts';
import { bindingOn, withTopic } from './with-topic.ts';

/** The first commit of a cluster's life waits for the topic in which Kafka keeps offsets. */
const LIMIT_MS = 30_000;

describeWith(['kafka'], 'positions of readers', ({ kafka }) => {
  test('are committed while reading goes on', () => {
    const binding = bindingOn(kafka, { framing: 'event' });
    return withTopic(binding, async (log) => {
      const writer = await log.openWriter(0);
      const reader = await log.openReader(0, 0);
      const admin = createKafkajs({ ...binding, retries: 5 }).admin();
      await admin.connect();
      try {
        let committed = -1;
        for (let waitedMs = 0; committed <= 0 && waitedMs < LIMIT_MS; waitedMs += 200) {
          await writer.append(numberedBlock(0, writer.offset, 10), 0);
          await readAll(reader);
          await sleep(200);
          const [offsets] = await admin.fetchOffsets({ groupId: binding.topic, topics: [binding.topic] });
          committed = Number(offsets?.partitions[0]?.offset ?? -1);
        }
        expect(committed).toBeGreaterThan(0);
        expect(committed).toBeLessThanOrEqual(writer.offset);
        expect(committed % 10).toBe(0);
      } finally {
        await admin.disconnect();
        await reader.close();
        await writer.close();
      }
    });
  });
});
