/** Settings of servers that have no effect, or make no sense, with the log and the stores of the run. */
import { BenchError } from '../cli/bench-error.ts';
import type { RunConfig } from './run-config.ts';
import { parseLogServer, parseStoreServer, type StoreServer } from './server-url.ts';
import { flagSource, type SourceOf } from './source.ts';

/** Throws `BenchError` OB_CONFLICT for the first. What was left to its default is never wrong. */
export function checkServerSettings(config: RunConfig, sourceOf: SourceOf): void {
  const log = parseLogServer(config.log, flagSource('log')).server.kind;
  const store = parseStoreServer(config.store, flagSource('store')).server;
  const speedStore = parseStoreServer(config.speedStore, flagSource('speed-store')).server;
  const stores = [store.kind, speedStore.kind];
  const without = (flag: string, why: string, wanted: string): void => {
    const source = sourceOf(flag);
    if (source === undefined) return;
    throw new BenchError('OB_CONFLICT', `${source.name} has no effect: ${why}`, `Leave it out, or give ${wanted}.`);
  };
  if (log !== 'kafka') {
    for (const flag of ['framing', 'codec']) {
      without(flag, 'the log is not Kafka', '--log kafka://localhost:9092/omegabench');
    }
  }
  if (!stores.includes('redis')) {
    for (const flag of ['redis-client', 'redis-resend']) {
      without(flag, 'no store is Redis', '--store redis://localhost:6379/0');
    }
  }
  if (!stores.includes('lmdb')) without('store-sync', 'no store is embedded', '--store lmdb');
  if (config.ownsServers && log === 'files' && stores.every((kind) => kind === 'lmdb')) {
    without('i-own-this-server', 'the run has no server', '--log or --store with the URL of one');
  }
  checkResend(config, sourceOf);
  checkAlphaCommit(config, store, speedStore, sourceOf);
}

function checkResend(config: RunConfig, sourceOf: SourceOf): void {
  if (config.redisResend === 'off' || config.redisClient !== 'raw') return;
  const said = (sourceOf('redis-resend') ?? flagSource('redis-resend')).said('on');
  throw new BenchError(
    'OB_CONFLICT',
    `${said} has no effect with --redis-client raw: sending again is a habit of ioredis, and raw goes without it`,
    'Leave out --redis-resend, or choose --redis-client pipeline.',
  );
}

/** Alpha increments in the serving store, and lambda's speed layer, which is an alpha, in the speed store. */
function checkAlphaCommit(config: RunConfig, store: StoreServer, speedStore: StoreServer, sourceOf: SourceOf): void {
  if (config.alphaCommit !== 'with-write') return;
  const said = (sourceOf('alpha-commit') ?? flagSource('alpha-commit')).said('with-write');
  for (const [name, server, flag] of [
    ['alpha', store, 'store'],
    ['lambda', speedStore, 'speed-store'],
  ] as const) {
    const why = config.architectures.includes(name) ? noTransaction(server, config) : undefined;
    if (why === undefined) continue;
    throw new BenchError(
      'OB_CONFLICT',
      `${said} cannot be done where ${name} increments: ${why}`,
      `Leave it out (after-write), or give --${flag} lmdb or one Redis server that is not sent things again.`,
    );
  }
}

/** Why increments and a log position cannot be one transaction there; undefined if they can. */
function noTransaction(server: StoreServer, config: RunConfig): string | undefined {
  if (server.kind === 'cassandra') return 'Cassandra has no transaction that holds counters and a log position';
  if (server.kind !== 'redis') return undefined;
  if (server.cluster) return 'a transaction of a Redis cluster ends at the border of a node';
  return config.redisResend === 'on' ? '--redis-resend on sends commands apart, without a transaction' : undefined;
}
