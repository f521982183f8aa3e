/** Connections that break at the worst moment: the broker has the batch, and the writer does not know. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { KafkaLog } from '../../../../substrates/event-log/kafka/kafka-log.ts';
import { numberedBlock, range, readAll } from '../../../support/impressions.ts';
import { describeWith } from '../../../support/real-servers.ts';
import { BreakingProxy } from './breaking-proxy.ts';
import { bindingOn, withTopic } from './with-topic.ts';

/** Long enough for a broker to append what it was sent. */
const APPENDED_MS = 300;

describeWith(['kafka'], 'a log on a connection that breaks', ({ kafka }) => {
  test.each(['block', 'event'] as const)('in %s framing loses nothing and has nothing twice', (framing) => {
    const binding = bindingOn(kafka, { framing });
    return withTopic(binding, async (direct) => {
      const proxy = await BreakingProxy.open(Number(new URL(kafka).port));
      const log = await KafkaLog.open({ ...binding, brokers: [proxy.address] });
      try {
        const writer = await log.openWriter(0);
        await writer.append(numberedBlock(0, 0, 10), 1);
        await sleep(APPENDED_MS);
        proxy.swallow();
        for (let from = 10; from < 50; from += 10) await writer.append(numberedBlock(0, from, 10), from);
        await sleep(APPENDED_MS);
        proxy.cut();
        await writer.append(numberedBlock(0, 50, 10), 50);
        await writer.end(60);
        await writer.close();
        const entries = await readAll(await direct.openReader(0, 0));
        expect(entries.flatMap((entry) => entry.sequences ?? [])).toEqual(range(0, 60));
        expect(entries.at(-1)?.kind).toBe('end');
      } finally {
        await log.close();
        await proxy.close();
      }
    });
  });

  test('goes on reading on a new connection', () => {
    const binding = bindingOn(kafka);
    return withTopic(binding, async (direct) => {
      const proxy = await BreakingProxy.open(Number(new URL(kafka).port));
      const log = await KafkaLog.open({ ...binding, brokers: [proxy.address] });
      try {
        const reader = await log.openReader(0, 0);
        expect(await reader.read()).toBeUndefined();
        proxy.cut();
        const writer = await direct.openWriter(0);
        await writer.append(numberedBlock(0, 0, 3), 1);
        await writer.close();
        expect((await readAll(reader)).map((entry) => entry.sequences)).toEqual([[0, 1, 2]]);
      } finally {
        await log.close();
        await proxy.close();
      }
    });
  });

  test('that is gone for good is an error of the reader that says so', () => {
    const binding = bindingOn(kafka);
    return withTopic(binding, async () => {
      const proxy = await BreakingProxy.open(Number(new URL(kafka).port));
      const log = await KafkaLog.open({ ...binding, brokers: [proxy.address] });
      const reader = await log.openReader(0, 0);
      await proxy.close();
      await expect(reader.read()).rejects.toThrow(/cannot reach Kafka at 127.0.0.1:\d+: .*is the broker running/);
      await log.close();
    });
  });
});
