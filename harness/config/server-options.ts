/** The settings that put log, stores and engine of a run on real servers, and how those are talked to. */

import { parseEngineServer, spellEngineServer } from './engine-url.ts';
import type { OptionSpecification } from './option.ts';
import { choice, enumeration, numeric, type OptionReader, only } from './readers.ts';
import { DEFAULTS } from './run-config.ts';
import { parseLogServer, parseStoreServer, spellLogServer, spellStoreServer } from './server-url.ts';
import { count } from './units.ts';

/** The log, without its secrets: `credentialsOf` keeps those. */
const logServer: OptionReader = (texts, source) => ({
  log: spellLogServer(parseLogServer(only(texts, source), source).server),
});

const engineServer: OptionReader = (texts, source) => ({
  engine: spellEngineServer(parseEngineServer(only(texts, source), source).server),
});

function storeServer(setting: 'store' | 'speedStore'): OptionReader {
  return (texts, source) => ({ [setting]: spellStoreServer(parseStoreServer(only(texts, source), source).server) });
}

export const SERVER_OPTIONS: readonly OptionSpecification[] = [
  {
    flag: 'log',
    group: 'Servers',
    placeholder: 'URL',
    description: 'The event log: files, or kafka://host:port/topic-prefix',
    defaultText: DEFAULTS.log,
    read: logServer,
  },
  {
    flag: 'store',
    group: 'Servers',
    placeholder: 'URL',
    description: 'The key/value store: lmdb, redis://host:port/db, or cassandra://host:port/keyspace?dc=NAME',
    defaultText: DEFAULTS.store,
    read: storeServer('store'),
  },
  {
    flag: 'speed-store',
    group: 'Servers',
    placeholder: 'URL',
    description: "The store of lambda's speed layer, if it is another",
    defaultText: 'as --store',
    read: storeServer('speedStore'),
  },
  {
    flag: 'framing',
    group: 'Servers',
    placeholder: 'block|event',
    description: 'What a Kafka record carries: a block of impressions, or one',
    defaultText: DEFAULTS.framing,
    choices: ['block', 'event'],
    read: enumeration('framing', ['block', 'event']),
  },
  {
    flag: 'codec',
    group: 'Servers',
    placeholder: 'NAME',
    description: 'Compression of Kafka batches: none, gzip, snappy, lz4 or zstd',
    defaultText: DEFAULTS.codec,
    choices: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
    read: enumeration('codec', ['none', 'gzip', 'snappy', 'lz4', 'zstd']),
  },
  {
    flag: 'redis-client',
    group: 'Servers',
    placeholder: 'NAME',
    description: 'How increments go to Redis: await-each, pipeline, script or raw',
    defaultText: DEFAULTS.redisClient,
    choices: ['await-each', 'pipeline', 'script', 'raw'],
    read: enumeration('redisClient', ['await-each', 'pipeline', 'script', 'raw']),
  },
  {
    flag: 'redis-resend',
    group: 'Servers',
    placeholder: 'off|on',
    description: 'Whether the client sends again, after a reconnect, what was not answered: counts twice',
    defaultText: DEFAULTS.redisResend,
    choices: ['off', 'on'],
    read: enumeration('redisResend', ['off', 'on']),
  },
  {
    flag: 'engine',
    group: 'Servers',
    placeholder: 'URL',
    description: 'What runs the jobs: embedded, or flink://host:port of a job manager (needs --log kafka://…)',
    defaultText: DEFAULTS.engine,
    read: engineServer,
  },
  {
    flag: 'flink-state-backend',
    group: 'Servers',
    placeholder: 'hashmap|rocksdb',
    description: 'Where a job on Flink keeps its state: on the heap, or in RocksDB',
    defaultText: DEFAULTS.flinkStateBackend,
    choices: ['hashmap', 'rocksdb'],
    read: enumeration('flinkStateBackend', ['hashmap', 'rocksdb']),
  },
  {
    flag: 'flink-checkpoint-alignment',
    group: 'Servers',
    placeholder: 'aligned|unaligned',
    description: 'Whether barriers of a job on Flink wait for each other, or overtake what is in flight',
    defaultText: DEFAULTS.flinkCheckpointAlignment,
    choices: ['aligned', 'unaligned'],
    read: enumeration('flinkCheckpointAlignment', ['aligned', 'unaligned']),
  },
  {
    flag: 'flink-parallelism',
    group: 'Servers',
    placeholder: 'N',
    description: 'Parallel subtasks of each operator on Flink, at most one a partition',
    defaultText: 'as --workers',
    read: numeric('flinkParallelism', count),
  },
  {
    flag: 'state-path',
    group: 'Servers',
    placeholder: 'queryable|updates',
    description: 'How state on Flink is read: by key from its task managers, or from updates in a Kafka topic',
    defaultText: DEFAULTS.statePath,
    choices: ['queryable', 'updates'],
    read: enumeration('statePath', ['queryable', 'updates']),
  },
  {
    flag: 'i-own-this-server',
    group: 'Servers',
    description: 'Allow faults on servers that omegabench did not start',
    defaultText: 'off',
    read: choice('ownsServers'),
  },
];

/** Those that say which servers `calibrate` measures: it goes through every client and framing by itself. */
export const CALIBRATED_SERVER_OPTIONS: readonly OptionSpecification[] = SERVER_OPTIONS.filter(({ flag }) =>
  ['log', 'store', 'speed-store', 'codec'].includes(flag),
);
