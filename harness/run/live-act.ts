/**
 * What the steady and the failure act share: the generator offers the stream in an open loop on the run's clock, one
 * architecture works on it, a prober asks for the canaries, and progress is sampled ten times a second.
 */
import { CanaryPrefixes } from '../../generators/canary-prefixes.ts';
import type { ImpressionSource } from '../../generators/impression-source.ts';
import { sampleTweets, type WatchedTweet } from '../../generators/tweet-sample.ts';
import type { Declaration, StoreName } from '../../substrates/declaration.ts';
import type { EventLogBinding } from '../../substrates/event-log/event-log.ts';
import type { NodeRuntime } from '../../substrates/node-runtime.ts';
import {
  type HooksBinding,
  JobFailedError,
  type JobStatus,
  type SupervisorHooks,
} from '../../substrates/stream-engine/stream-engine.ts';
import type { RepeatedRun } from '../faults/offer.ts';
import { needsNetwork } from '../faults/permission.ts';
import { ProxyProcess } from '../faults/proxy/proxy-process.ts';
import type { GeneratorProcessReport } from '../load/generator-messages.ts';
import { GeneratorProcess } from '../load/generator-process.ts';
import { CanaryReader } from '../measure/canary-reader.ts';
import { AnswerSampler } from '../measure/explain-sampler.ts';
import { FreshnessTracker } from '../measure/freshness.ts';
import { Prober } from '../measure/prober.ts';
import { type ActContext, interruption } from './act-context.ts';
import { Pipeline } from './pipeline.ts';

/** Processes that are not ready in this time will not offer a rate in time either. */
const MAX_LEAD_MS = 24_000;
const DRAIN_POLL_MS = 20;
const SAMPLE_EVERY_MS = 100;
/** Probes a second: a read of a store's hour or two in each of them stays within 50 commands a second and partition. */
const PROBES_PER_SECOND = { store: 16, state: 50 } as const;
/** Tweets of each partition that are watched, and how many of them are asked for in every second probe. */
const WATCHED_TWEETS = 16;
const WATCHED_KEYS = { store: 1, state: 2 } as const;

export { MAX_GENERATOR_LATENESS_P99_MS } from '../load/lateness.ts';

export interface Sample {
  atMs: number;
  offeredEvents: number;
  status: JobStatus;
}

export interface LiveActOptions {
  name: string;
  declaration: Declaration;
  source: ImpressionSource;
  /** What the generator appends a second time. */
  repeated?: readonly RepeatedRun[];
  faults?: (runtime: NodeRuntime, folder: string) => { binding: HooksBinding; supervisor: SupervisorHooks };
}

/** An architecture under load; closed by whoever opened it. */
export class LiveAct {
  readonly source: ImpressionSource;
  readonly pipeline: Pipeline;
  readonly log: EventLogBinding;
  readonly tracker: FreshnessTracker;
  readonly prober: Prober;
  /** What was answered for canaries and watched tweets. */
  readonly sampler: AnswerSampler;
  readonly samples: Sample[] = [];
  /** What stands between the workers and real servers, where a fault needs it. */
  readonly network: ProxyProcess | undefined;
  readonly #context: ActContext;
  readonly #generator: GeneratorProcess;
  readonly #folder: string;
  #sampling: Promise<void> | undefined;
  #sampled = false;

