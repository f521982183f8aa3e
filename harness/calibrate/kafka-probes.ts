/**
 * How fast impressions go into a topic of a Kafka broker and come back: in both framings of the log, and one a record
 * by kafkajs alone, so that nobody takes a client's limit for Kafka's.
 */
import type { ImpressionBlock } from '../../generators/impression.ts';
import type { KafkaLogBinding } from '../../substrates/event-log/event-log.ts';
import { KafkaLog } from '../../substrates/event-log/kafka/kafka-log.ts';
import { KafkajsEvents } from '../../substrates/event-log/kafka/kafkajs-events.ts';
import { createTopic, deleteTopic } from '../../substrates/event-log/kafka/topics.ts';
import { appendAndRead } from './append-and-read.ts';
import { probeBlocks } from './blocks.ts';
import type { ProbeFamily } from './probe.ts';

export type KafkaCeiling =
  | 'kafkaBlockProducePerSecond'
  | 'kafkaBlockConsumePerSecond'
  | 'kafkaEventProducePerSecond'
  | 'kafkaEventConsumePerSecond'
  | 'kafkajsEventProducePerSecond'
  | 'kafkajsEventConsumePerSecond';

/** The broker to measure; topics are named `<topicPrefix>_…`, made now and deleted by `close`. */
export type KafkaProbeOptions = Pick<KafkaLogBinding, 'brokers' | 'tls' | 'credentials' | 'codec'> & {
  topicPrefix: string;
};

const BLOCKS = 64;
const BLOCKS_PER_CALL = 32;

/** Errors: no broker can be reached; a topic of that name exists. */
export async function kafkaProbes(options: KafkaProbeOptions): Promise<ProbeFamily<KafkaCeiling>> {
  const blocks = probeBlocks(BLOCKS);
  const families: ProbeFamily<KafkaCeiling>[] = [];
  const close = async (): Promise<void> => {
    for (const family of families) await family.close();
  };
  try {
    families.push(await onTopic(bindingOf(options, 'block', 'block'), logProbes));
    families.push(await onTopic(bindingOf(options, 'event', 'event'), logProbes));
    families.push(await onTopic(bindingOf(options, 'event', 'kafkajs'), (binding) => kafkajsProbes(binding, blocks)));
  } catch (error) {
    await close();
    throw error;
  }
  return { probes: families.flatMap((family) => family.probes), close };
}

function bindingOf(options: KafkaProbeOptions, framing: KafkaLogBinding['framing'], name: string): KafkaLogBinding {
  const { topicPrefix, ...server } = options;
  return { kind: 'kafka', ...server, topic: `${topicPrefix}_${name}`, partitions: 1, framing };
}

/** Makes the topic, and deletes it with what works on it, or if that cannot be made. */
async function onTopic(
  binding: KafkaLogBinding,
  make: (binding: KafkaLogBinding) => Promise<ProbeFamily<KafkaCeiling>>,
): Promise<ProbeFamily<KafkaCeiling>> {
  await createTopic(binding);
  try {
    const { probes, close } = await make(binding);
    return { probes, close: () => close().finally(() => deleteTopic(binding)) };
  } catch (error) {
    await deleteTopic(binding).catch(() => undefined);
    throw error;
  }
}

async function logProbes(binding: KafkaLogBinding): Promise<ProbeFamily<KafkaCeiling>> {
  const log = await KafkaLog.open(binding);
  const { append, read, close } = await appendAndRead(log, BLOCKS_PER_CALL, (writer) => writer.flush());
  const [producing, consuming] =
    binding.framing === 'block'
      ? (['kafkaBlockProducePerSecond', 'kafkaBlockConsumePerSecond'] as const)
      : (['kafkaEventProducePerSecond', 'kafkaEventConsumePerSecond'] as const);
  return {
    probes: [
      { name: producing, what: 'impressions produced', work: append },
      { name: consuming, what: 'impressions consumed', work: read },
    ],
    close,
  };
}

async function kafkajsProbes(
  binding: KafkaLogBinding,
  blocks: readonly ImpressionBlock[],
): Promise<ProbeFamily<KafkaCeiling>> {
  const events = await KafkajsEvents.open(binding);
  let next = 0;
  const produce = () => events.produce(blocks[next++ % blocks.length] as ImpressionBlock);
  for (let i = 0; i < BLOCKS_PER_CALL; i++) await produce();
  let isConsuming = false;
  const consume = async () => {
    if (!isConsuming) await events.startConsuming();
    isConsuming = true;
    return events.consume();
  };
  return {
    probes: [
      { name: 'kafkajsEventProducePerSecond', what: 'impressions produced', work: produce },
      { name: 'kafkajsEventConsumePerSecond', what: 'impressions consumed', work: consume },
    ],
    close: () => events.close(),
  };
}
