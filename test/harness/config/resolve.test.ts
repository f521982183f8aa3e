/** Precedence: flags before the config file, before the quick preset, before defaults; and what follows from what. */
import { describe, expect, test } from '@jest/globals';
import { resolveConfig } from '../../../harness/config/resolve.ts';
import { type RunConfig, runConfigSchema } from '../../../harness/config/run-config.ts';

const known = { architectures: ['batch', 'alpha', 'omega'], faults: ['crash', 'pause'] };

function resolve(flags: Record<string, string | string[]>, yaml?: string): RunConfig {
  return resolveConfig({
    flags: Object.fromEntries(Object.entries(flags).map(([flag, text]) => [flag, [text].flat()])),
    ...(yaml === undefined ? {} : { file: { name: 'bench.yaml', text: yaml } }),
    known,
    arguments: ['run'],
  });
}

test('with nothing said, the defaults hold', () => {
  expect(resolve({})).toEqual({
    architectures: ['batch', 'alpha', 'omega'],
    architectureFiles: [],
    ratePerSecond: 1_000_000,
    hourMs: 5000,
    actHours: 4,
    seed: 42,
    partitions: 4,
    workers: 2,
    skew: { kind: 'zipf', exponent: 1 },
    turnoverFraction: 0.1,
    outOfOrderFraction: 0.01,
    maxOutOfOrderMs: 200,
    lateFraction: 0,
    maxLateMs: 5000,
    allowedLatenessMs: 0,
    checkpointIntervalMs: 1000,
    capacityEvents: 40_000_000,
    capacityLimitMs: 8000,
    rungs: true,
    rungLimitMs: 3000,
    minimumAuditedKeys: 20_000,
    faults: ['crash'],
    out: 'results',
    json: false,
    quick: false,
    increment: 'atomic',
    alphaCommit: 'after-write',
    alphaBatch: 1000,
    betaFlush: 'upsert',
    batchBucket: 'arrival-time',
    batchCutOffMs: 0,
    storeSync: 'on',
    log: 'files',
    store: 'lmdb',
    speedStore: 'lmdb',
    engine: 'embedded',
    statePath: 'queryable',
    flinkStateBackend: 'hashmap',
    flinkCheckpointAlignment: 'aligned',
    framing: 'block',
    codec: 'none',
    redisClient: 'pipeline',
    redisResend: 'off',
    ownsServers: false,
    arguments: ['run'],
  });
});

describe('precedence', () => {
  test('the quick preset replaces defaults', () => {
    const { hourMs, capacityEvents, capacityLimitMs, rungLimitMs, rungs, ratePerSecond } = resolve({ quick: 'true' });
    expect({ hourMs, capacityEvents, capacityLimitMs, rungLimitMs, rungs, ratePerSecond }).toEqual({
      hourMs: 2000,
      capacityEvents: 20_000_000,
      capacityLimitMs: 5000,
      rungLimitMs: 2000,
      rungs: true,
      ratePerSecond: 1_000_000,
    });
  });

  test('the config file goes before the preset, and a flag before the config file', () => {
    const yaml = 'hour: 3s\ncapacity-events: 10M\nseed: 7\n';
    const config = resolve({ quick: 'true', seed: '8' }, yaml);
    expect(config).toMatchObject({ hourMs: 3000, capacityEvents: 10_000_000, seed: 8, capacityLimitMs: 5000 });
  });

  test('a config file can ask for the preset, and a flag can take it back', () => {
    expect(resolve({}, 'quick: true').hourMs).toBe(2000);
    expect(resolve({ quick: 'false' }, 'quick: true').hourMs).toBe(5000);
  });
});

