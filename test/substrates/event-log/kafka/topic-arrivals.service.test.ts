/** Places in a topic by arrival time. */
import { expect, test } from '@jest/globals';
import { TopicArrivals } from '../../../../substrates/event-log/kafka/topic-arrivals.ts';
import { numberedBlock } from '../../../support/impressions.ts';
import { describeWith } from '../../../support/real-servers.ts';
import { bindingOn, withTopic } from './with-topic.ts';

describeWith(['kafka'], 'arrivals in a topic', ({ kafka }) => {
  test.each(['block', 'event'] as const)('are found by halves, in %s framing', (framing) =>
    withTopic(bindingOn(kafka, { framing }), async (log) => {
      const arrivals = new TopicArrivals(log.binding);
      expect(await arrivals.last(0)).toBeUndefined();
      expect(await arrivals.placeAt(0, 0)).toBeUndefined();
      expect(await arrivals.firstArrivalMs(0)).toBeUndefined();
      const writer = await log.openWriter(0);
      // Blocks of ten rows: at 100, 200, 200, 200, 300, and so on to 900; then a heartbeat.
      for (const arrivalMs of [100, 200, 200, 200, 300, 400, 500, 600, 700, 800, 900]) {
        await writer.append(numberedBlock(0, writer.offset, 10), arrivalMs);
      }
      await writer.heartbeat(950);
      await writer.flush();
      const rows = framing === 'block' ? 1 : 10;
      expect(await arrivals.firstArrivalMs(0)).toBe(100);
      const places: (number | undefined)[] = [];
      const offsets: (number | undefined)[] = [];
      for (const timeMs of [0, 100, 101, 200, 201, 899, 900, 901, 950, 951]) {
        const place = await arrivals.placeAt(0, timeMs);
        places.push(place?.position);
        offsets.push(place?.offset);
      }
      const [first, second, afterThree, ninth, heartbeat] = [0, 1, 4, 10, 11].map((block) => block * rows);
      expect(places).toEqual([first, first, second, second, afterThree, ninth, ninth, heartbeat, heartbeat, undefined]);
      expect(offsets).toEqual([0, 0, 10, 10, 40, 100, 100, 110, 110, undefined]);
      expect(await arrivals.last(0)).toEqual({ offset: 110, position: 11 * rows + 1, arrivalMs: 950, ended: false });
      await writer.end(1000);
      expect(await arrivals.last(0)).toEqual({ offset: 110, position: 11 * rows + 2, arrivalMs: 1000, ended: true });
      await writer.close();
      arrivals.close();
    }),
  );
});
