/**
 * Where the log and the stores of a run are: the embedded ones by their name, real servers by URL. What is parsed is
 * plain data, and is spelled back in one canonical way that holds no secret.
 */
import type { CassandraConsistency } from '../../substrates/key-value-store/key-value-store.ts';
import { BenchError } from '../cli/bench-error.ts';
import { redactUrl } from './redact.ts';
import type { Source } from './source.ts';
import { nearest } from './suggest.ts';
import { type HostPort, malformed, schemeOf, splitUrl, type UrlForm, type UrlParts } from './url-parts.ts';

export interface KafkaServer {
  kind: 'kafka';
  brokers: HostPort[];
  tls: boolean;
  /** Topics of ours begin with it. */
  prefix: string;
}

export interface RedisServer {
  kind: 'redis';
  nodes: HostPort[];
  /** Several nodes are a cluster. */
  cluster: boolean;
  database: number;
  tls: boolean;
  /** Keys of ours begin with it. */
  prefix: string;
}

export interface CassandraServer {
  kind: 'cassandra';
  contactPoints: HostPort[];
  dataCenter: string;
  keyspace: string;
  tls: boolean;
  /** Tables of ours begin with it. */
  prefix: string;
  consistency: CassandraConsistency;
}

export type LogServer = { kind: 'files' } | KafkaServer;
export type StoreServer = { kind: 'lmdb' } | RedisServer | CassandraServer;

/** What a URL says of who logs in, before the environment completes it. */
export type Userinfo = Pick<UrlParts, 'username' | 'password'>;

const DEFAULT_PREFIX = 'omegabench';
const DEFAULT_KEYSPACE = 'omegabench';
/** What Cassandra itself calls a data centre that nobody has named. */
const DEFAULT_DATA_CENTER = 'datacenter1';
const CONSISTENCIES = ['one', 'local-one', 'local-quorum', 'quorum', 'all'] as const;

const KAFKA: UrlForm = {
  schemes: ['kafka', 'kafkas'],
  shape: 'kafka://host:port[,host:port]/topic-prefix (kafkas:// for TLS)',
  example: 'kafka://localhost:9092/omegabench',
  defaultPort: 9092,
  parameters: [],
};
const REDIS: UrlForm = {
  schemes: ['redis', 'rediss'],
  shape: 'redis://host:port[,host:port]/database (rediss:// for TLS, several hosts for a cluster)',
  example: 'redis://localhost:6379/0',
  defaultPort: 6379,
  parameters: ['prefix'],
};
const CASSANDRA: UrlForm = {
  schemes: ['cassandra', 'cassandras'],
  shape: 'cassandra://host:port[,host:port]/keyspace?dc=NAME&consistency=LEVEL (cassandras:// for TLS)',
  example: 'cassandra://localhost:9042/omegabench?dc=datacenter1&consistency=local-one',
  defaultPort: 9042,
  parameters: ['dc', 'consistency', 'prefix'],
};

/** `files`, or the URL of a Kafka cluster. Throws `BenchError`. */
export function parseLogServer(text: string, source: Source): { server: LogServer; userinfo: Userinfo } {
  if (text.trim() === 'files') return { server: { kind: 'files' }, userinfo: {} };
  const scheme = schemeOf(text);
  if (KAFKA.schemes.some((known) => known === scheme)) return kafkaOf(text, source);
  if ([...REDIS.schemes, ...CASSANDRA.schemes].some((known) => known === scheme)) {
    throw elsewhere(text, source, 'a store and no log', 'store', 'files', KAFKA);
  }
  throw unknownServer(text, source, 'log', 'files', [KAFKA]);
}

/** `lmdb`, or the URL of a Redis server or cluster, or of a Cassandra cluster. Throws `BenchError`. */
export function parseStoreServer(text: string, source: Source): { server: StoreServer; userinfo: Userinfo } {
  if (text.trim() === 'lmdb') return { server: { kind: 'lmdb' }, userinfo: {} };
  const scheme = schemeOf(text);
  if (REDIS.schemes.some((known) => known === scheme)) return redisOf(text, source);
  if (CASSANDRA.schemes.some((known) => known === scheme)) return cassandraOf(text, source);
  if (KAFKA.schemes.some((known) => known === scheme)) {
    throw elsewhere(text, source, 'a log and no store', 'log', 'lmdb', REDIS);
  }
  throw unknownServer(text, source, 'store', 'lmdb', [REDIS, CASSANDRA]);
}

/** The canonical text of a log: parsed again, it is the same server. */
export function spellLogServer(server: LogServer): string {
  if (server.kind === 'files') return 'files';
  return `kafka${server.tls ? 's' : ''}://${spellHosts(server.brokers)}/${server.prefix}`;
}

/** The canonical text of a store: parsed again, it is the same server. */
export function spellStoreServer(server: StoreServer): string {
  if (server.kind === 'lmdb') return 'lmdb';
  const prefix = server.prefix === DEFAULT_PREFIX ? '' : `prefix=${server.prefix}`;
  if (server.kind === 'redis') {
    const address = `redis${server.tls ? 's' : ''}://${spellHosts(server.nodes)}/${server.database}`;
    return prefix === '' ? address : `${address}?${prefix}`;
  }
  const address = `cassandra${server.tls ? 's' : ''}://${spellHosts(server.contactPoints)}/${server.keyspace}`;
  const settings = `dc=${server.dataCenter}&consistency=${server.consistency}`;
  return `${address}?${settings}${prefix === '' ? '' : `&${prefix}`}`;
}

