/** Settings of servers that make no sense with the log and the stores of the run, word by word. */
import { describe, expect, test } from '@jest/globals';
import { BenchError } from '../../../harness/cli/bench-error.ts';
import { resolveConfig } from '../../../harness/config/resolve.ts';

const known = { architectures: ['batch', 'alpha', 'lambda', 'omega'], faults: ['crash'] };
const KAFKA = 'kafka://localhost:9092/x';
const REDIS = 'redis://localhost:6379/0';
const CASSANDRA = 'cassandra://localhost:9042/x';

function resolve(flags: Record<string, string>, yaml?: string) {
  return resolveConfig({
    flags: Object.fromEntries(Object.entries(flags).map(([flag, text]) => [flag, [text]])),
    ...(yaml === undefined ? {} : { file: { name: 'bench.yaml', text: yaml } }),
    known,
    arguments: [],
  });
}

function refusal(flags: Record<string, string>, yaml?: string): [string, string] {
  try {
    resolve(flags, yaml);
  } catch (error) {
    if (error instanceof BenchError && error.code === 'OB_CONFLICT') return [error.message, error.remedy];
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a setting without its server', () => {
  test.each([
    ['framing', 'event', 'the log is not Kafka', '--log kafka://localhost:9092/omegabench'],
    ['codec', 'gzip', 'the log is not Kafka', '--log kafka://localhost:9092/omegabench'],
    ['redis-client', 'raw', 'no store is Redis', '--store redis://localhost:6379/0'],
    ['redis-resend', 'on', 'no store is Redis', '--store redis://localhost:6379/0'],
    ['i-own-this-server', 'true', 'the run has no server', '--log or --store with the URL of one'],
  ])('--%s %s is refused', (flag, value, why, wanted) => {
    expect(refusal({ [flag]: value })).toEqual([`--${flag} has no effect: ${why}`, `Leave it out, or give ${wanted}.`]);
  });

  test('is named with its place in a config file', () => {
    expect(refusal({ store: CASSANDRA }, 'redis-client: raw')[0]).toBe(
      'redis-client (bench.yaml, line 1) has no effect: no store is Redis',
    );
  });

  test('--store-sync is for an embedded store', () => {
    expect(refusal({ store: REDIS, 'store-sync': 'off' })[0]).toBe('--store-sync has no effect: no store is embedded');
    expect(resolve({ store: REDIS, 'speed-store': 'lmdb', 'store-sync': 'off' }).storeSync).toBe('off');
  });

  test('is accepted with it, the speed store included', () => {
    expect(resolve({ log: KAFKA, framing: 'event', codec: 'zstd' })).toMatchObject({ framing: 'event', codec: 'zstd' });
    expect(resolve({ 'speed-store': REDIS, 'redis-client': 'raw' }).redisClient).toBe('raw');
    expect(resolve({ log: KAFKA, 'i-own-this-server': 'true' }).ownsServers).toBe(true);
    expect(resolve({}, 'i-own-this-server: false').ownsServers).toBe(false);
  });
});

test('nothing is sent again by a client that is not ioredis', () => {
  expect(refusal({ store: REDIS, 'redis-client': 'raw', 'redis-resend': 'on' })).toEqual([
    '--redis-resend on has no effect with --redis-client raw: sending again is a habit of ioredis, ' +
      'and raw goes without it',
    'Leave out --redis-resend, or choose --redis-client pipeline.',
  ]);
});

describe('a log position in the transaction of the increments', () => {
  const withWrite = { 'alpha-commit': 'with-write' };

  const WAY_OUT = 'lmdb or one Redis server that is not sent things again.';

  test('is refused on Cassandra, with why and what to do', () => {
    expect(refusal({ ...withWrite, store: CASSANDRA })).toEqual([
      '--alpha-commit with-write cannot be done where alpha increments: ' +
        'Cassandra has no transaction that holds counters and a log position',
      `Leave it out (after-write), or give --store ${WAY_OUT}`,
    ]);
    expect(refusal({ ...withWrite, 'speed-store': CASSANDRA })).toEqual([
      '--alpha-commit with-write cannot be done where lambda increments: ' +
        'Cassandra has no transaction that holds counters and a log position',
      `Leave it out (after-write), or give --speed-store ${WAY_OUT}`,
    ]);
  });

  test('is refused on a Redis cluster, and where commands are sent again', () => {
    expect(refusal({ ...withWrite, store: 'redis://a,b' })[0]).toContain('a transaction of a Redis cluster ends at');
    expect(refusal({ ...withWrite, store: REDIS, 'redis-resend': 'on' })[0]).toContain('--redis-resend on sends');
  });

  test('is accepted where nobody increments on Cassandra', () => {
    expect(resolve({ ...withWrite, store: CASSANDRA, architectures: 'batch,omega' }).alphaCommit).toBe('with-write');
    expect(resolve({ ...withWrite, store: REDIS }).alphaCommit).toBe('with-write');
  });
});
