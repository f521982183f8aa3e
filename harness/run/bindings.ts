/**
 * What a run's configuration says of its log and stores, as the bindings that processes open: embedded ones in a
 * folder, those on servers under a name that nobody else uses. Pure; nothing is opened or made.
 */
import { createHash } from 'node:crypto';
import type { StoreName } from '../../substrates/declaration.ts';
import type { EventLogBinding } from '../../substrates/event-log/event-log.ts';
import type { KeyValueStoreBinding } from '../../substrates/key-value-store/key-value-store.ts';
import type { ServerCredentials } from '../config/credentials.ts';
import type { RunConfig } from '../config/run-config.ts';
import { parseLogServer, parseStoreServer, spellHost } from '../config/server-url.ts';
import { flagSource } from '../config/source.ts';

/** Kafka's limit for the name of a topic. */
const TOPIC_LIMIT = 249;
/** Of the name in a key of Redis: each command carries it. */
const REDIS_NAME_LIMIT = 24;
/** Cassandra's names of tables have 48 characters; the adapter appends what the table is. */
const CASSANDRA_PREFIX_LIMIT = 32;
const HASH_DIGITS = 8;

/**
 * The log of one act. `name` is unique for run, act and architecture and becomes a part of the topic; `folder` is the
 * log's own, for files.
 */
export function logBindingOf(
  config: Pick<RunConfig, 'log' | 'framing' | 'codec'>,
  credentials: ServerCredentials,
  { name, partitions, folder }: { name: string; partitions: number; folder: string },
): EventLogBinding {
  const { server } = parseLogServer(config.log, flagSource('log'));
  if (server.kind === 'files') return { kind: 'files', directory: folder, partitions };
  return {
    kind: 'kafka',
    brokers: server.brokers.map(spellHost),
    topic: shortened(`${server.prefix}-${name.replaceAll(/[^\w.-]/g, '-')}`, TOPIC_LIMIT, '-', name),
    partitions,
    framing: config.framing,
    codec: config.codec,
    tls: server.tls,
    ...(credentials.log === undefined ? {} : { credentials: credentials.log }),
  };
}

/**
 * A store of one architecture in one act. `name` is unique for run, act and architecture and becomes a part of keys and
 * tables; `folder` is that of the act, for an embedded store, which `sync` is for alone.
 */
export function storeBindingOf(
  config: Pick<RunConfig, 'store' | 'speedStore' | 'redisClient' | 'redisResend'>,
  credentials: ServerCredentials,
  storeName: StoreName,
  { name, folder, sync }: { name: string; folder: string; sync: boolean },
): KeyValueStoreBinding {
  const speed = storeName === 'speed';
  const { server } = parseStoreServer(
    speed ? config.speedStore : config.store,
    flagSource(speed ? 'speed-store' : 'store'),
  );
  const login = speed ? credentials.speedStore : credentials.store;
  const withLogin = login === undefined ? {} : { credentials: login };
  switch (server.kind) {
    case 'lmdb':
      return { kind: 'lmdb', directory: `${folder}/${storeName}-store`, sync };
    case 'redis':
      return {
        kind: 'redis',
        nodes: server.nodes,
        cluster: server.cluster,
        database: server.database,
        tls: server.tls,
        ...withLogin,
        prefix: `${server.prefix}:${shortened(name.replaceAll(/[^\w.-]/g, '-'), REDIS_NAME_LIMIT, '-', name)}:${storeName}`,
        client: config.redisClient,
        resend: config.redisResend === 'on',
      };
    case 'cassandra':
      return {
        kind: 'cassandra',
        contactPoints: server.contactPoints.map(spellHost),
        dataCenter: server.dataCenter,
        keyspace: server.keyspace,
        ...withLogin,
        tls: server.tls,
        prefix: tablePrefix(server.prefix, name, storeName),
        consistency: server.consistency,
      };
  }
}

/** Lower case, since Cassandra makes it so unless a name is quoted. */
function tablePrefix(prefix: string, name: string, storeName: StoreName): string {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '_');
  const room = CASSANDRA_PREFIX_LIMIT - prefix.length - storeName.length - 2;
  return `${prefix}_${shortened(plain, room, '_', name)}_${storeName}`;
}

/** The text if it fits; else its head and a hash of the whole name, so that two long names do not meet. */
function shortened(text: string, limit: number, joint: string, name: string): string {
  if (text.length <= limit) return text;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_DIGITS);
  const head = text.slice(0, Math.max(0, limit - HASH_DIGITS - joint.length));
  return head === '' ? hash : `${head}${joint}${hash}`;
}