  private constructor(
    context: ActContext,
    options: LiveActOptions,
    watched: readonly WatchedTweet[],
    folder: string,
    pipeline: Pipeline,
    generator: GeneratorProcess,
    log: EventLogBinding,
    network: ProxyProcess | undefined,
  ) {
    this.network = network;
    this.#context = context;
    this.#folder = folder;
    this.#generator = generator;
    this.pipeline = pipeline;
    this.log = log;
    this.source = options.source;
    const { source } = this;
    // A short trace may leave a partition empty: nothing can be asked of it.
    const canaries = source.canaries.filter(({ length }) => length > 0);
    this.tracker = new FreshnessTracker(canaries.length, source.startMs);
    const reads = options.declaration.answer.from === 'state' ? 'state' : 'store';
    this.sampler = new AnswerSampler(canaries, watched, WATCHED_KEYS[reads]);
    this.prober = new Prober({
      query: pipeline.query,
      reader: new CanaryReader(
        {
          canaries,
          hourMs: source.hourMs,
          startMs: source.startMs,
          scheduledArrivalMs: (partition, sequence) => source.scheduledArrivalMs(partition, sequence),
        },
        canaries.map((canary) => new CanaryPrefixes(source, canary.partition)),
      ),
      tracker: this.tracker,
      sampler: this.sampler,
      runtime: pipeline.runtime,
      seed: context.config.seed,
      meanPeriodMs: 1000 / PROBES_PER_SECOND[reads],
    });
  }

  /** Starts all processes; resolves when they are ready and the stream has not begun. */
  static async open(context: ActContext, options: LiveActOptions): Promise<LiveAct> {
    const sample = { seed: context.config.seed, perPartition: WATCHED_TWEETS };
    const watched = sampleTweets(options.source, sample);
    for (;;) {
      const leadMs = context.lead.ms;
      const act = await LiveAct.#tryOpen(context, options, watched, leadMs);
      const waitMs = options.source.startMs - act.pipeline.runtime.clock.nowMs();
      context.lead.took(leadMs - waitMs);
      if (waitMs > 0) return act;
      await act.close();
      if (leadMs > MAX_LEAD_MS) {
        throw new JobFailedError(
          `the processes need more than ${leadMs} ms to start: the machine is too busy to measure anything`,
        );
      }
    }
  }

