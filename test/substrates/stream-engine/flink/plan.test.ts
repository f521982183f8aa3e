/** The plan for Flink: what of a job it says, how it travels, and which jobs it refuses. */
import { describe, expect, test } from '@jest/globals';
import { findArchitecture } from '../../../../architectures/registry.ts';
import type { Declaration, IncrementStoreStage } from '../../../../substrates/declaration.ts';
import type { KafkaLogBinding } from '../../../../substrates/event-log/event-log.ts';
import type {
  CassandraStoreBinding,
  RedisStoreBinding,
} from '../../../../substrates/key-value-store/key-value-store.ts';
import { FlinkRefusedError } from '../../../../substrates/stream-engine/flink/flink-errors.ts';
import { jobNameOf, planArguments, readPlan } from '../../../../substrates/stream-engine/flink/plan.ts';
import {
  type FlinkPlanOptions,
  hasStreamingStages,
  planOf,
  queryableStageOf,
} from '../../../../substrates/stream-engine/flink/plan-of.ts';

const declared = (name: string): Declaration => findArchitecture(name) as Declaration;
const alpha = declared('alpha');
const batch = declared('batch');
const lambda = declared('lambda');
const omega = declared('omega');
const omegaPrime = declared('omega-prime');

const KAFKA: KafkaLogBinding = {
  kind: 'kafka',
  brokers: ['broker:9092'],
  topic: 'impressions',
  partitions: 4,
  framing: 'block',
  codec: 'none',
  tls: false,
};
const REDIS: RedisStoreBinding = {
  kind: 'redis',
  nodes: [{ host: 'redis', port: 6379 }],
  cluster: false,
  database: 3,
  tls: false,
  credentials: { password: 'secret' },
  prefix: 'counts',
  client: 'pipeline',
  resend: false,
};
const CASSANDRA: CassandraStoreBinding = {
  kind: 'cassandra',
  contactPoints: ['node:9042'],
  dataCenter: 'dc1',
  keyspace: 'bench',
  tls: true,
  prefix: 'counts',
  consistency: 'local-one',
};
const SETTINGS = { hourMs: 20_000, maxOutOfOrderMs: 500, allowedLatenessMs: 1000, checkpointIntervalMs: 2000 };

type Job = Parameters<typeof planOf>[0];

function jobOf(declaration: Declaration, changes: Partial<Job> = {}): Job {
  return { declaration, settings: SETTINGS, log: KAFKA, stores: { serving: REDIS }, workers: 2, ...changes };
}

describe('the plan of a job', () => {
  test('says everything that the generic job has to know, in numbers and names', () => {
    expect(planOf(jobOf(omega))).toEqual({
      version: 1,
      declaration: omega,
      settings: { hourMs: 20_000, maxOutOfOrderMs: 500, allowedLatenessMs: 1000 },
      log: { brokers: ['broker:9092'], topic: 'impressions', partitions: 4, framing: 'block', tls: false },
      stores: {
        serving: {
          kind: 'redis',
          host: 'redis',
          port: 6379,
          database: 3,
          tls: false,
          password: 'secret',
          prefix: 'counts',
        },
      },
      parallelism: 2,
      maxParallelism: 128,
      mode: { kind: 'stream' },
      checkpoints: { intervalMs: 2000, alignment: 'aligned', backend: 'hashmap' },
      source: { kind: 'kafka' },
    });
  });

  test('takes the options that only Flink has', () => {
    const options: FlinkPlanOptions = {
      parallelism: 8,
      maxParallelism: 256,
      checkpoints: { alignment: 'unaligned', backend: 'rocksdb', directory: 'file:///checkpoints' },
      source: { kind: 'in-job', eventsPerPartition: 100, tweets: 10 },
      filter: { keepOneIn: 2 },
      stateUpdates: { topic: 'updates', intervalMs: 100 },
    };
    expect(planOf(jobOf(omegaPrime, { stores: { serving: CASSANDRA } }), options)).toMatchObject({
      ...options,
      checkpoints: { ...options.checkpoints, intervalMs: 2000 },
      // Omega-prime writes nowhere: a store that is bound and not needed is not told.
      stores: {},
    });
  });

  test('names a Cassandra store by its contact points', () => {
    const log = { ...KAFKA, credentials: { username: 'me', password: 'secret' } };
    const plan = planOf(jobOf(omega, { stores: { serving: CASSANDRA }, log }));
    expect(plan.stores.serving).toEqual(CASSANDRA);
    expect(plan.log).toMatchObject({ username: 'me', password: 'secret' });
  });

  test('leads Redis, which names nobody else, through a proxy', () => {
    const via = { 'redis:6379': '127.0.0.1:7000' };
    expect(planOf(jobOf(omega, { stores: { serving: { ...REDIS, via } } })).stores.serving).toMatchObject({
      host: '127.0.0.1',
      port: 7000,
    });
  });

  test('travels as base64url of JSON, and is read as it was written', () => {
    const plan = planOf(jobOf(omega));
    const [flag, encoded, ...rest] = planArguments(plan);
    expect(flag).toBe('--plan');
    expect(rest).toEqual([]);
    expect(encoded).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(readPlan(encoded as string)).toEqual(plan);
    expect(() => readPlan(Buffer.from('{"version":2}').toString('base64url'))).toThrow(/version/);
  });

  test('gives the job a name by which it is found again', () => {
    const plan = planOf(jobOf(omega));
    expect(jobNameOf(plan)).toBe('omegabench-omega-impressions');
    const mode = {
      kind: 'batch',
      stage: 0,
      hourStartMs: 60_000,
      arrivedFromMs: 60_000,
      arrivedBeforeMs: 80_000,
      ranges: [{ partition: 0, fromPosition: 5, toPosition: 9 }],
    } as const;
    const hour = planOf(jobOf(batch), { mode: { ...mode, ranges: [...mode.ranges] } });
    expect(jobNameOf(hour)).toBe('omegabench-batch-impressions-hour-60000');
    expect(hour.mode).toEqual(mode);
  });
});

