/**
 * Makes a stream, or a shard of it, into a log for others to read: the open-loop generator of a run, on the wall's time
 * so that several machines begin together, and without a pipeline behind it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamDescription } from '../../generators/impression-source.ts';
import { openStream } from '../../generators/open-stream.ts';
import type { Clock } from '../../substrates/clock.ts';
import type { EventLog, EventLogBinding } from '../../substrates/event-log/event-log.ts';
import { createLog, openLog } from '../../substrates/event-log/open-log.ts';
import type { ProgressSink } from '../run/progress-sink.ts';
import { Generator, type GeneratorReport } from './generator.ts';
import { MAX_GENERATOR_LATENESS_P99_MS } from './lateness.ts';

/** Readers hear of a partition this long before its first impression; until then nothing is sent. */
const LEAD_MS = 1000;
const PROGRESS_EVERY_MS = 500;

export interface GenerateOptions {
  stream: StreamDescription;
  log: EventLogBinding;
  /** Those that are made here. */
  partitions: readonly number[];
  /** Whether the log is made first; otherwise it is there already. */
  create: boolean;
  /** On the stream's axis. */
  clock: Clock;
  progress: ProgressSink;
  signal: AbortSignal;
  /** Lets time pass, and the event loop turn; of a test with a clock of its own. */
  wait?: (durationMs: number) => Promise<void>;
}

export interface GenerateReport extends GeneratorReport {
  /** Impressions of the partitions that are made here: as many as were appended, unless it was stopped. */
  totalImpressions: number;
  /** User and system, from the first entry to the end. */
  cpuSeconds: number;
  /** So late that the rate was not really offered. */
  wasLate: boolean;
}

/** The log is not one that can be written to: it is missing, is there already, or is not empty. */
export class LogNotReadyError extends Error {
  override readonly name = 'LogNotReadyError';
}

/** Resolves at the end of the stream, or soon after `signal`; then the partitions have no end in the log. */
export async function generateStream(options: GenerateOptions): Promise<GenerateReport> {
  const { clock, signal, progress } = options;
  const source = await openStream(options.stream);
  const log = await ready(options);
  try {
    const generator = await Generator.open({
      source,
      log,
      clock,
      partitions: options.partitions,
      endsWhenStopped: false,
      ...(options.wait === undefined ? {} : { wait: options.wait }),
    }).catch(notReady);
    await untilLead(options, source.startMs);
    if (!signal.aborted) progress.phase('generate', `${options.partitions.length} of ${source.partitions} partitions`);
    const totalImpressions = options.partitions.reduce((total, partition) => total + source.length(partition), 0);
    const stopShowing = show(generator, totalImpressions, progress);
    const before = process.cpuUsage();
    const report = await generator.run(signal).finally(stopShowing);
    const { user, system } = process.cpuUsage(before);
    const cpuSeconds = (user + system) / 1e6;
    return { ...report, totalImpressions, cpuSeconds, wasLate: report.latenessMs.p99 > MAX_GENERATOR_LATENESS_P99_MS };
  } finally {
    await log.close();
  }
}

async function ready({ log, create }: GenerateOptions): Promise<EventLog> {
  if (create) await createLog(log).catch(notReady);
  return openLog(log).catch(notReady);
}

/** A log that does not answer is another matter. */
function notReady(error: unknown): never {
  const { name, message } = error as Error;
  if (name === 'LogUnavailableError' || name === 'KafkaLoginError') throw error;
  throw new LogNotReadyError(message, { cause: error });
}

async function untilLead({ clock, signal, progress, wait }: GenerateOptions, startMs: number): Promise<void> {
  const leadMs = (): number => startMs - LEAD_MS - clock.nowMs();
  if (leadMs() > 0) progress.phase('waiting', `the stream starts at ${new Date(startMs).toISOString()}`);
  while (!signal.aborted && leadMs() > 0) {
    if (wait !== undefined) await wait(leadMs());
    // Whoever interrupts does not want to wait.
    else await sleep(Math.min(leadMs(), PROGRESS_EVERY_MS), undefined, { signal }).catch(() => undefined);
  }
}

function show(generator: Generator, totalImpressions: number, progress: ProgressSink): () => void {
  const timer = setInterval(() => {
    const { appendedRows, latenessMs } = generator.progress();
    const appended = appendedRows.reduce((total, rows) => total + rows, 0);
    progress.update({
      text: `${appended.toLocaleString('en')} impressions, p99 ${latenessMs.p99.toFixed(0)} ms late`,
      fraction: totalImpressions === 0 ? 1 : appended / totalImpressions,
    });
  }, PROGRESS_EVERY_MS);
  return () => clearInterval(timer);
}
