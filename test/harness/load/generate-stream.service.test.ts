/** Shards on a real topic: the first makes it, the others find it, and together they leave the whole stream. */
import { expect, test } from '@jest/globals';
import { openStream } from '../../../generators/open-stream.ts';
import { verifyLog } from '../../../harness/audit/verify-log.ts';
import { type GenerateReport, generateStream, LogNotReadyError } from '../../../harness/load/generate-stream.ts';
import { partitionsOfShard } from '../../../harness/load/shard.ts';
import type { KafkaLogBinding } from '../../../substrates/event-log/event-log.ts';
import { openLog, removeLog } from '../../../substrates/event-log/open-log.ts';
import { bindingOn } from '../../substrates/event-log/kafka/with-topic.ts';
import { describeWith } from '../../support/real-servers.ts';

const PARTITIONS = 3;
const START_MS = Date.UTC(2026, 10, 21);
const stream = {
  kind: 'synthetic',
  seed: 42,
  partitions: PARTITIONS,
  ratePerSecond: 30_000,
  hourMs: 500,
  hours: 2,
  startMs: START_MS,
  maxOutOfOrderMs: 100,
} as const;

/** Kafka has its own time; the stream's is over as fast as its blocks are sent. */
function make(log: KafkaLogBinding, index: number, create: boolean): Promise<GenerateReport> {
  let ms = START_MS;
  return generateStream({
    stream,
    log,
    partitions: partitionsOfShard({ index, count: 2 }, PARTITIONS),
    create,
    clock: { nowMs: () => ms },
    progress: { phase: () => {}, update: () => {}, warn: () => {}, done: () => {} },
    signal: new AbortController().signal,
    wait: async (durationMs) => {
      ms += durationMs;
    },
  });
}

describeWith(['kafka'], 'shards on Kafka', ({ kafka }) => {
  test.each(['block', 'event'] as const)('leave the whole stream in a topic, in %s framing', async (framing) => {
    const binding = bindingOn(kafka, { framing, partitions: PARTITIONS });
    await expect(make(binding, 2, false)).rejects.toThrow('UNKNOWN_TOPIC_OR_PARTITION');
    try {
      const first = await make(binding, 1, true);
      expect(first.appendedRows).toEqual([10_000, 0, 10_000]);
      await expect(make(binding, 2, true)).rejects.toThrow('exists already');
      await expect(make({ ...binding, partitions: 4 }, 2, false)).rejects.toThrow('has 3 partitions, not 4');
      await expect(make(binding, 1, false)).rejects.toThrow(LogNotReadyError);
      const second = await make(binding, 2, false);
      expect(second.appendedRows).toEqual([0, 10_000, 0]);
      const source = await openStream(stream);
      const log = await openLog(binding);
      for (let partition = 0; partition < PARTITIONS; partition++) {
        const whole = { events: 10_000, ended: true, verified: true };
        expect(await verifyLog(source, log, partition)).toMatchObject(whole);
      }
      await log.close();
    } finally {
      await removeLog(binding);
    }
  });
});
