/** Figures of a live act from its samples and probes, for any span of its time. */
import type { ImpressionSource } from '../../generators/impression-source.ts';
import type { Declaration, StoreName } from '../../substrates/declaration.ts';
import { storesOf } from '../../substrates/declaration.ts';
import type { Explanation } from '../measure/explainer.ts';
import type { FreshnessTracker } from '../measure/freshness.ts';
import { lagFigures } from '../measure/lag.ts';
import type { ProbeLog } from '../measure/probe-log.ts';
import { storeRates } from '../measure/rates.ts';
import type { PercentilesMs, StoreLoads, Timeline, TimelineMark } from '../results/figures.ts';
import { reflectedEvents } from './capacity-act.ts';
import { type Sample, storeSamples } from './live-act.ts';
import { answersByHour, expectedCommandsPerEvent } from './promises.ts';

/**
 * A step of the answers is seen up to a worker's report, a sample and a sample at the hour's other end late: 100 ms
 * each.
 */
const STEP_RESOLUTION_MS = 300;
/** What a worker has reported last is so old at most: how old drifts in a span, and looks like a slope. */
const REPORT_RESOLUTION_MS = 100;

/** What is left of a live act when it is over. */
export interface ActRecord {
  source: ImpressionSource;
  samples: readonly Sample[];
  tracker: FreshnessTracker;
  prober: { readonly log: ProbeLog };
  /** How old what a worker has reported last may be; 100 ms, if absent. */
  reportResolutionMs?: number;
}

export interface Span {
  fromMs: number;
  toMs: number;
}

/** Age of the answers, weighted by wall time; undefined if no probe covers the span. */
export function freshnessOf(act: ActRecord, span: Span): PercentilesMs | undefined {
  const figures = act.tracker.figures(span.fromMs, span.toMs);
  if (figures === undefined) return undefined;
  return { p50: figures.p50Ms, p99: figures.p99Ms, max: figures.maxMs };
}

/** Query latency from the intended time; undefined if no probe of the span had an answer. */
export function queryLatencyOf(act: ActRecord, span: Span): PercentilesMs | undefined {
  const latencyUs = act.prober.log.figures(span.fromMs, span.toMs)?.latencyUs;
  if (latencyUs === undefined || latencyUs.totalCount === 0) return undefined;
  return {
    p50: latencyUs.getValueAtPercentile(50) / 1000,
    p99: latencyUs.getValueAtPercentile(99) / 1000,
    max: latencyUs.maxValue / 1000,
  };
}

/**
 * What each store was asked in the span. Commands per event are taken from the beginning of the act to the last sample
 * of the span, so that whole windows are compared with whole windows.
 */
export function storeLoadsOf(
  act: ActRecord,
  declaration: Declaration,
  span: Span,
  distinctPerEvent: number | undefined,
): StoreLoads {
  const loads: StoreLoads = {};
  for (const name of storesOf(declaration)) {
    const rates = storeRates(storeSamples(act.samples, name), span.fromMs, span.toMs);
    if (rates === undefined) continue;
    const last = act.samples.findLast(({ atMs }) => atMs <= span.toMs);
    loads[name] = {
      commandsPerSecond: rates.commandsPerSecond,
      ...(rates.peakSecondCommands === undefined ? {} : { peakCommandsPerSecond: rates.peakSecondCommands }),
      roundTripsPerSecond: rates.roundTripsPerSecond,
      readsPerSecond: rates.readsPerSecond,
      writesPerSecond: rates.writesPerSecond,
      commandsPerEvent: commandsPerStoredEvent(last, name),
      ...(distinctPerEvent === undefined
        ? {}
        : { expectedCommandsPerEvent: expectedCommandsPerEvent(declaration, name, distinctPerEvent) }),
    };
  }
  return loads;
}

function commandsPerStoredEvent(sample: Sample | undefined, store: StoreName): number {
  if (sample === undefined) return 0;
  const stored = sample.status.partitions.reduce((sum, partition) => sum + (partition.storedEvents[store] ?? 0), 0);
  const commands = sample.status.stores[store]?.commands ?? 0;
  return stored === 0 ? 0 : commands / stored;
}

/**
 * Whether the pipeline keeps up. Where answers come by the hour the lag is a saw-tooth: its mean over an hour is taken
 * for the trend.
 */
