/** The Kafka probes do real work on a real broker, and leave nothing there. */
import { expect, test } from '@jest/globals';
import { kafkaProbes } from '../../../harness/calibrate/kafka-probes.ts';
import { describeWith, uniquePrefix } from '../../support/real-servers.ts';

describeWith(['kafka'], 'calibration on Kafka', ({ kafka }) => {
  test('every probe counts the impressions it has moved, again and again', async () => {
    const brokers = [new URL(kafka).host];
    const family = await kafkaProbes({ brokers, tls: false, codec: 'none', topicPrefix: uniquePrefix() });
    try {
      expect(family.probes).toHaveLength(6);
      for (const probe of family.probes) {
        // Consumers may come to the end of what there is; then they begin again.
        let units = 0;
        for (let call = 0; call < 4; call++) units += await probe.work();
        expect(units).toBeGreaterThan(0);
      }
    } finally {
      await family.close();
    }
  });
});
