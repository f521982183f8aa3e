/**
 * What can go wrong with a Kafka log, in words for the person who has to do something about it.
 */
import { LogUnavailableError } from '../event-log.ts';

/** Name of a protocol error, whether asking again can help, and what to do if it does not. */
interface ErrorKind {
  name: string;
  retriable: boolean;
  remedy?: string;
}

const once = (name: string, remedy?: string): ErrorKind => ({ name, retriable: false, ...(remedy && { remedy }) });
const again = (name: string, remedy?: string): ErrorKind => ({ name, retriable: true, ...(remedy && { remedy }) });

/** The codes that brokers answer to the requests of this client. */
const KINDS: ReadonlyMap<number, ErrorKind> = new Map([
  [1, once('OFFSET_OUT_OF_RANGE', 'records were removed while they were needed: raise the retention of the topic')],
  [2, again('CORRUPT_MESSAGE')],
  [3, again('UNKNOWN_TOPIC_OR_PARTITION', 'the topic is not there: create it, or look at its name')],
  [5, again('LEADER_NOT_AVAILABLE')],
  [6, again('NOT_LEADER_OR_FOLLOWER')],
  [7, again('REQUEST_TIMED_OUT', 'the replicas did not answer in time: look at the health of the cluster')],
  [8, again('BROKER_NOT_AVAILABLE')],
  [9, again('REPLICA_NOT_AVAILABLE')],
  [10, once('MESSAGE_TOO_LARGE', 'raise max.message.bytes of the topic to 2 MiB')],
  [13, again('NETWORK_EXCEPTION')],
  [14, again('COORDINATOR_LOAD_IN_PROGRESS')],
  [15, again('COORDINATOR_NOT_AVAILABLE')],
  [16, again('NOT_COORDINATOR')],
  [17, once('INVALID_TOPIC_EXCEPTION', 'a topic has letters, digits, dots, underscores and hyphens, at most 249')],
  [19, again('NOT_ENOUGH_REPLICAS', 'fewer replicas are in sync than min.insync.replicas asks for')],
  [20, again('NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'fewer replicas are in sync than min.insync.replicas asks for')],
  [29, once('TOPIC_AUTHORIZATION_FAILED', 'give the user READ, WRITE and DESCRIBE on the topic')],
  [31, once('CLUSTER_AUTHORIZATION_FAILED', 'give the user IDEMPOTENT_WRITE on the cluster')],
  [32, once('INVALID_TIMESTAMP', 'the clocks of this host and of the broker differ by more than the topic allows')],
  [33, once('UNSUPPORTED_SASL_MECHANISM', 'enable PLAIN on the listener')],
  [34, once('ILLEGAL_SASL_STATE', 'the listener asks for no login: leave the credentials out')],
  [35, once('UNSUPPORTED_VERSION', 'Kafka 2.1 to 4.x is spoken')],
  [45, once('OUT_OF_ORDER_SEQUENCE_NUMBER')],
  [46, once('DUPLICATE_SEQUENCE_NUMBER')],
  [47, once('INVALID_PRODUCER_EPOCH')],
  [56, again('KAFKA_STORAGE_ERROR', 'look at the disks of the broker')],
  [58, once('SASL_AUTHENTICATION_FAILED', 'look at user name and password')],
  [59, once('UNKNOWN_PRODUCER_ID')],
  [74, again('FENCED_LEADER_EPOCH')],
  [75, again('UNKNOWN_LEADER_EPOCH')],
  [76, once('UNSUPPORTED_COMPRESSION_TYPE', 'choose another codec')],
  [78, again('OFFSET_NOT_AVAILABLE')],
  [87, once('INVALID_RECORD')],
]);

/** A broker's answer that is an error. */
export class KafkaProtocolError extends Error {
  override readonly name = 'KafkaProtocolError';
  readonly code: number;
  /** Asking again, perhaps another broker, may succeed. */
  readonly retriable: boolean;

  /** `what` was asked, with its topic and partition. */
  constructor(code: number, what: string) {
    const kind = KINDS.get(code) ?? once(`error ${code}`);
    super(`Kafka answers ${kind.name} to ${what}${kind.remedy === undefined ? '' : `: ${kind.remedy}`}`);
    this.code = code;
    this.retriable = kind.retriable;
  }
}

/** Throws if `code` is not 0. */
export function assertNoError(code: number, what: string): void {
  if (code !== 0) throw new KafkaProtocolError(code, what);
}

export { LogUnavailableError };

/** The broker asks for a login, or refuses the one that was given. */
export class KafkaLoginError extends Error {
  override readonly name = 'KafkaLoginError';
}

/** True where the connection or the leader may be back after a moment. */
export function mayPass(error: unknown): boolean {
  return error instanceof LogUnavailableError || (error instanceof KafkaProtocolError && error.retriable);
}

/** Bytes of a topic that are no record of ours; whoever reads adds the place. */
export class BadRecordError extends Error {
  override readonly name = 'BadRecordError';
  /** Kafka's offset of the record. */
  readonly position: number;

  constructor(position: number, reason: string) {
    super(reason);
    this.position = position;
  }
}

export interface TopicPlace {
  topic: string;
  partition: number;
  /** Offset that the next impression would have had. */
  offset: number;
  /** Kafka's own offset of the record. */
  position: number;
}

/** A record of the topic is damaged or not ours. */
export class CorruptTopicError extends Error {
  override readonly name = 'CorruptTopicError';
  readonly place: TopicPlace;

  constructor(place: TopicPlace, reason: string) {
    super(
      `event log is corrupt: topic ${place.topic}, partition ${place.partition}, offset ${place.offset}, ` +
        `Kafka offset ${place.position}: ${reason}; what follows cannot be trusted: write the log to a new topic`,
    );
    this.place = place;
  }
}
