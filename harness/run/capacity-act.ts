/**
 * Act 1, capacity: a filled log, the same for all, is drained as fast as the pipeline can. What is not done at the time
 * limit is stopped; the rate is what was reflected by the time until the last of it was, since who publishes whole
 * hours is stopped in the middle of one. CPU is that of all processes: the workers and the supervisor.
 */
import type { Declaration, StoreName } from '../../substrates/declaration.ts';
import type { EventLogBinding } from '../../substrates/event-log/event-log.ts';
import { openLog } from '../../substrates/event-log/open-log.ts';
import type { StoreCounts } from '../../substrates/key-value-store/key-value-store.ts';
import { JobFailedError, type JobStatus, type RunningJob } from '../../substrates/stream-engine/stream-engine.ts';
import type { RunConfig } from '../config/run-config.ts';
import { fillLog } from '../load/fill-log.ts';
import { commandsPerEvent } from '../measure/rates.ts';
import type { CapacityFigures, Rung } from '../results/acts.ts';
import { type ActContext, interruption } from './act-context.ts';
import type { RungPlan } from './declarations.ts';
import { Pipeline } from './pipeline.ts';
import { differencesOn } from './run-servers.ts';
import { storeMemoryOf } from './store-memory.ts';
import { unplannedRestarts } from './unplanned-restarts.ts';

/** A log that is filled once and drained by all. */
export interface FilledLog {
  binding: EventLogBinding;
  folder: string;
  events: number;
  /** After this every arrival lies in the past. */
  endMs: number;
}

export async function fillCapacityLog(context: ActContext): Promise<FilledLog> {
  const { workspace, progress, signal } = context;
  const source = await context.streams.capacity();
  const folder = await workspace.folder('capacity-log');
  const binding = await context.substrates.log('capacity', source.partitions, folder);
  progress.phase('capacity', `filling the log with ${source.totalImpressions.toLocaleString('en')} impressions`);
  const log = await openLog(binding);
  const events = await fillLog(source, log, {
    signal,
    onProgress: (appended, total) => progress.update({ text: 'filling the log', fraction: appended / total }),
  });
  await log.close();
  return { binding, folder, events, endMs: source.endMs };
}

interface Drain {
  limitMs: number;
  storeSync: boolean;
  checkpoints: boolean;
  redisClient?: RunConfig['redisClient'] | undefined;
}

/** Drains the filled log with one architecture. Error: `InterruptedError`, or what ended the job. */
export async function runCapacity(
  context: ActContext,
  log: FilledLog,
  declaration: Declaration,
): Promise<CapacityFigures> {
  const { config } = context;
  const storeSync = config.storeSync === 'on';
  return drain(context, log, declaration, { limitMs: config.capacityLimitMs, storeSync, checkpoints: true });
}

/** The same with other options. */
export async function runRung(context: ActContext, log: FilledLog, plan: RungPlan): Promise<Rung> {
  const figures = await drain(context, log, plan.declaration, { ...plan, limitMs: context.config.rungLimitMs });
  const perEvent = figures.store.serving?.commandsPerEvent;
  return {
    name: plan.name,
    options: plan.options,
    eventsPerSecond: figures.eventsPerSecond,
    eventsPerCpuSecond: figures.eventsPerCpuSecond,
    elapsedSeconds: figures.elapsedSeconds,
    reflectedEvents: figures.reflectedEvents,
    ...(perEvent === undefined ? {} : { commandsPerEvent: perEvent }),
    isDefault: false,
  };
}

async function drain(
  context: ActContext,
  log: FilledLog,
  declaration: Declaration,
  how: Drain,
): Promise<CapacityFigures> {
  const { config, workspace, progress } = context;
  const folder = await workspace.folder(`capacity-${declaration.name}`);
  const pipeline = await Pipeline.open({
    declaration,
    config,
    folder,
    log: log.binding,
    clockStartsAtMs: log.endMs + 2 * config.hourMs + config.batchCutOffMs,
    storeSync: how.storeSync,
    redisClient: how.redisClient,
    substrates: context.substrates,
    engine: context.engine,
    checkpoints: how.checkpoints,
  });
  const interrupted = interruption(context.signal);
  try {
    const { job, runtime } = pipeline;
    const { clock } = runtime;
    await Promise.race([begun(job), interrupted.promise]);
    const used = cpuSince(pipeline, context.servers);
    const startMs = clock.nowMs();
    const { done, last } = await follow(pipeline, how.limitMs, interrupted.promise, used, (events) => {
      progress.update({ text: `${events.toLocaleString('en')} events`, fraction: events / log.events });
    });
    const stoppedMs = clock.nowMs();
    const [restart] = unplannedRestarts(job.events, startMs);
    if (restart !== undefined) throw new JobFailedError(restart);
    const status = await job.stop();
    const events = completedEvents(status);
    const drainedMs = Math.max(...status.partitions.map((partition) => partition.drainedAtMs ?? 0));
    const end = done
      ? { atMs: drainedMs, cpu: used() }
      : events > last.events
        ? { atMs: takenMs(status, stoppedMs), cpu: used() }
        : last;
    if (events === 0) throw nothingReflected(how.limitMs);
    const serverCommands = await pipeline.checkCommands(status);
    const [difference] = differencesOn(context.servers, serverCommands);
    if (difference !== undefined) throw new JobFailedError(difference);
    const { cpu } = end;
    return {
      ...figuresOf(status, (end.atMs - startMs) / 1000, done, cpu.ofAllSeconds, config.workers),
      ...(await storeMemoryOf(pipeline.stores)),
      ...(context.servers.facts.length === 0 ? {} : { serverCpuSeconds: cpu.ofServersSeconds, serverCommands }),
    };
  } finally {
    interrupted.release();
    await pipeline.close();
    await workspace.discard(folder);
  }
}

