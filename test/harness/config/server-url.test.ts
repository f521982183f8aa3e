/** Addresses of servers: what they mean, how they are spelled back, and what is said of mistakes. */
import { describe, expect, test } from '@jest/globals';
import { BenchError } from '../../../harness/cli/bench-error.ts';
import {
  parseLogServer,
  parseStoreServer,
  spellLogServer,
  spellStoreServer,
} from '../../../harness/config/server-url.ts';
import { flagSource } from '../../../harness/config/source.ts';

const log = (text: string) => parseLogServer(text, flagSource('log'));
const store = (text: string) => parseStoreServer(text, flagSource('store'));

describe('a log', () => {
  test('is in files, or on one or more brokers of Kafka', () => {
    expect(log('files')).toEqual({ server: { kind: 'files' }, userinfo: {} });
    expect(log('kafka://one:9092,two/mine')).toEqual({
      server: {
        kind: 'kafka',
        brokers: [
          { host: 'one', port: 9092 },
          { host: 'two', port: 9092 },
        ],
        tls: false,
        prefix: 'mine',
      },
      userinfo: {},
    });
    expect(log('KAFKAS://bob:a%2Fb%40@10.0.0.1')).toEqual({
      server: { kind: 'kafka', brokers: [{ host: '10.0.0.1', port: 9092 }], tls: true, prefix: 'omegabench' },
      userinfo: { username: 'bob', password: 'a/b@' },
    });
  });
});

describe('a store', () => {
  test('is LMDB, or Redis, which is a cluster with several hosts', () => {
    expect(store('lmdb')).toEqual({ server: { kind: 'lmdb' }, userinfo: {} });
    expect(store('redis://localhost')).toEqual({
      server: {
        kind: 'redis',
        nodes: [{ host: 'localhost', port: 6379 }],
        cluster: false,
        database: 0,
        tls: false,
        prefix: 'omegabench',
      },
      userinfo: {},
    });
    expect(store('rediss://:pw@a:1,b:2?prefix=x:y').server).toMatchObject({
      nodes: [
        { host: 'a', port: 1 },
        { host: 'b', port: 2 },
      ],
      cluster: true,
      tls: true,
      prefix: 'x:y',
    });
    expect(store('redis://localhost/7').server).toMatchObject({ database: 7 });
  });

  test('is Cassandra, with its own name for a data centre and a consistency that waits for one', () => {
    const defaults = {
      kind: 'cassandra',
      contactPoints: [{ host: 'localhost', port: 9042 }],
      dataCenter: 'datacenter1',
      keyspace: 'omegabench',
      tls: false,
      prefix: 'omegabench',
      consistency: 'local-one',
    };
    expect(store('cassandra://localhost')).toEqual({ server: defaults, userinfo: {} });
    expect(store('cassandras://u:p@localhost/views?dc=eu-1&consistency=LOCAL_QUORUM&prefix=ours')).toEqual({
      server: {
        ...defaults,
        dataCenter: 'eu-1',
        keyspace: 'views',
        tls: true,
        prefix: 'ours',
        consistency: 'local-quorum',
      },
      userinfo: { username: 'u', password: 'p' },
    });
  });
});

test.each([
  ['kafka://a:1,b:2/t', 'kafka://a:1,b:2/t'],
  ['kafkas://u:p@a', 'kafkas://a:9092/omegabench'],
  ['files', 'files'],
])('the log %s is spelled %s, which means the same', (text, spelled) => {
  expect(spellLogServer(log(text).server)).toBe(spelled);
  expect(log(spelled)).toEqual({ server: log(text).server, userinfo: {} });
});

test.each([
  ['lmdb', 'lmdb'],
  ['redis://u:p@a', 'redis://a:6379/0'],
  ['rediss://a:1,b:2/0?prefix=x', 'rediss://a:1,b:2/0?prefix=x'],
  ['cassandra://u:p@a', 'cassandra://a:9042/omegabench?dc=datacenter1&consistency=local-one'],
  ['cassandra://a/k?prefix=x&dc=d', 'cassandra://a:9042/k?dc=d&consistency=local-one&prefix=x'],
])('the store %s is spelled %s, which means the same', (text, spelled) => {
  expect(spellStoreServer(store(text).server)).toBe(spelled);
  expect(store(spelled)).toEqual({ server: store(text).server, userinfo: {} });
});

/** `[message, remedy]` of the refusal. */
function refusal(parse: () => unknown): [string, string] {
  try {
    parse();
  } catch (error) {
    if (error instanceof BenchError && error.code === 'OB_BAD_VALUE') return [error.message, error.remedy];
    throw error;
  }
  throw new Error('it was accepted');
}