describe('every option', () => {
  test('sets what its name says', () => {
    const config = resolve({
      architectures: 'omega, alpha',
      architecture: ['./mine.js', './theirs.js'],
      rate: '250k',
      hour: '10s',
      'act-hours': '6',
      seed: '-5',
      partitions: '8',
      workers: '3',
      skew: 'zipf:1.2',
      turnover: '50%',
      'out-of-order': '1%',
      'max-out-of-order': '100ms',
      late: '0.002',
      'max-late': '1s',
      'allowed-lateness': '300ms',
      'checkpoint-interval': '0',
      'common-rate': '30k',
      'capacity-events': '5M',
      'capacity-limit': '3s',
      rungs: 'false',
      'rung-limit': '1s',
      'minimum-audited-keys': '30k',
      faults: 'pause,crash',
      out: 'elsewhere',
      'export-counts': 'counts',
      json: 'true',
      increment: 'read-modify-write',
      'alpha-commit': 'with-write',
      'alpha-batch': '10k',
      'beta-flush': 'increment',
      'batch-bucket': 'event-time',
      'batch-cut-off': '500ms',
      'store-sync': 'off',
      log: 'kafka://one:9092,two:9093/mine',
      'speed-store': 'redis://cache:6380/3',
      framing: 'event',
      codec: 'lz4',
      'redis-client': 'script',
      'redis-resend': 'on',
      'i-own-this-server': 'true',
    });
    expect(config).toEqual({
      architectures: ['omega', 'alpha'],
      architectureFiles: ['./mine.js', './theirs.js'],
      ratePerSecond: 250_000,
      hourMs: 10_000,
      actHours: 6,
      seed: -5,
      partitions: 8,
      workers: 3,
      skew: { kind: 'zipf', exponent: 1.2 },
      turnoverFraction: 0.5,
      outOfOrderFraction: 0.01,
      maxOutOfOrderMs: 100,
      lateFraction: 0.002,
      maxLateMs: 1000,
      allowedLatenessMs: 300,
      checkpointIntervalMs: 0,
      commonRatePerSecond: 30_000,
      capacityEvents: 5_000_000,
      capacityLimitMs: 3000,
      rungs: false,
      rungLimitMs: 1000,
      minimumAuditedKeys: 30_000,
      faults: ['pause', 'crash'],
      out: 'elsewhere',
      exportCounts: 'counts',
      json: true,
      quick: false,
      increment: 'read-modify-write',
      alphaCommit: 'with-write',
      alphaBatch: 10_000,
      betaFlush: 'increment',
      batchBucket: 'event-time',
      batchCutOffMs: 500,
      storeSync: 'off',
      engine: 'embedded',
      statePath: 'queryable',
      flinkStateBackend: 'hashmap',
      flinkCheckpointAlignment: 'aligned',
      log: 'kafka://one:9092,two:9093/mine',
      store: 'lmdb',
      speedStore: 'redis://cache:6380/3',
      framing: 'event',
      codec: 'lz4',
      redisClient: 'script',
      redisResend: 'on',
      ownsServers: true,
      arguments: ['run'],
    });
    expect(runConfigSchema.parse(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  test('those of Flink set what their names say', () => {
    const config = resolve({
      engine: 'flink://jobs:8081',
      log: 'kafka://one:9092',
      store: 'redis://cache',
      architectures: 'omega',
      partitions: '4',
      'state-path': 'updates',
      'flink-state-backend': 'rocksdb',
      'flink-checkpoint-alignment': 'unaligned',
      'flink-parallelism': '3',
    });
    expect(config).toMatchObject({
      engine: 'flink://jobs:8081',
      statePath: 'updates',
      flinkStateBackend: 'rocksdb',
      flinkCheckpointAlignment: 'unaligned',
      flinkParallelism: 3,
    });
  });

  test('faults may be none, and popularity uniform', () => {
    expect(resolve({ faults: 'none', skew: 'uniform' })).toMatchObject({ faults: 'none', skew: { kind: 'uniform' } });
  });
});

describe('defaults that follow from other settings', () => {
  test('the speed store is where the store is', () => {
    const store = 'redis://localhost:6379/0';
    expect(resolve({ store: 'redis://localhost' })).toMatchObject({ store, speedStore: store });
    expect(resolve({ store, 'speed-store': 'lmdb' }).speedStore).toBe('lmdb');
  });

  test('the bound on disorder is at most a quarter of the hour', () => {
    expect(resolve({ hour: '500ms' }).maxOutOfOrderMs).toBe(125);
    expect(resolve({ hour: '1h' }).maxOutOfOrderMs).toBe(200);
  });

  test('there are no more workers than partitions', () => {
    expect(resolve({ partitions: '1' }).workers).toBe(1);
  });

  test('late impressions come up to an hour late', () => {
    expect(resolve({ hour: '2s' }).maxLateMs).toBe(2000);
  });
});

describe('a trace', () => {
  test('is replayed at its own speed, unless a rate was said', () => {
    expect(resolve({ trace: 'views.csv' }).trace).toEqual({ file: 'views.csv' });
    expect(resolve({ trace: 'views.csv', rate: '10k' }).trace).toEqual({ file: 'views.csv', ratePerSecond: 10_000 });
    expect(resolve({ trace: 'views.csv' }, 'rate: 20k').trace).toEqual({ file: 'views.csv', ratePerSecond: 20_000 });
  });

  test('is bucketed by arrival at its own speed and by event time at a rate, unless it was said', () => {
    expect(resolve({ trace: 'views.csv' }).batchBucket).toBe('arrival-time');
    expect(resolve({ trace: 'views.csv', rate: '10k' }).batchBucket).toBe('event-time');
    expect(resolve({ trace: 'views.csv' }, 'rate: 20k').batchBucket).toBe('event-time');
    const said = { trace: 'views.csv', rate: '10k', 'batch-bucket': 'arrival-time' };
    expect(resolve({ ...said, architectures: 'batch' }).batchBucket).toBe('arrival-time');
    expect(resolve({ rate: '100k' }).batchBucket).toBe('arrival-time');
  });
});