/** CPU time since a moment: of the job, of this process and of servers that are ours. */
export interface CpuUsed {
  ofAllSeconds: number;
  ofServersSeconds: number;
}

function cpuSince({ job, runtime }: Pipeline, servers: ActContext['servers']): () => CpuUsed {
  const ownBefore = runtime.cpuSeconds();
  const ofServersBefore = servers.cpuSeconds();
  return () => {
    const ofServersSeconds = servers.cpuSeconds() - ofServersBefore;
    return { ofServersSeconds, ofAllSeconds: job.cpuSeconds() + runtime.cpuSeconds() - ownBefore + ofServersSeconds };
  };
}

/** Waits until all is drained or the time is over; `last` is when events were completed last, and what that had used. */
export async function follow(
  { job, runtime }: Pick<Pipeline, 'job' | 'runtime'>,
  limitMs: number,
  interrupted: Promise<never>,
  used: () => CpuUsed,
  onProgress: (events: number) => void,
): Promise<{ done: boolean; last: { events: number; atMs: number; cpu: CpuUsed } }> {
  const { clock } = runtime;
  const startMs = clock.nowMs();
  const drained = job.drained().then(() => true);
  let done = false;
  let last = { events: 0, atMs: startMs, cpu: used() };
  while (!done && clock.nowMs() - startMs < limitMs) {
    done = await Promise.race([drained, runtime.sleep(100).then(() => false), interrupted]);
    const status = job.status();
    const events = completedEvents(status);
    if (events > last.events) last = { events, atMs: takenMs(status, clock.nowMs()), cpu: used() };
    onProgress(events);
  }
  return { done, last };
}

/** Workers that cannot wait for the start are submitted first: that is no part of their rate. */
async function begun(job: RunningJob): Promise<void> {
  await job.go();
}

function nothingReflected(limitMs: number): JobFailedError {
  return new JobFailedError(
    `no reader could have seen one event after ${limitMs / 1000} s: an answer that waits for an hour to be over needs ` +
      'more time, or a shorter hour (--capacity-limit, --hour)',
  );
}

/** Figures of another moment than the stop count until then. */
function takenMs({ takenAtMs }: JobStatus, stoppedMs: number): number {
  return takenAtMs ?? stoppedMs;
}

function figuresOf(
  status: JobStatus,
  elapsedSeconds: number,
  completed: boolean,
  cpuSeconds: number,
  workers: number,
): CapacityFigures {
  const events = completedEvents(status);
  const store: CapacityFigures['store'] = {};
  for (const [name, counts] of Object.entries(status.stores) as [StoreName, StoreCounts][]) {
    const stored = status.partitions.reduce((sum, partition) => sum + (partition.storedEvents[name] ?? 0), 0);
    store[name] = { ...counts, commandsPerEvent: commandsPerEvent(counts, stored) ?? 0 };
  }
  return {
    eventsPerSecond: events / elapsedSeconds,
    eventsPerCpuSecond: events / cpuSeconds,
    reflectedEvents: events,
    elapsedSeconds,
    completed,
    cpuSeconds,
    workers,
    store,
    checkpoints: status.checkpoints,
    stateBytes: status.stateBytes,
  };
}

/** Events that a reader can see, by whichever way of the architecture is ahead. */
export function reflectedEvents(status: JobStatus): number {
  return status.partitions.reduce((sum, partition) => sum + partition.reflectedEvents, 0);
}

/** Events that every stage is done with: lambda's batch layer may be hours ahead of its speed layer in a filled log. */
function completedEvents(status: JobStatus): number {
  return status.partitions.reduce((sum, { offset, reflectedEvents: seen }) => sum + Math.min(offset, seen), 0);
}