const KAFKA =
  'Write kafka://host:port[,host:port]/topic-prefix (kafkas:// for TLS), ' +
  'such as --log kafka://localhost:9092/omegabench.';
const REDIS =
  'Write redis://host:port[,host:port]/database (rediss:// for TLS, several hosts for a cluster), ' +
  'such as --store redis://localhost:6379/0.';

describe('a mistake is told with what was expected and an example', () => {
  test('a scheme that is nearly right', () => {
    expect(refusal(() => log('kafak://localhost:9092/x'))).toEqual([
      '--log kafak://localhost:9092/x is no log: kafak:// is not known',
      'Did you mean kafka://? Write --log files or --log kafka://localhost:9092/omegabench.',
    ]);
    expect(refusal(() => store('reddis://localhost'))[1]).toMatch(/^Did you mean redis:\/\/\? Write --store lmdb or /);
    expect(refusal(() => store('lmbd'))).toEqual([
      '--store lmbd is no store: it is no URL',
      'Did you mean lmdb? Write --store lmdb or --store redis://localhost:6379/0 or ' +
        '--store "cassandra://localhost:9042/omegabench?dc=datacenter1&consistency=local-one".'.replaceAll('"', ''),
    ]);
    expect(refusal(() => log('localhost:9092'))[0]).toBe('--log localhost:9092 is no log: it is no URL');
  });

  test('a log where a store belongs, and the other way round', () => {
    expect(refusal(() => store('kafka://h:1/x'))).toEqual([
      '--store kafka://h:1/x: that is a log and no store',
      'Give it as --log; here, write --store lmdb or --store redis://localhost:6379/0.',
    ]);
    expect(refusal(() => log('redis://h'))[1]).toMatch(/^Give it as --store; here, write --log files or /);
  });

  test.each([
    [() => log('kafka://'), 'a host is missing', KAFKA],
    [() => log('kafka://a,,b'), 'a host is missing', KAFKA],
    [() => log('kafka://a b'), 'a host is neither a name nor an IPv4 address', KAFKA],
    [() => log('kafka://a:0'), 'what follows the colon of a host is no port from 1 to 65535', KAFKA],
    [() => log('kafka://a:65536'), 'what follows the colon of a host is no port from 1 to 65535', KAFKA],
    [() => log('kafka://a/x/y'), 'a topic prefix has at most 100 letters, digits, dots, dashes and underscores', KAFKA],
    [() => log('kafka://a/x?acks=1'), 'a parameter is unknown: it takes none', KAFKA],
    [() => store('redis://[::1]:6379'), 'addresses in brackets are not understood: write a name or an IPv4', REDIS],
    [() => store('redis://a/zero'), 'the database behind the / is no number', REDIS],
    [() => store('redis://a,b/1'), 'several hosts are a cluster, and a cluster has database 0 only', REDIS],
    [() => store('redis://a?prefx=1'), 'a parameter is unknown: prefix may be meant; there are prefix', REDIS],
    [() => store('redis://a?prefix=x&prefix=y'), 'prefix is there twice', REDIS],
    [() => store('redis://a?prefix=*'), 'a prefix has 1 to 64 letters, digits, dots, dashes, colons', REDIS],
    [() => store('redis://a#0'), 'a # has no meaning in it', REDIS],
    [() => store('cassandra://a/Views'), 'a keyspace has at most 48 lower-case letters', 'Write cassandra://'],
    [() => store('cassandra://a?dc='), 'dc is no name of a data centre', 'Write cassandra://'],
    [
      () => store('cassandra://a?consistency=local-quorm'),
      'there is no such consistency (local-quorum may be meant): levels are one, local-one, local-quorum, quorum, all',
      'Write cassandra://',
    ],
    [() => store('cassandra://a?prefix=thirteenchars'), 'a prefix has at most 12 lower-case', 'Write cassandra://'],
  ])('%#', (parse, why, remedy) => {
    const [message, wayOut] = refusal(parse);
    expect(message).toContain(`: ${why}`);
    expect(wayOut.startsWith(remedy)).toBe(true);
  });
});

test.each([
  ['redis://bob:s3cret'],
  ['redis://bob:s3/cret@host'],
  ['redis://bob:s3%cret@host'],
  ['redis://host?password=s3cret'],
  ['redis://host/0?prefix=a#s3cret'],
  ['redis://:s3cret@'],
  ['redis://s3cret:s3cret@host/zero'],
  ['reddis://:s3cret@host'],
  ['kafka://:s3cret@host'],
  ['bob:s3cret@host'],
])('no message tells the password of %s', (text) => {
  const said = refusal(() => store(text)).join(' ');
  expect(said).not.toMatch(/s3|cret/);
});