export function spellHost({ host, port }: HostPort): string {
  return `${host}:${port}`;
}

function spellHosts(hosts: readonly HostPort[]): string {
  return hosts.map(spellHost).join(',');
}

function kafkaOf(text: string, source: Source): { server: KafkaServer; userinfo: Userinfo } {
  const { scheme, hosts, path, ...userinfo } = withoutParameters(splitUrl(text, source, KAFKA));
  if (!/^[\w.-]{0,100}$/.test(path)) {
    throw malformed(
      text,
      source,
      KAFKA,
      'a topic prefix has at most 100 letters, digits, dots, dashes and underscores',
    );
  }
  const prefix = path === '' ? DEFAULT_PREFIX : path;
  return { server: { kind: 'kafka', brokers: hosts, tls: scheme === 'kafkas', prefix }, userinfo };
}

function redisOf(text: string, source: Source): { server: RedisServer; userinfo: Userinfo } {
  const parts = splitUrl(text, source, REDIS);
  const { scheme, hosts, path, ...userinfo } = withoutParameters(parts);
  if (!/^\d{0,5}$/.test(path)) throw malformed(text, source, REDIS, 'the database behind the / is no number');
  const database = Number(path);
  const cluster = hosts.length > 1;
  if (cluster && database !== 0) {
    throw malformed(text, source, REDIS, 'several hosts are a cluster, and a cluster has database 0 only');
  }
  const prefix = parts.parameters.get('prefix') ?? DEFAULT_PREFIX;
  if (!/^[\w.:-]{1,64}$/.test(prefix)) {
    throw malformed(text, source, REDIS, 'a prefix has 1 to 64 letters, digits, dots, dashes, colons and underscores');
  }
  return { server: { kind: 'redis', nodes: hosts, cluster, database, tls: scheme === 'rediss', prefix }, userinfo };
}

function cassandraOf(text: string, source: Source): { server: CassandraServer; userinfo: Userinfo } {
  const parts = splitUrl(text, source, CASSANDRA);
  const { scheme, hosts, path, ...userinfo } = withoutParameters(parts);
  const fault = (why: string): BenchError => malformed(text, source, CASSANDRA, why);
  const keyspace = path === '' ? DEFAULT_KEYSPACE : path;
  if (!/^[a-z][a-z0-9_]{0,47}$/.test(keyspace)) {
    throw fault('a keyspace has at most 48 lower-case letters, digits and underscores, and a letter first');
  }
  const dataCenter = parts.parameters.get('dc') ?? DEFAULT_DATA_CENTER;
  if (!/^[\w.:-]+$/.test(dataCenter)) throw fault('dc is no name of a data centre');
  const level = parts.parameters.get('consistency') ?? 'local-one';
  const consistency = CONSISTENCIES.find((known) => known === level.toLowerCase().replaceAll('_', '-'));
  if (consistency === undefined) {
    const meant = nearest(level, CONSISTENCIES);
    throw fault(
      `there is no such consistency${meant === undefined ? '' : ` (${meant} may be meant)`}: ` +
        `levels are ${CONSISTENCIES.join(', ')}`,
    );
  }
  const prefix = parts.parameters.get('prefix') ?? DEFAULT_PREFIX;
  if (!/^[a-z][a-z0-9_]{0,11}$/.test(prefix)) {
    throw fault('a prefix has at most 12 lower-case letters, digits and underscores, and a letter first');
  }
  const tls = scheme === 'cassandras';
  const server: CassandraServer = {
    kind: 'cassandra',
    contactPoints: hosts,
    dataCenter,
    keyspace,
    tls,
    prefix,
    consistency,
  };
  return { server, userinfo };
}

function withoutParameters({ parameters: _, ...rest }: UrlParts): Omit<UrlParts, 'parameters'> {
  return rest;
}

function elsewhere(
  text: string,
  source: Source,
  what: string,
  flag: string,
  embedded: string,
  form: UrlForm,
): BenchError {
  return new BenchError(
    'OB_BAD_VALUE',
    `${source.said(redactUrl(text))}: that is ${what}`,
    `Give it as --${flag}; here, write ${source.instead(embedded)} or ${source.instead(form.example)}.`,
  );
}

function unknownServer(
  text: string,
  source: Source,
  noun: string,
  embedded: string,
  forms: readonly UrlForm[],
): BenchError {
  const scheme = schemeOf(text);
  const typed = scheme ?? redactUrl(text);
  const schemes = forms.flatMap((form) => form.schemes);
  const meant = nearest(typed, scheme === undefined ? [embedded, ...schemes] : schemes);
  const spelled = meant === undefined || meant === embedded ? meant : `${meant}://`;
  const examples = [embedded, ...forms.map((form) => form.example)].map((example) => source.instead(example));
  return new BenchError(
    'OB_BAD_VALUE',
    `${source.said(redactUrl(text))} is no ${noun}: ${scheme === undefined ? 'it is no URL' : `${scheme}:// is not known`}`,
    `${spelled === undefined ? '' : `Did you mean ${spelled}? `}Write ${examples.join(' or ')}.`,
  );
}
