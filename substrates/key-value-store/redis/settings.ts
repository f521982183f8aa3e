/** What a report says of a Redis store. */
import { createRequire } from 'node:module';
import type { RedisClientKind, RedisStoreBinding } from '../key-value-store.ts';
import { BUCKETS_PER_HOUR } from './key-space.ts';
import { persistenceOf, versionOf } from './server-figures.ts';

const CLIENTS: Readonly<Record<RedisClientKind, string>> = {
  'await-each': 'each command awaited before the next',
  pipeline: 'pipelined, one HINCRBY an increment',
  script: 'EVALSHA with up to 2,000 increments a call',
  raw: 'pipelined HINCRBY in RESP on a bare socket',
};

/** From the server's INFO and its setting `save`. */
export function settingsOf(
  binding: RedisStoreBinding,
  info: ReadonlyMap<string, string>,
  save: string | undefined,
): Readonly<Record<string, string>> {
  const library = binding.client === 'raw' ? '' : `, ioredis ${libraryVersion()}`;
  return {
    engine: `${versionOf(info)}${binding.cluster ? ' cluster' : ''}${library}`,
    durability: persistenceOf(info, save),
    eviction: info.get('maxmemory_policy') ?? 'unknown',
    client: `${binding.client}: ${CLIENTS[binding.client]}`,
    resend: binding.resend
      ? 'on: ioredis sends again what had not been answered, and increments are no transaction'
      : 'off: a batch is one transaction (MULTI to EXEC) and is never sent again by the client',
    buckets: `${BUCKETS_PER_HOUR} hashes an hour`,
  };
}

function libraryVersion(): string {
  const { version } = createRequire(import.meta.url)('ioredis/package.json') as { version: string };
  return version;
}