  static async #tryOpen(
    context: ActContext,
    options: LiveActOptions,
    watched: readonly WatchedTweet[],
    leadMs: number,
  ): Promise<LiveAct> {
    const { source, declaration } = options;
    const folder = await context.workspace.folder(`${options.name}-${declaration.name}`);
    const { substrates } = context;
    const log = await substrates.log(`${options.name}-${declaration.name}`, source.partitions, `${folder}/log`);
    const network = options.faults === undefined ? undefined : await openNetwork(context);
    const pipeline = await Pipeline.open({
      substrates,
      engine: context.engine,
      declaration,
      config: context.config,
      folder,
      log,
      clockStartsAtMs: source.startMs - leadMs,
      storeSync: context.config.storeSync === 'on',
      checkpoints: true,
      silentAfterMs: context.silentAfterMs,
      network,
      ...(options.faults === undefined ? {} : { faults: options.faults }),
    }).catch(async (error: unknown) => {
      await Promise.allSettled([network?.close(), substrates.removeLog(log)]);
      throw error;
    });
    const { epochOffsetMs } = pipeline.runtime.clock;
    const generator = new GeneratorProcess({
      stream: source.description,
      log,
      epochOffsetMs,
      ...(options.repeated === undefined ? {} : { repeated: options.repeated }),
    });
    const act = new LiveAct(context, options, watched, folder, pipeline, generator, log, network);
    try {
      await generator.ready;
    } catch (error) {
      await act.close();
      throw error;
    }
    return act;
  }

  get reportResolutionMs(): number {
    return this.#context.engine.reportResolutionMs;
  }

  /** The process that offers the stream, for whoever stops it on purpose. */
  get generator(): Pick<GeneratorProcess, 'signal'> {
    return this.#generator;
  }

  /**
   * Runs until every impression is in the log. Error: `InterruptedError`, `JobFailedError`, `GeneratorFailedError`.
   */
  async offer(): Promise<GeneratorProcessReport> {
    const { runtime, job } = this.pipeline;
    const { startMs, endMs } = this.source;
    const interrupted = interruption(this.#context.signal);
    const failed = job.drained().then(() => new Promise<never>(() => undefined));
    try {
      this.#generator.go();
      void job.go();
      this.#sampling = this.#sample();
      await Promise.race([this.#until(startMs), failed, interrupted.promise]);
      this.prober.start();
      const report = await Promise.race([this.#generator.done, failed, interrupted.promise]);
      await Promise.race([this.#until(endMs), interrupted.promise]);
      return report;
    } finally {
      interrupted.release();
      await this.prober.stop();
      failed.catch(() => undefined);
      this.#context.progress.update({
        text: `${runtime.clock.nowMs() >= endMs ? 'all' : 'not all'} offered`,
        fraction: 1,
      });
    }
  }

  /** Waits until everything that was offered is settled; false if it is not within the time. */
  async drain(limitMs: number): Promise<boolean> {
    const { runtime, job } = this.pipeline;
    const interrupted = interruption(this.#context.signal);
    try {
      const drained = job.drained().then(() => true);
      const deadlineMs = runtime.clock.nowMs() + limitMs;
      while (runtime.clock.nowMs() < deadlineMs) {
        const polled = runtime.sleep(DRAIN_POLL_MS).then(() => false);
        if (await Promise.race([drained, polled, interrupted.promise])) return true;
      }
      return false;
    } finally {
      interrupted.release();
    }
  }

  /** Ends sampling; the samples are whole afterwards. */
  async stopSampling(): Promise<void> {
    this.#sampled = true;
    await this.#sampling;
  }

  async close(): Promise<void> {
    await this.stopSampling();
    await this.#generator.kill();
    await this.pipeline.close();
    await this.network?.close();
    await this.#context.substrates.removeLog(this.log);
    await this.#context.workspace.discard(this.#folder);
  }

  async #sample(): Promise<void> {
    const { runtime, job } = this.pipeline;
    const { source } = this;
    while (!this.#sampled) {
      const nowMs = runtime.clock.nowMs();
      const offeredEvents = offeredBy(source, nowMs);
      this.samples.push({ atMs: nowMs, offeredEvents, status: job.status() });
      const seconds = Math.max(0, nowMs - source.startMs) / 1000;
      this.#context.progress.update({
        text: `${seconds.toFixed(0)} s, ${offeredEvents.toLocaleString('en')} offered`,
        fraction: Math.min(1, Math.max(0, (nowMs - source.startMs) / (source.endMs - source.startMs))),
      });
      await runtime.sleep(SAMPLE_EVERY_MS);
    }
  }

  async #until(timeMs: number): Promise<void> {
    const { clock } = this.pipeline.runtime;
    while (clock.nowMs() < timeMs) await this.pipeline.runtime.sleep(Math.min(50, Math.max(1, timeMs - clock.nowMs())));
  }
}

/** The proxies, if a fault of the run needs them. */
async function openNetwork({ config, faultPlan = [], servers }: ActContext): Promise<ProxyProcess | undefined> {
  const kinds = config.faults === 'none' ? [] : config.faults;
  if (servers.facts.length === 0 || !needsNetwork([...kinds.map((kind) => ({ kind })), ...faultPlan])) return undefined;
  const nodes = servers.facts.filter(({ roles }) => !roles.includes('engine')).flatMap((server) => server.nodes);
  return ProxyProcess.open({ servers: nodes, seed: config.seed });
}

/** Impressions that are due by now, over all partitions. */
export function offeredBy(source: ImpressionSource, timeMs: number): number {
  let sum = 0;
  for (let partition = 0; partition < source.partitions; partition++) sum += source.dueBy(partition, timeMs);
  return sum;
}

/** Cumulative counts of one store, by time. */
export function storeSamples(samples: readonly Sample[], store: StoreName) {
  return samples.flatMap(({ status }) => {
    const counts = status.stores[store];
    return counts === undefined ? [] : [{ atMs: status.atMs, counts }];
  });
}
