/**
 * What a Kafka cluster says of itself, for the doctor and for the settings of a report. Nothing is written to it: its
 * clock cannot be read without, so nothing is said of that.
 */
import kafkajs from 'kafkajs';
import { MonotonicClock } from '../../clock.ts';
import { BrokerConnection, CLIENT_ID } from './broker-connection.ts';
import { apiVersionsCall, metadataCall } from './calls.ts';
import { addressOf, type ClusterOptions } from './cluster.ts';
import { LogUnavailableError } from './kafka-errors.ts';
import { createKafkajs, translateKafkajsError } from './kafkajs-client.ts';

const { ConfigResourceTypes } = kafkajs;
const TIMEOUT_MS = 3000;
const ROUND_TRIPS = 5;

/** What a cluster says of itself; absent is what it does not tell. */
export interface KafkaProbe {
  /** A cluster that is not is an error. */
  reachable: true;
  /** `host:port` as the cluster gives them: what clients are sent to. */
  nodes: string[];
  brokers: number;
  /** Settings of the first broker that bound a log, by Kafka's names; empty where this user may not see them. */
  limits: Record<string, string>;
  /** Release, as far as the protocol tells. */
  version?: string;
  messageMaxBytes?: number;
  /** For topics that do not say otherwise (ours do); -1 for ever or without a limit. */
  retentionMs?: number;
  retentionBytes?: number;
  minInSyncReplicas?: number;
  autoCreateTopics?: boolean;
  /** Whether this user may make topics; undefined if it cannot be told without trying. */
  mayCreateTopics?: boolean;
  roundTripMs?: number;
}

/**
 * Asks the first of the brokers that answers within 3 s. Errors say what to do: `LogUnavailableError` if none does,
 * `KafkaLoginError` if it does not let us in.
 */
export async function probeKafka(options: ClusterOptions): Promise<KafkaProbe> {
  const { connection, broker } = await firstAnswering(options);
  const bounded = { ...options, brokers: [broker], connectTimeoutMs: TIMEOUT_MS, requestTimeoutMs: TIMEOUT_MS };
  try {
    const versions = await connection.request(apiVersionsCall(CLIENT_ID));
    const { brokers } = await connection.request(metadataCall([]));
    const release = versions.metadataVersion === undefined ? undefined : releaseOf(versions.metadataVersion);
    return {
      reachable: true,
      nodes: brokers.map(({ host, port }) => `${host}:${port}`),
      brokers: brokers.length,
      ...(release !== undefined && { version: release }),
      roundTripMs: await leastRoundTripMs(connection),
      ...(await configured(bounded, brokers[0]?.node)),
    };
  } finally {
    connection.close();
  }
}

/** Of some, because the first ones pay for what is made ready once. */
async function leastRoundTripMs(connection: BrokerConnection): Promise<number> {
  const clock = new MonotonicClock(0);
  let leastMs = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < ROUND_TRIPS; turn++) {
    const startMs = clock.nowMs();
    await connection.request(metadataCall([]));
    leastMs = Math.min(leastMs, clock.nowMs() - startMs);
  }
  return leastMs;
}

/** The first of the named brokers, in their order, that lets us in. */
async function firstAnswering(options: ClusterOptions): Promise<{ connection: BrokerConnection; broker: string }> {
  const connectionOptions = { ...options, connectTimeoutMs: TIMEOUT_MS, requestTimeoutMs: TIMEOUT_MS };
  const tries = options.brokers.map(async (broker) => {
    const connection = await BrokerConnection.open(addressOf(broker), connectionOptions);
    return { connection, broker };
  });
  const results = await Promise.allSettled(tries);
  const [first, ...others] = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  for (const { connection } of others) connection.close();
  if (first !== undefined) return first;
  const failed = results.find((result) => result.status === 'rejected');
  throw failed?.reason ?? new LogUnavailableError('no Kafka broker is named: give host:port of at least one');
}

