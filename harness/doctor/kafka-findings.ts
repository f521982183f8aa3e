/**
 * What a Kafka cluster may do to a measurement. Our topics set their own retention and message size, so the broker's
 * defaults for those are shown and not judged.
 */
import type { KafkaProbe } from '../../substrates/event-log/kafka/probe.ts';
import { formatBytes } from '../config/units.ts';
import { type Finding, finding, judgeRoundTrip } from './findings.ts';

/** A produce request carries at most a few batches of half a MiB. */
const LEAST_REQUEST_BYTES = 4 * 1024 * 1024;
/** As many as our topics have, where there are so many brokers. */
const MAX_REPLICAS = 3;

export function judgeKafka(facts: KafkaProbe): Finding[] {
  return [
    ...judgeVersion(facts),
    judgeBrokers(facts),
    ...judgeMessageSize(facts),
    ...judgeReplicas(facts),
    ...judgeRights(facts),
    ...judgeAutomaticTopics(facts),
    ...(facts.roundTripMs === undefined ? [] : [judgeRoundTrip(facts.roundTripMs)]),
  ];
}

function judgeVersion({ version }: KafkaProbe): Finding[] {
  if (version === undefined) return [];
  return [finding({ check: 'version', found: version, why: 'figures are of one version' })];
}

function judgeBrokers({ brokers, nodes }: KafkaProbe): Finding {
  return finding(
    {
      check: 'brokers',
      found: brokers === 0 ? 'none has registered' : nodes.join(', '),
      why: 'clients are sent to these addresses, whichever they asked first, and each partition needs a leader',
    },
    { level: 'problem', when: brokers === 0, remedy: 'Look at the logs of the cluster.' },
  );
}

function judgeMessageSize({ messageMaxBytes, limits }: KafkaProbe): Finding[] {
  const request = limits['socket.request.max.bytes'];
  if (messageMaxBytes === undefined || request === undefined) return [];
  return [
    finding(
      {
        check: 'limits',
        found: `messages ${formatBytes(messageMaxBytes)}, of our topics 2 MiB; requests ${formatBytes(Number(request))}`,
        why: 'batches of impressions that are larger are refused',
      },
      {
        level: 'problem',
        when: Number(request) < LEAST_REQUEST_BYTES,
        remedy: `Raise socket.request.max.bytes to ${LEAST_REQUEST_BYTES} or more; Kafka's default is 100 MiB.`,
      },
    ),
  ];
}

function judgeReplicas({ minInSyncReplicas, brokers }: KafkaProbe): Finding[] {
  if (minInSyncReplicas === undefined) return [];
  const replicas = Math.min(MAX_REPLICAS, brokers);
  return [
    finding(
      {
        check: 'replicas in sync',
        found: `min.insync.replicas ${minInSyncReplicas}, of ${replicas}`,
        why: 'a topic that has fewer replicas takes no writes that all of them must acknowledge',
      },
      {
        level: 'problem',
        when: minInSyncReplicas > replicas,
        remedy: `Lower min.insync.replicas to ${replicas}, or start more brokers.`,
      },
    ),
  ];
}

function judgeRights({ mayCreateTopics }: KafkaProbe): Finding[] {
  if (mayCreateTopics === undefined) return [];
  return [
    finding(
      {
        check: 'rights',
        found: mayCreateTopics ? 'may create topics' : 'may not create topics',
        why: 'each act has a topic of its own, removed afterwards',
      },
      {
        level: 'problem',
        when: !mayCreateTopics,
        remedy: 'Grant this user CREATE, DELETE, READ, WRITE and DESCRIBE on topics with the prefix.',
      },
    ),
  ];
}

function judgeAutomaticTopics({ autoCreateTopics }: KafkaProbe): Finding[] {
  if (autoCreateTopics === undefined) return [];
  return [
    finding(
      {
        check: 'automatic topics',
        found: autoCreateTopics ? 'on' : 'off',
        why: 'a topic that a late request brings back to life has other partitions, and is never removed',
      },
      { level: 'warning', when: autoCreateTopics, remedy: 'Set auto.create.topics.enable=false.' },
    ),
  ];
}