export function lagOf(act: ActRecord, declaration: Declaration, span: Span): ReturnType<typeof lagFigures> {
  const { hourMs } = act.source;
  const byHour = answersByHour(declaration);
  const samples = act.samples.map((sample) => ({
    atMs: sample.atMs,
    offered: sample.offeredEvents,
    reflected: reflectedEvents(sample.status),
  }));
  const reportMs = act.reportResolutionMs ?? REPORT_RESOLUTION_MS;
  if (!byHour) return lagFigures(samples, { ...span, resolutionMs: reportMs });
  const smooth = samples.flatMap((sample) => {
    const hour = samples.filter(({ atMs }) => atMs > sample.atMs - hourMs && atMs <= sample.atMs);
    if (sample.atMs - act.source.startMs < hourMs || hour.length === 0) return [];
    const meanLag = hour.reduce((sum, { offered, reflected }) => sum + offered - reflected, 0) / hour.length;
    return [{ ...sample, reflected: sample.offered - meanLag }];
  });
  return lagFigures(smooth, {
    ...span,
    maxLagMs: 1000 + 2 * hourMs,
    resolutionMs: STEP_RESOLUTION_MS - REPORT_RESOLUTION_MS + reportMs,
  });
}

/** Growth of the reflected events over the span, per second. */
export function reflectedPerSecond(act: ActRecord, span: Span): number {
  const inside = act.samples.filter(({ atMs }) => atMs >= span.fromMs && atMs <= span.toMs);
  const first = inside[0];
  const last = inside.at(-1);
  if (first === undefined || last === undefined || last.atMs <= first.atMs) return 0;
  return ((reflectedEvents(last.status) - reflectedEvents(first.status)) * 1000) / (last.atMs - first.atMs);
}

/**
 * The whole act as columns, from the start of the stream; `explanation` is what the sampled answers were judged to be.
 */
export function timelineOf(act: ActRecord, marks: TimelineMark[], explanation?: Explanation): Timeline {
  const { startMs } = act.source;
  const samples = act.samples.filter(({ atMs }) => atMs >= startMs);
  const ages = act.tracker.timeline();
  const commands = (name: StoreName): (number | null)[] => commandRates(samples, name);
  const ofSeconds = act.prober.log.figures(startMs, Number.POSITIVE_INFINITY)?.perSecond ?? [];
  const availability = new Map(ofSeconds.map((second) => [(second.atMs - startMs) / 1000, second.availability]));
  const unexplained = unexplainedBySecond(explanation, startMs);
  const stores = new Set(samples.flatMap(({ status }) => Object.keys(status.stores)));
  return {
    stepMs: 100,
    atMs: samples.map(({ atMs }) => round(atMs - startMs)),
    freshnessMs: samples.map(({ atMs }, i) => newestAge(ages, samples[i - 1]?.atMs ?? startMs, atMs)),
    offeredEvents: samples.map(({ offeredEvents }) => offeredEvents),
    reflectedEvents: samples.map(({ status }) => reflectedEvents(status)),
    ...(stores.has('serving') ? { servingCommandsPerSecond: commands('serving') } : {}),
    ...(stores.has('speed') ? { speedCommandsPerSecond: commands('speed') } : {}),
    availability: samples.map(({ atMs }) => perSecond(availability, atMs - startMs) ?? null),
    ...(explanation === undefined
      ? {}
      : { unexplainedAnswersPerSecond: samples.map(({ atMs }) => perSecond(unexplained, atMs - startMs) ?? 0) }),
    marks,
  };
}

/** The value of the second that holds a time. */
function perSecond(values: ReadonlyMap<number, number>, elapsedMs: number): number | undefined {
  return values.get(Math.floor(elapsedMs / 1000));
}

/** How many unexplained answers came in each second from `startMs` on. */
function unexplainedBySecond(explanation: Explanation | undefined, startMs: number): Map<number, number> {
  const seconds = new Map<number, number>();
  for (const { kind, atMs } of explanation?.bad ?? []) {
    const second = Math.floor((atMs - startMs) / 1000);
    if (kind === 'unexplained') seconds.set(second, (seconds.get(second) ?? 0) + 1);
  }
  return seconds;
}

/** The age at the last probe in (fromMs, toMs]; null if there was none. */
function newestAge(ages: { atMs: number[]; ageMs: number[] }, fromMs: number, toMs: number): number | null {
  let low = 0;
  let high = ages.atMs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ages.atMs[middle] as number) <= toMs) low = middle + 1;
    else high = middle;
  }
  const atMs = ages.atMs[low - 1];
  return atMs !== undefined && atMs > fromMs ? round(Math.max(0, ages.ageMs[low - 1] as number)) : null;
}

function commandRates(samples: readonly Sample[], store: StoreName): (number | null)[] {
  return samples.map((sample, i) => {
    const before = samples[i - 1];
    if (before === undefined) return null;
    const now = sample.status.stores[store]?.commands;
    const then = before.status.stores[store]?.commands;
    if (now === undefined || then === undefined) return null;
    return round(((now - then) * 1000) / (sample.atMs - before.atMs));
  });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Without the fields that are undefined: a figure that does not exist is left out. */
export function definedOnly<T extends object>(figures: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined)) as never;
}