/** Greatest `metadata.version` of each release, from Kafka's own table. */
const RELEASES: readonly [level: number, release: string][] = [
  [7, '3.3'],
  [8, '3.4'],
  [11, '3.5'],
  [14, '3.6'],
  [19, '3.7'],
  [20, '3.8'],
  [21, '3.9'],
  [25, '4.0'],
  [27, '4.1'],
  [29, '4.2'],
  [30, '4.3'],
];

/** The release that knows this `metadata.version` as its last. */
export function releaseOf(level: number): string {
  const release = RELEASES.find(([last]) => level <= last)?.[1];
  return release === undefined
    ? `later than 4.3 (metadata.version ${level})`
    : `${release} (metadata.version ${level})`;
}

/** Broker settings that bound a log; the topics of a log set their own where they can. */
const LIMITS = [
  'message.max.bytes',
  'log.retention.ms',
  'log.retention.minutes',
  'log.retention.hours',
  'log.retention.bytes',
  'log.segment.bytes',
  'min.insync.replicas',
  'default.replication.factor',
  'auto.create.topics.enable',
  'socket.request.max.bytes',
];

type Configured = Pick<
  KafkaProbe,
  | 'limits'
  | 'messageMaxBytes'
  | 'retentionMs'
  | 'retentionBytes'
  | 'minInSyncReplicas'
  | 'autoCreateTopics'
  | 'mayCreateTopics'
>;

async function configured(options: ClusterOptions, node: number | undefined): Promise<Configured> {
  const admin = createKafkajs({ ...options, retries: 0 }).admin();
  try {
    await admin.connect();
    const mayCreateTopics = await mayCreate((topics) =>
      admin.createTopics({ topics, validateOnly: true, waitForLeaders: false }),
    );
    const limits = await limitsOf(async () => {
      const resources = [{ type: ConfigResourceTypes.BROKER, name: String(node ?? 0), configNames: LIMITS }];
      const described = await admin.describeConfigs({ resources, includeSynonyms: false });
      return described.resources.flatMap((resource) => resource.configEntries);
    });
    return { limits, ...(mayCreateTopics !== undefined && { mayCreateTopics }), ...numbersOf(limits) };
  } catch (error) {
    throw translateKafkajsError(error, 'asking for its settings');
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/** Empty if this user may not see them. */
async function limitsOf(
  describe: () => Promise<{ configName: string; configValue: string | null }[]>,
): Promise<Record<string, string>> {
  try {
    const entries = await describe();
    return Object.fromEntries(
      entries.flatMap(({ configName, configValue }) => (configValue === null ? [] : [[configName, configValue]])),
    );
  } catch (error) {
    if (/authoriz/i.test((error as Error).message)) return {};
    throw error;
  }
}

function numbersOf(limits: Readonly<Record<string, string>>): Omit<Configured, 'limits' | 'mayCreateTopics'> {
  const number = (name: string): number | undefined => (limits[name] === undefined ? undefined : Number(limits[name]));
  const minutes = number('log.retention.minutes');
  const hours = number('log.retention.hours');
  const defaultMs = minutes !== undefined ? minutes * 60_000 : hours !== undefined ? hours * 3_600_000 : undefined;
  const numbers = {
    messageMaxBytes: number('message.max.bytes'),
    retentionMs: number('log.retention.ms') ?? defaultMs,
    retentionBytes: number('log.retention.bytes'),
    minInSyncReplicas: number('min.insync.replicas'),
  };
  const autoCreate = limits['auto.create.topics.enable'];
  return {
    ...Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined)),
    ...(autoCreate !== undefined && { autoCreateTopics: autoCreate === 'true' }),
  };
}

/** Asks for a topic without making it. */
async function mayCreate(create: (topics: { topic: string }[]) => Promise<boolean>): Promise<boolean | undefined> {
  try {
    await create([{ topic: 'omegabench_may_this_user_create_topics' }]);
    return true;
  } catch (error) {
    return /authoriz/i.test((error as Error).message) ? false : undefined;
  }
}
