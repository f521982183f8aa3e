/**
 * An open-loop prober: asks for all canaries at jittered times that it fixed in advance, through the query path of a
 * user.
 *
 * Intended times come from a seed, ±50 % around the mean period, so that probes never fall into step with flushes or
 * checkpoints. At most one probe is under way; those that fall due meanwhile are answered by one read as soon as it
 * ends, and each counts with its latency from its intended time (no coordinated omission). A probe that is not
 * answered in time is given up, its late answer is ignored. Nothing that the store or the query path does is thrown
 * into the run: it counts as unanswered and is noted.
 */
import { mix32, streamKey } from '../../generators/random.ts';
import type { Answers, QueryService } from '../../substrates/query-service.ts';
import type { Runtime } from '../../substrates/runtime.ts';
import type { CanaryReader, CanaryReading } from './canary-reader.ts';
import type { AnswerSampler } from './explain-sampler.ts';
import type { FreshnessTracker } from './freshness.ts';
import { ProbeLog, type ProbeRecord } from './probe-log.ts';

/** Purpose number of the jitter's random key ("prob"), so that it shares no key with the stream. */
const JITTER_PURPOSE = 0x70726f62;
const DEFAULT_TIMEOUT_MS = 1000;
const MAX_NOTES = 20;

export interface ProberOptions {
  query: Pick<QueryService, 'read'>;
  reader: CanaryReader;
  tracker: FreshnessTracker;
  /** Asks for more keys beside the canaries, and keeps all answers. */
  sampler?: AnswerSampler;
  runtime: Pick<Runtime, 'clock' | 'sleep'>;
  seed: number;
  /** Mean time between two intended probes. */
  meanPeriodMs: number;
  /** A probe is given up this long after it was sent; default 1 s. */
  timeoutMs?: number;
}

type ReadOutcome = { kind: 'answers'; answers: Answers } | { kind: 'error'; message: string } | { kind: 'timed-out' };

export class Prober {
  readonly log = new ProbeLog();
  readonly #options: ProberOptions;
  readonly #timeoutMs: number;
  readonly #jitterKey: number;
  readonly #notes = new Map<string, number>();
  #keysAsked = 0;
  #reads = 0;
  #drawn = 0;
  #nextIntendedMs = 0;
  /** No probe is due after this. */
  #endMs = Number.POSITIVE_INFINITY;
  #running: Promise<void> | undefined;

  constructor(options: ProberOptions) {
    if (!(options.meanPeriodMs > 0))
      throw new Error(`the mean probe period is ${options.meanPeriodMs} ms; it must be above 0`);
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#jitterKey = streamKey(options.seed, 0, JITTER_PURPOSE);
  }

  /** Keys of all reads so far: the probe traffic, to be counted apart from the pipeline's. */
  get keysAsked(): number {
    return this.#keysAsked;
  }

  /** Multi-gets sent so far; fewer than probes when some fell due together. */
  get reads(): number {
    return this.#reads;
  }

  /** Errors that were met, with how often; different ones beyond the twentieth are counted as one. */
  get notes(): readonly { message: string; count: number }[] {
    return [...this.#notes].map(([message, count]) => ({ message, count }));
  }

  /** Begins to probe; the first probe is due one period from now. */
  start(): void {
    if (this.#running !== undefined) throw new Error('the prober was started already');
    this.#nextIntendedMs = this.#options.runtime.clock.nowMs();
    this.#advance();
    // The run must not end by its own instrument; a prober that died is seen by what it no longer covers.
    this.#running = this.#run().catch((error: unknown) => this.#note(messageOf(error)));
  }

  /** Ends probing; resolves when every probe that was due by now is answered or given up. Idempotent. */
  async stop(): Promise<void> {
    this.#endMs = Math.min(this.#endMs, this.#options.runtime.clock.nowMs());
    await this.#running;
  }

  async #run(): Promise<void> {
    const { runtime } = this.#options;
    while (this.#nextIntendedMs <= this.#endMs) {
      const waitMs = this.#nextIntendedMs - runtime.clock.nowMs();
      if (waitMs > 0) {
        await runtime.sleep(waitMs);
        continue;
      }
      await this.#probe(this.#takeDue(Math.min(runtime.clock.nowMs(), this.#endMs)));
    }
  }

  /** All intended times up to `untilMs`, and moves on to the next. */
  #takeDue(untilMs: number): number[] {
    const due: number[] = [];
    while (this.#nextIntendedMs <= untilMs) {
      due.push(this.#nextIntendedMs);
      this.#advance();
    }
    return due;
  }

  #advance(): void {
    const uniform = (mix32(this.#jitterKey ^ this.#drawn++) >>> 0) / 4294967296;
    this.#nextIntendedMs += this.#options.meanPeriodMs * (0.5 + uniform);
  }

  async #probe(dueMs: readonly number[]): Promise<void> {
    const { runtime, reader, tracker, sampler } = this.#options;
    const sentMs = runtime.clock.nowMs();
    let readings: CanaryReading[] | undefined;
    let outcome: ProbeRecord['outcome'] = 'refused';
    try {
      const question = reader.question(sentMs, sampler?.asksNext !== true);
      const sampled = sampler?.extend(question, sentMs);
      const { keys } = sampled ?? question;
      this.#keysAsked += keys.count;
      this.#reads++;
      const read = await this.#readInTime(keys);
      if (read.kind === 'answers') {
        readings = reader.interpret(question, read.answers);
        if (sampled !== undefined) sampler?.note(sampled, read.answers, runtime.clock.nowMs());
      }
      if (read.kind === 'error') this.#note(read.message);
      if (read.kind === 'timed-out') outcome = 'timed-out';
    } catch (error) {
      this.#note(messageOf(error));
    }
    const atMs = runtime.clock.nowMs();
    const partitions = reader.canaries;
    const answeredPartitions = readings?.filter(({ kind }) => kind !== 'unavailable').length ?? 0;
    const wrongPartitions = readings?.filter(({ kind }) => kind === 'wrong').length ?? 0;
    if (answeredPartitions > 0) outcome = 'answered';
    for (const intendedMs of dueMs) {
      this.log.add({ intendedMs, sentMs, atMs, outcome, partitions, answeredPartitions, wrongPartitions });
    }
    const reachMs = Array.from({ length: partitions }, (_, i) => reachOf(readings?.[i]));
    tracker.record({ intendedMs: dueMs[0] as number, atMs, reachMs });
  }

  async #readInTime(keys: Parameters<QueryService['read']>[0]): Promise<ReadOutcome> {
    const read = this.#options.query.read(keys).then(
      (answers): ReadOutcome => ({ kind: 'answers', answers }),
      (error: unknown): ReadOutcome => ({ kind: 'error', message: messageOf(error) }),
    );
    const timeout = this.#options.runtime.sleep(this.#timeoutMs).then((): ReadOutcome => ({ kind: 'timed-out' }));
    return Promise.race([read, timeout]);
  }

  #note(message: string): void {
    const isKept = this.#notes.has(message) || this.#notes.size < MAX_NOTES;
    const key = isKept ? message : 'other errors';
    this.#notes.set(key, (this.#notes.get(key) ?? 0) + 1);
  }
}

function reachOf(reading: CanaryReading | undefined): number | undefined {
  return reading?.kind === 'reached' ? reading.reachMs : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
