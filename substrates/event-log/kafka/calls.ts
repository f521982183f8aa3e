/**
 * The requests of the control plane, each with the reader of its response. Of every request the newest version is used
 * that has plain (not "flexible") fields, and that Kafka 2.1 to 4.x all speak.
 */
import { assertNoError } from './kafka-errors.ts';
import { RequestWriter, type ResponseReader } from './wire.ts';

/** One request: its body in chunks that are written one after another, and how its response is read. */
export interface KafkaCall<T> {
  /** For messages: what is asked, of what topic. */
  what: string;
  api: number;
  version: number;
  chunks: readonly Uint8Array[];
  read(response: ResponseReader): T;
  /** The request has a header with tagged fields. */
  flexible?: true;
}

export interface BrokerNode {
  node: number;
  host: string;
  port: number;
}

export interface TopicMetadata {
  error: number;
  /** Node of the leader by partition; -1 where there is none now. */
  leaders: number[];
  /** Least number of replicas of a partition. */
  replicas: number;
}

export interface ClusterMetadata {
  brokers: BrokerNode[];
  topics: Map<string, TopicMetadata>;
}

/** The brokers, and of each topic its leaders. Creates no topic. */
export function metadataCall(topics: readonly string[]): KafkaCall<ClusterMetadata> {
  const body = new RequestWriter();
  body.array(topics, (topic) => body.string(topic)).int8(0);
  return {
    what: `Metadata of ${topics.join(', ') || 'the cluster'}`,
    api: 3,
    version: 5,
    chunks: [body.finish()],
    read(response) {
      response.int32();
      const brokers = response.array(() => {
        const broker = { node: response.int32(), host: response.string() ?? '', port: response.int32() };
        response.string();
        return broker;
      });
      response.string();
      response.int32();
      const found = new Map<string, TopicMetadata>();
      response.array(() => {
        const error = response.int16();
        const name = response.string() ?? '';
        response.int8();
        found.set(name, { error, ...readPartitions(response) });
      });
      return { brokers, topics: found };
    },
  };
}

function readPartitions(response: ResponseReader): Pick<TopicMetadata, 'leaders' | 'replicas'> {
  const leaders: number[] = [];
  let replicas = Number.POSITIVE_INFINITY;
  response.array(() => {
    response.int16();
    const partition = response.int32();
    leaders[partition] = response.int32();
    replicas = Math.min(replicas, response.array(() => response.int32()).length);
    response.array(() => response.int32());
    response.array(() => response.int32());
  });
  return { leaders, replicas: leaders.length === 0 ? 0 : replicas };
}

/** Kafka's names for the two ends of a partition. */
export const EARLIEST = -2;
export const LATEST = -1;

/** Kafka's offset of an end of a partition. */
export function listOffsetsCall(topic: string, partition: number, end: number): KafkaCall<number> {
  const what = `ListOffsets of topic ${topic}, partition ${partition}`;
  const body = new RequestWriter().int32(-1).int8(0);
  body.int32(1).string(topic).int32(1).int32(partition).int64(end);
  return {
    what,
    api: 2,
    version: 2,
    chunks: [body.finish()],
    read(response) {
      response.int32();
      const [offsets] = response.array(() => {
        response.string();
        return response.array(() => {
          response.int32();
          assertNoError(response.int16(), what);
          response.int64();
          return response.int64();
        });
      });
      return offsets?.[0] ?? 0;
    },
  };
}

export interface ProducerIdentity {
  id: number;
  epoch: number;
}

/** An identity for an idempotent producer. */
export function initProducerIdCall(): KafkaCall<ProducerIdentity> {
  const what = 'InitProducerId';
  return {
    what,
    api: 22,
    version: 1,
    chunks: [new RequestWriter().string(undefined).int32(60_000).finish()],
    read(response) {
      response.int32();
      assertNoError(response.int16(), what);
      return { id: response.int64(), epoch: response.int16() };
    },
  };
}

/** The broker that keeps a group's offsets. */
export function findCoordinatorCall(group: string): KafkaCall<BrokerNode> {
  const what = `FindCoordinator of group ${group}`;
  return {
    what,
    api: 10,
    version: 1,
    chunks: [new RequestWriter().string(group).int8(0).finish()],
    read(response) {
      response.int32();
      assertNoError(response.int16(), what);
      response.string();
      return { node: response.int32(), host: response.string() ?? '', port: response.int32() };
    },
  };
}

/** Stores positions (Kafka's offsets, by partition) under a group that has no members. */
export function offsetCommitCall(
  group: string,
  topic: string,
  positions: ReadonlyMap<number, number>,
): KafkaCall<void> {
  const what = `OffsetCommit of group ${group}`;
  const body = new RequestWriter().string(group).int32(-1).string('').int64(-1);
  body.int32(1).string(topic);
  body.array([...positions], ([partition, position]) => body.int32(partition).int64(position).string(undefined));
  return {
    what,
    api: 8,
    version: 2,
    chunks: [body.finish()],
    read(response) {
      response.array(() => {
        response.string();
        response.array(() => {
          response.int32();
          assertNoError(response.int16(), what);
        });
      });
    },
  };
}

export interface SaslMechanisms {
  error: number;
  mechanisms: string[];
}

export function saslHandshakeCall(mechanism: string): KafkaCall<SaslMechanisms> {
  return {
    what: 'SaslHandshake',
    api: 17,
    version: 1,
    chunks: [new RequestWriter().string(mechanism).finish()],
    read: (response) => ({
      error: response.int16(),
      mechanisms: response.array(() => response.string() ?? ''),
    }),
  };
}

/** The answer is the error code; the broker's words are left out, because they may repeat what was sent. */
export function saslAuthenticateCall(token: Uint8Array): KafkaCall<number> {
  return {
    what: 'SaslAuthenticate',
    api: 36,
    version: 0,
    chunks: [new RequestWriter().bytes(token).finish()],
    read: (response) => response.int16(),
  };
}

export interface ApiVersions {
  error: number;
  /** The greatest level of `metadata.version` that the broker supports; undefined where it does not say. */
  metadataVersion?: number;
}

/** Tag of the list of features that a broker supports. */
const SUPPORTED_FEATURES = 0;

/** What the broker can; the one request with tagged fields, because its version is told only there. */
export function apiVersionsCall(client: string): KafkaCall<ApiVersions> {
  return {
    what: 'ApiVersions',
    api: 18,
    version: 3,
    flexible: true,
    chunks: [new RequestWriter().compactString(client).compactString('1').unsignedVarint(0).finish()],
    read(response) {
      const error = response.int16();
      // A broker that does not know this version answers in the oldest form.
      if (error !== 0) return { error };
      response.compactArray(() => response.skip(6).skip(response.unsignedVarint()));
      response.int32();
      let metadataVersion: number | undefined;
      for (let tags = response.unsignedVarint(); tags > 0; tags--) {
        const tag = response.unsignedVarint();
        const bytes = response.unsignedVarint();
        if (tag !== SUPPORTED_FEATURES) {
          response.skip(bytes);
          continue;
        }
        response.compactArray(() => {
          const name = response.compactString();
          response.int16();
          const greatest = response.int16();
          response.skip(response.unsignedVarint());
          if (name === 'metadata.version') metadataVersion = greatest;
        });
      }
      return metadataVersion === undefined ? { error } : { error, metadataVersion };
    },
  };
}
