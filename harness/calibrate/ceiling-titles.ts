/** Ceilings of servers by the names that people know them by; results keep the short ones. */
import type { CassandraCeiling } from './cassandra-probes.ts';
import type { KafkaCeiling } from './kafka-probes.ts';

const TITLES: Readonly<Record<KafkaCeiling | CassandraCeiling, string>> = {
  kafkaBlockProducePerSecond: 'Kafka, block framing',
  kafkaBlockConsumePerSecond: 'Kafka, block framing',
  kafkaEventProducePerSecond: 'Kafka, event framing',
  kafkaEventConsumePerSecond: 'Kafka, event framing',
  kafkajsEventProducePerSecond: 'kafkajs, one a record',
  kafkajsEventConsumePerSecond: 'kafkajs, one a record',
  cassandraIncrement: 'Cassandra, one by one',
  cassandraCounterBatch: 'Cassandra, counter batches',
  cassandraUpsert: 'Cassandra, upserts',
  cassandraGet: 'Cassandra, reads',
};

/** Redis's names are words already, and so is whatever another version has measured. */
export function ceilingTitle(name: string): string {
  return Object.hasOwn(TITLES, name) ? TITLES[name as keyof typeof TITLES] : name.replace(/^redis /, 'Redis ');
}
