/**
 * The result of a run as it grows: written after every act, so that a run that is interrupted leaves what it measured.
 */
import type { ImpressionSource } from '../../generators/impression-source.ts';
import { wallClockMs } from '../../substrates/clock.ts';
import type { Declaration } from '../../substrates/declaration.ts';
import { JobFailedError } from '../../substrates/stream-engine/stream-engine.ts';
import { evaluateClaims } from '../claims/registry.ts';
import { isFlink, type RunConfig } from '../config/run-config.ts';
import type { CapacityAct, FailureAct, Rung, SteadyAct } from '../results/acts.ts';
import {
  type Result,
  type ResultConfig,
  type ResultEnvironment,
  schemaVersion,
  type Warning,
} from '../results/schema.ts';
import { writeResult } from '../results/store.ts';
import { capacityHours } from './streams.ts';

const notYet = { state: 'skipped', reason: 'not run yet' } as const;

export class ResultBuilder {
  readonly result: Result;
  readonly #directory: string;

  constructor(
    directory: string,
    runId: string,
    config: RunConfig,
    environment: ResultEnvironment,
    declarations: readonly Declaration[],
    warnings: readonly Warning[],
  ) {
    this.#directory = directory;
    const startedAt = isoNow();
    this.result = {
      schemaVersion,
      runId,
      startedAt,
      finishedAt: startedAt,
      status: 'interrupted',
      config: resultConfig(config),
      environment,
      stream: { notes: [] },
      architectures: Object.fromEntries(
        declarations.map((declaration) => [
          declaration.name,
          { declaration, capacity: notYet, rungs: [], steady: notYet, failure: notYet },
        ]),
      ),
      claims: [],
      warnings: [...warnings],
    };
  }

  /** Notes what the steady stream is. */
  describeStream(source: ImpressionSource, distinctPerEvent: number): void {
    const hours = (source.endMs - source.startMs) / source.hourMs;
    const synthetic = source.description.kind === 'synthetic';
    const canaryEvents = source.canaries.reduce((sum, canary) => sum + canary.length, 0);
    this.result.stream = {
      impressionsPerTweetAndHour: 1 / distinctPerEvent,
      distinctTweetsPerHour: (source.totalImpressions * distinctPerEvent) / hours,
      ...(synthetic ? { canaryShare: canaryEvents / source.totalImpressions } : {}),
      notes: synthetic
        ? [
            'Each partition has tweets of its own, with a popularity law of its own; rates are split evenly.',
            'Canaries keep away from the end of an hour, so ages read higher there by the length of the guard.',
          ]
        : ['A trace is replayed whole in every act; the busiest tweet of a partition tells how far the answers reach.'],
    };
  }

  capacity(name: string, act: CapacityAct): Promise<void> {
    this.#of(name).capacity = act;
    return this.#write();
  }

  rung(name: string, rung: Rung): Promise<void> {
    this.#of(name).rungs.push(rung);
    return this.#write();
  }

  steady(name: string, act: SteadyAct): Promise<void> {
    this.#of(name).steady = act;
    return this.#write();
  }

  failure(name: string, act: FailureAct): Promise<void> {
    this.#of(name).failure = act;
    return this.#write();
  }

  warn(warning: Warning): void {
    this.result.warnings.push(warning);
  }

  /** Error: `JobFailedError` if no architecture could be run at all, which is the machine's doing. */
  requireCapacity(): void {
    const acts = Object.values(this.result.architectures).map(({ capacity }) => capacity);
    const reasons = acts.flatMap((act) => (act.state === 'invalid' ? act.reasons : []));
    if (acts.some((act) => act.state !== 'invalid')) return;
    throw new JobFailedError(`no architecture could be run: ${[...new Set(reasons)].join('; ')}`);
  }

  /** Ends the result; acts that did not run say why. */
  async finish(interrupted: boolean): Promise<Result> {
    const { result } = this;
    const reason = interrupted ? 'the run was interrupted before it' : 'not part of this run';
    const acts = Object.values(result.architectures).flatMap((architecture) => {
      for (const name of ['capacity', 'steady', 'failure'] as const) {
        const act = architecture[name];
        if (act.state === 'skipped' && act.reason === notYet.reason) architecture[name] = { state: 'skipped', reason };
      }
      return [architecture.capacity, architecture.steady, architecture.failure];
    });
    const invalid = acts.some((act) => act.state === 'invalid');
    result.status = interrupted ? 'interrupted' : invalid ? 'invalid' : 'completed';
    result.claims = evaluateClaims(result);
    await this.#write();
    return result;
  }

  #of(name: string): Result['architectures'][string] {
    const architecture = this.result.architectures[name];
    if (architecture === undefined) throw new Error(`${name} is not part of the run`);
    return architecture;
  }

  async #write(): Promise<void> {
    this.result.finishedAt = isoNow();
    await writeResult(this.#directory, this.result);
  }
}

export function isoNow(): string {
  return new Date(wallClockMs()).toISOString();
}

/** The configuration in the names of the result. */
function resultConfig(config: RunConfig): ResultConfig {
  const { skew } = config;
  return {
    architectures: [...config.architectures, ...config.architectureFiles],
    quick: config.quick,
    seed: config.seed,
    ratePerSecond: config.ratePerSecond,
    hourMs: config.hourMs,
    hours: { capacity: capacityHours(config), steady: config.actHours, failure: config.actHours },
    capacityEvents: config.capacityEvents,
    capacityLimitMs: config.capacityLimitMs,
    ...(config.commonRatePerSecond === undefined ? {} : { commonRatePerSecond: config.commonRatePerSecond }),
    partitions: config.partitions,
    workers: config.workers,
    skew: skew.kind === 'zipf' ? { law: 'zipf', exponent: skew.exponent } : { law: 'uniform' },
    outOfOrderShare: config.outOfOrderFraction,
    lateShare: config.lateFraction,
    turnoverShare: config.turnoverFraction,
    maxOutOfOrderMs: config.maxOutOfOrderMs,
    allowedLatenessMs: config.allowedLatenessMs,
    checkpointIntervalMs: config.checkpointIntervalMs,
    faults: config.faults === 'none' ? [] : [...config.faults],
    ...serverSettings(config),
    ...(config.trace === undefined ? {} : { trace: { path: config.trace.file } }),
    arguments: config.arguments,
  };
}

/** What ran the jobs, and how. */
function engineSettings(config: RunConfig): Partial<ResultConfig> {
  const { engine, flinkStateBackend, flinkCheckpointAlignment, flinkParallelism, statePath, workers } = config;
  if (!isFlink(engine)) return { engine };
  return {
    engine,
    flinkStateBackend,
    flinkCheckpointAlignment,
    flinkParallelism: flinkParallelism ?? workers,
    statePath,
  };
}

/** Where log and stores were, and of the settings of servers those that had a meaning. */
function serverSettings(config: RunConfig): Partial<ResultConfig> {
  const { log, store, speedStore, framing, codec, redisClient, redisResend } = config;
  const onRedis = [store, speedStore].some((place) => /^rediss?:/.test(place));
  return {
    log,
    store,
    speedStore,
    ...(log === 'files' ? {} : { framing, codec }),
    ...(onRedis && !isFlink(config.engine) ? { redisClient, redisResend } : {}),
    ...engineSettings(config),
  };
}
