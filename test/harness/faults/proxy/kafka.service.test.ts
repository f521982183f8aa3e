/** A log on Kafka whose connections pass a link, although the broker names itself to its clients. */
import { expect, test } from '@jest/globals';
import { Link } from '../../../../harness/faults/proxy/link.ts';
import { throughLinks } from '../../../../harness/faults/proxy/redirect.ts';
import { MonotonicClock } from '../../../../substrates/clock.ts';
import { KafkaLog } from '../../../../substrates/event-log/kafka/kafka-log.ts';
import { bindingOn, withTopic } from '../../../substrates/event-log/kafka/with-topic.ts';
import { numberedBlock, range, readAll } from '../../../support/impressions.ts';
import { describeWith } from '../../../support/real-servers.ts';

describeWith(['kafka'], 'a log through a link', ({ kafka }) => {
  test.each(['block', 'event'] as const)('in %s framing is written and read on it alone', (framing) => {
    const binding = bindingOn(kafka, { framing });
    return withTopic(binding, async () => {
      const server = binding.brokers[0] as string;
      const link = await Link.open({ server, index: 0, seed: 1, clock: new MonotonicClock(0) });
      const log = await KafkaLog.open(throughLinks(binding, () => `127.0.0.1:${link.port}`));
      try {
        const writer = await log.openWriter(0);
        await writer.append(numberedBlock(0, 0, 3000), 1);
        await writer.end(2);
        await writer.close();
        const { requests } = link.counters();
        expect(requests.forwardedBytes).toBeGreaterThan(3000 * 12);
        const entries = await readAll(await log.openReader(0, 0));
        expect(entries.flatMap((entry) => entry.sequences ?? [])).toEqual(range(0, 3000));
        expect(link.counters().replies.forwardedBytes).toBeGreaterThan(3000 * 12);
      } finally {
        await log.close();
        await link.close();
      }
    });
  });
});
