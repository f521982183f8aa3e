/** What servers say of themselves that spoil nothing, made by hand. */
import type { KafkaProbe } from '../../../substrates/event-log/kafka/probe.ts';
import type { CassandraFacts } from '../../../substrates/key-value-store/cassandra/probe.ts';
import type { RedisFacts } from '../../../substrates/key-value-store/redis/probe.ts';
import type { FlinkFacts } from '../../../substrates/stream-engine/flink/probe.ts';

export const goodRedis: RedisFacts = {
  host: 'localhost',
  port: 6379,
  version: 'Redis 7.0.15',
  role: 'master',
  clusterEnabled: false,
  persistence: 'no append-only file; no snapshots',
  evictionPolicy: 'noeviction',
  usedMemoryBytes: 1_000_000,
  maxMemoryBytes: undefined,
  clockOffsetMs: 0.4,
};

export const goodCassandra: CassandraFacts = {
  version: '5.0.9',
  nodes: { datacenter1: 1 },
  durability: 'commitlog_sync periodic, 10000ms: a write survives the death of the process, not of the machine',
  clockAheadMs: -0.4,
  clockUncertainMs: 0.6,
};

export const goodKafka: KafkaProbe = {
  reachable: true,
  nodes: ['localhost:9092'],
  brokers: 1,
  version: '4.3 (metadata.version 30)',
  limits: { 'socket.request.max.bytes': '104857600' },
  messageMaxBytes: 1_048_588,
  minInSyncReplicas: 1,
  autoCreateTopics: false,
  mayCreateTopics: true,
  roundTripMs: 0.8,
};

export const goodFlink: FlinkFacts = {
  version: '2.3.0',
  slots: 4,
  freeSlots: 4,
  taskManagers: ['localhost', 'localhost'],
  runningJobs: 0,
  checkpointDirectory: 'file:///state/checkpoints',
  savepointDirectory: 'file:///state/savepoints',
  queryableState: true,
  metricsIntervalMs: 250,
  refreshIntervalMs: 100,
  webTimeoutMs: 5000,
  heartbeatTimeoutMs: 4000,
  takesJars: true,
  roundTripMs: 3,
};
