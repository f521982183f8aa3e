/** Topics that are gone after the test. */
import type { KafkaLogBinding } from '../../../../substrates/event-log/event-log.ts';
import { KafkaLog } from '../../../../substrates/event-log/kafka/kafka-log.ts';
import { createTopic, deleteTopic } from '../../../../substrates/event-log/kafka/topics.ts';
import { uniquePrefix } from '../../../support/real-servers.ts';

/** A binding of a topic of its own on the server at `kafka://host:port`. */
export function bindingOn(url: string, choices: Partial<KafkaLogBinding> = {}): KafkaLogBinding {
  return {
    kind: 'kafka',
    brokers: [new URL(url).host],
    topic: `${uniquePrefix()}_log`,
    partitions: 1,
    framing: 'block',
    codec: 'none',
    tls: false,
    ...choices,
  };
}

/** Gives an empty log on a new topic to `body`, and removes both afterwards. */
export async function withTopic(binding: KafkaLogBinding, body: (log: KafkaLog) => Promise<void>): Promise<void> {
  await createTopic(binding);
  try {
    const log = await KafkaLog.open(binding);
    try {
      await body(log);
    } finally {
      await log.close();
    }
  } finally {
    await deleteTopic(binding);
  }
}