describe('a job that Flink does not run', () => {
  const increments = alpha.stages[0] as IncrementStoreStage;
  const changed = (changes: Partial<IncrementStoreStage>): Declaration => ({
    ...alpha,
    stages: [{ ...increments, ...changes }],
  });

  test.each<[what: string, job: Job, options: FlinkPlanOptions, message: RegExp]>([
    ['a log of files', jobOf(omega, { log: { kind: 'files', directory: 'd', partitions: 1 } }), {}, /--log kafka:/],
    [
      'a log behind a proxy',
      jobOf(omega, { log: { ...KAFKA, via: { 'broker:9092': '127.0.0.1:1' } } }),
      {},
      /through a proxy.*leave out faults of that link/,
    ],
    [
      'an embedded store',
      jobOf(omega, { stores: { serving: { kind: 'lmdb', directory: 'd', sync: false } } }),
      {},
      /the serving store of omega is of kind 'lmdb': give --store redis:/,
    ],
    ['a store that is not bound', jobOf(omega, { stores: {} }), {}, /needs a serving store.*give --store/],
    [
      'a Redis cluster',
      jobOf(omega, { stores: { serving: { ...REDIS, cluster: true } } }),
      {},
      /Redis cluster.*single server/,
    ],
    [
      'Redis with TLS behind a proxy',
      jobOf(omega, { stores: { serving: { ...REDIS, tls: true, via: { 'redis:6379': '127.0.0.1:1' } } } }),
      {},
      /TLS checks the name/,
    ],
    [
      'Cassandra behind a proxy',
      jobOf(omega, { stores: { serving: { ...CASSANDRA, via: { 'node:9042': '127.0.0.1:1' } } } }),
      {},
      /nodes name each other/,
    ],
    ['read-modify-write', jobOf(changed({ increment: 'read-modify-write' })), {}, /increment 'atomic'/],
    ['a position in the store', jobOf(changed({ commit: 'with-write' })), {}, /commit 'after-write'/],
    [
      'a batch job of short hours',
      jobOf(lambda, { settings: { ...SETTINGS, hourMs: 19_999 }, stores: { serving: REDIS, speed: REDIS } }),
      {},
      /hours of 19999 ms.*--hour 20s/,
    ],
    ['more workers than key groups', jobOf(omega, { workers: 129 }), {}, /129 needs as many key groups.*128/],
    [
      'broken milliseconds',
      jobOf(omega, { settings: { ...SETTINGS, maxOutOfOrderMs: 0.5 } }),
      {},
      /settings\.maxOutOfOrderMs/,
    ],
    ['checkpoints at no URL', jobOf(omega), { checkpoints: { directory: '/checkpoints' } }, /checkpoints\.directory/],
  ])('%s is refused with what to do', (_, job, options, message) => {
    expect(() => planOf(job, options)).toThrow(FlinkRefusedError);
    expect(() => planOf(job, options)).toThrow(message);
  });
});

test('short hours are no matter where no batch job runs', () => {
  expect(planOf(jobOf(omega, { settings: { ...SETTINGS, hourMs: 2000 } })).settings.hourMs).toBe(2000);
});

test('the state that answers is that of the last queryable stage', () => {
  expect(queryableStageOf(omega)).toBe(0);
  expect(queryableStageOf({ ...omega, stages: [...lambda.stages, ...omega.stages] })).toBe(2);
  expect(queryableStageOf(alpha)).toBeUndefined();
});

test('only batch jobs make no streaming job', () => {
  expect([batch, lambda, alpha, omega].map(hasStreamingStages)).toEqual([false, true, true, true]);
});
