/** Makes and deletes the topic of a Kafka log. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { MonotonicClock } from '../../clock.ts';
import type { KafkaLogBinding } from '../event-log.ts';
import { Cluster } from './cluster.ts';
import { mayPass } from './kafka-errors.ts';
import { createKafkajs, translateKafkajsError } from './kafkajs-client.ts';

/** Holds the largest batch of either framing four times over. */
const MAX_MESSAGE_BYTES = 2 * 1024 * 1024;
/** A topic that a run could not delete goes away by itself; no run lasts so long. */
const RETENTION_MS = 7 * 24 * 60 * 60 * 1000;
const MAX_REPLICAS = 3;
const UNKNOWN_TOPIC = 3;
const RETRIES = 5;
/** A broker that has just come back knows new topics only when it has caught up with the controller. */
const LEADERS_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 50;

/** What a log needs of its topic, whatever the broker's defaults are. */
const TOPIC_CONFIG: Readonly<Record<string, string>> = {
  'cleanup.policy': 'delete',
  'compression.type': 'producer',
  'max.message.bytes': String(MAX_MESSAGE_BYTES),
  'retention.bytes': '-1',
  'retention.ms': String(RETENTION_MS),
};

/** A topic that keeps the newest record of each key. */
const COMPACTED_TOPIC_CONFIG: Readonly<Record<string, string>> = {
  ...TOPIC_CONFIG,
  'cleanup.policy': 'compact,delete',
};

/** A topic on a cluster, whatever is written to it. */
export type TopicBinding = Pick<KafkaLogBinding, 'brokers' | 'topic' | 'partitions' | 'tls' | 'credentials' | 'via'>;

/** Error if the topic exists already or cannot be made. */
export function createTopic(binding: TopicBinding): Promise<void> {
  return createConfigured(binding, TOPIC_CONFIG);
}

/** Error if the topic exists already or cannot be made. */
export function createCompactedTopic(binding: TopicBinding): Promise<void> {
  return createConfigured(binding, COMPACTED_TOPIC_CONFIG);
}

async function createConfigured(binding: TopicBinding, config: Readonly<Record<string, string>>): Promise<void> {
  const { topic, partitions } = binding;
  await withAdmin(binding, `creating topic ${topic}`, async (admin) => {
    const { brokers } = await admin.describeCluster();
    const isNew = await admin.createTopics({
      topics: [
        {
          topic,
          numPartitions: partitions,
          replicationFactor: Math.min(MAX_REPLICAS, brokers.length),
          configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
        },
      ],
      waitForLeaders: false,
    });
    if (!isNew) throw new TopicExistsError(topic);
  });
  await untilLed(binding);
}

/** kafkajs would wait for leaders too, but gives up where the topic itself is not known yet. */
async function untilLed(binding: TopicBinding): Promise<void> {
  const clock = new MonotonicClock(0);
  const giveUpMs = clock.nowMs() + LEADERS_WITHIN_MS;
  const cluster = new Cluster(binding.topic, binding);
  try {
    for (let partition = 0; partition < binding.partitions; ) {
      try {
        await cluster.leaderOf(partition);
        partition++;
      } catch (error) {
        if (!mayPass(error) || clock.nowMs() >= giveUpMs) throw error;
        cluster.forget();
        await sleep(LOOK_EVERY_MS);
      }
    }
  } finally {
    cluster.close();
  }
}

/** Deletes the group of the committed positions too. Nothing happens if there is no such topic. */
export async function deleteTopic(binding: TopicBinding): Promise<void> {
  await withAdmin(binding, `deleting topic ${binding.topic}`, async (admin) => {
    await deleteGroup(admin, binding.topic);
    const topics = await admin.listTopics();
    if (!topics.includes(binding.topic)) return;
    try {
      await admin.deleteTopics({ topics: [binding.topic] });
    } catch (error) {
      // Somebody else was faster.
      if (codeOf(error) !== UNKNOWN_TOPIC) throw error;
    }
  });
}

/** A group that cannot be deleted is empty, and Kafka removes it by itself after some days. */
async function deleteGroup(admin: Admin, group: string): Promise<void> {
  try {
    const { groups } = await admin.listGroups();
    if (groups.some(({ groupId }) => groupId === group)) await admin.deleteGroups([group]);
  } catch {
    // This user may not see groups, or somebody commits still.
  }
}

class TopicExistsError extends Error {
  constructor(topic: string) {
    super(`topic ${topic} exists already: a log is written to a topic of its own; choose another prefix or delete it`);
  }
}

async function withAdmin(binding: TopicBinding, doing: string, work: (admin: Admin) => Promise<void>): Promise<void> {
  const admin = createKafkajs({ ...binding, retries: RETRIES }).admin();
  try {
    await admin.connect();
    await work(admin);
  } catch (error) {
    if (error instanceof TopicExistsError) throw error;
    throw translateKafkajsError(error, doing);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

function codeOf(error: unknown): number | undefined {
  const { code, cause } = error as { code?: number; cause?: unknown };
  return code ?? (cause === undefined ? undefined : codeOf(cause));
}
