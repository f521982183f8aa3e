/**
 * What a Flink cluster does not run, or runs only with other settings: refused with the reason before anything
 * starts.
 */
import { findArchitecture } from '../../architectures/registry.ts';
import { storesOf } from '../../substrates/declaration.ts';
import { BenchError } from '../cli/bench-error.ts';
import { isFlink, LEAST_BATCH_HOUR_ON_FLINK_MS, type RunConfig, WITH_BATCH_JOB } from './run-config.ts';
import { parseStoreServer } from './server-url.ts';
import { flagSource, type SourceOf } from './source.ts';
import { count, duration } from './units.ts';

const FLINK_ALONE = ['flink-state-backend', 'flink-checkpoint-alignment', 'flink-parallelism', 'state-path'];
/** The job has a Redis client of its own. */
const EMBEDDED_ALONE = ['redis-client', 'redis-resend'];
/** Where alpha, or a speed layer that is one, increments. */
const INCREMENTING = ['alpha', 'lambda'];

/** Throws `BenchError` OB_CONFLICT for the first. */
export function checkEngineSettings(config: RunConfig, sourceOf: SourceOf): void {
  const flink = isFlink(config.engine);
  const without = flink ? EMBEDDED_ALONE : FLINK_ALONE;
  for (const flag of without) {
    const source = sourceOf(flag);
    if (source === undefined) continue;
    const why = flink ? 'a job on Flink has a client of its own' : 'the engine is not Flink';
    const wanted = flink ? '--engine embedded' : '--engine flink://localhost:8081';
    throw new BenchError('OB_CONFLICT', `${source.name} has no effect: ${why}`, `Leave it out, or give ${wanted}.`);
  }
  if (!flink) return;
  checkPlaces(config, sourceOf);
  checkHour(config, sourceOf);
  checkIncrements(config, sourceOf);
  checkParallelism(config, sourceOf);
}

function said(sourceOf: SourceOf, flag: string, value: string): string {
  return (sourceOf(flag) ?? flagSource(flag)).said(value);
}

function checkPlaces(config: RunConfig, sourceOf: SourceOf): void {
  const onFlink = said(sourceOf, 'engine', config.engine);
  if (config.log === 'files') {
    throw new BenchError(
      'OB_CONFLICT',
      `${onFlink} cannot read a log of files: a job on Flink reads Kafka`,
      'Give --log kafka://localhost:9092/omegabench.',
    );
  }
  for (const [flag, place, store] of [
    ['store', config.store, 'serving'],
    ['speed-store', config.speedStore, 'speed'],
  ] as const) {
    const server = parseStoreServer(place, flagSource(flag)).server;
    const needed = config.architectures.filter((name) => {
      const declaration = findArchitecture(name);
      return declaration !== undefined && storesOf(declaration).includes(store);
    });
    if (needed.length === 0) continue;
    if (server.kind === 'lmdb') {
      throw new BenchError(
        'OB_CONFLICT',
        `${onFlink} cannot write to an embedded store, which ${needed.join(', ')} would do`,
        `Give --${flag} redis://localhost:6379/0 or cassandra://localhost:9042/omegabench, or --architectures omega-prime.`,
      );
    }
    if (server.kind === 'redis' && server.cluster) {
      throw new BenchError(
        'OB_CONFLICT',
        `${onFlink} cannot write to a Redis cluster: a transaction of the job ends at the border of a node`,
        `Give --${flag} with one Redis server, or Cassandra.`,
      );
    }
  }
}

function checkHour(config: RunConfig, sourceOf: SourceOf): void {
  const batch = config.architectures.filter((name) => WITH_BATCH_JOB.includes(name));
  if (batch.length === 0) return;
  if (config.trace?.ratePerSecond !== undefined) {
    throw new BenchError(
      'OB_CONFLICT',
      `--trace with --rate says nothing of when an hour is over, and on Flink ${batch.join(' and ')} must know it`,
      `Leave out ${batch.join(' and ')} with --architectures, or --rate to replay the trace at its own speed.`,
    );
  }
  if (config.hourMs >= LEAST_BATCH_HOUR_ON_FLINK_MS) return;
  throw new BenchError(
    'OB_CONFLICT',
    `${said(sourceOf, 'hour', duration.format(config.hourMs))} is too short for ${batch.join(' and ')} on Flink: ` +
      'the batch job of an hour is a job of its own there, and to submit one takes seconds',
    `Give --hour ${duration.format(LEAST_BATCH_HOUR_ON_FLINK_MS)} or more, or leave ${batch.join(' and ')} out with --architectures.`,
  );
}

function checkIncrements(config: RunConfig, sourceOf: SourceOf): void {
  if (!config.architectures.some((name) => INCREMENTING.includes(name))) return;
  if (config.increment === 'read-modify-write') {
    throw new BenchError(
      'OB_CONFLICT',
      `${said(sourceOf, 'increment', config.increment)} is not done on Flink: it is there to show lost updates`,
      'Leave it out (atomic), or give --engine embedded.',
    );
  }
  if (config.alphaCommit === 'with-write') {
    throw new BenchError(
      'OB_CONFLICT',
      `${said(sourceOf, 'alpha-commit', config.alphaCommit)} is not done on Flink: the position of its source is in a ` +
        "checkpoint, and no part of a store's transaction",
      'Leave it out (after-write), or give --engine embedded.',
    );
  }
}

function checkParallelism({ flinkParallelism, partitions }: RunConfig, sourceOf: SourceOf): void {
  if (flinkParallelism === undefined || flinkParallelism <= partitions) return;
  throw new BenchError(
    'OB_CONFLICT',
    `${said(sourceOf, 'flink-parallelism', count.format(flinkParallelism))} is more than the ${partitions} partitions: ` +
      'a partition is read by one subtask',
    `Give --flink-parallelism ${count.format(partitions)}, or more --partitions.`,
  );
}
