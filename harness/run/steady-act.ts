/**
 * Act 2, steady: an open loop at the offered rate. Figures are taken from the end of the second hour on, so that every
 * architecture has had an hour to answer. One that cannot keep up is shown falling behind; nothing is drained.
 */
import { encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';
import type { ImpressionSource } from '../../generators/impression-source.ts';
import { tally } from '../../generators/oracle.ts';
import type { Declaration } from '../../substrates/declaration.ts';
import type { SteadyAct } from '../results/acts.ts';
import type { ActContext } from './act-context.ts';
import { explainAct, explanationFigures, unexplainedReasons } from './explain-act.ts';
import { LiveAct, MAX_GENERATOR_LATENESS_P99_MS } from './live-act.ts';
import {
  definedOnly,
  freshnessOf,
  lagOf,
  queryLatencyOf,
  reflectedPerSecond,
  type Span,
  storeLoadsOf,
  timelineOf,
} from './live-figures.ts';
import { differencesOn } from './run-servers.ts';
import { storeMemoryOf } from './store-memory.ts';
import { unplannedRestarts } from './unplanned-restarts.ts';

/** Distinct (tweet, hour) keys per event of a stream: what one write for each key and hour costs. */
export function distinctPerEventOf(source: ImpressionSource): number {
  const { rows, events } = tally(source, { labelling: { by: 'event-time' } });
  return rows.count / events;
}

export async function runSteady(
  context: ActContext,
  declaration: Declaration,
  source: ImpressionSource,
  distinctPerEvent: number,
): Promise<SteadyAct> {
  const act = await LiveAct.open(context, { name: 'steady', declaration, source });
  try {
    const { generator, status, cost, spoilt } = await offerAndStop(context, act);
    const explanation = await explainAct(act, declaration, context.config);
    const span = measuredSpan(source);
    const lag = lagOf(act, declaration, span);
    const probes = act.prober.log.figures(span.fromMs, span.toMs);
    const freshnessMs = freshnessOf(act, span);
    const queryLatencyMs = queryLatencyOf(act, span);
    const figures = {
      offeredPerSecond: (generator.appendedRows.reduce((a, b) => a + b, 0) * 1000) / (source.endMs - source.startMs),
      reflectedPerSecond: reflectedPerSecond(act, span),
      store: storeLoadsOf(act, declaration, span, distinctPerEvent),
      probes: {
        count: probes?.probes ?? 0,
        unanswered: probes?.unanswered ?? 0,
        wrong: probes?.wrong ?? 0,
        commands: act.pipeline.probeCommands(),
      },
      generatorLatenessMs: generator.latenessMs,
      distinctPerEvent,
      ...explanationFigures(act, explanation),
      ...cost,
      stateBytes: status.stateBytes,
      checkpoints: status.checkpoints,
      timeline: timelineOf(act, [], explanation),
      histograms: {
        generatorLateness: { unit: 'us' as const, hdr: generator.latenessHistogramUs },
        ...(probes === undefined ? {} : { queryLatency: encode(probes.latencyUs) }),
      },
    };
    const reasons = [...spoilt, ...unexplainedReasons(act, declaration, explanation)];
    if (lag.state === 'not-measured') reasons.push(`the trend of the lag could not be measured: ${lag.reason}`);
    if (freshnessMs === undefined || queryLatencyMs === undefined)
      reasons.push('no probe was answered in the measured span');
    const trend =
      lag.state === 'measured'
        ? { sustained: lag.sustained, lagSlopeEventsPerSecond: lag.slopeEventsPerSecond }
        : undefined;
    if (reasons.length === 0 && trend !== undefined && freshnessMs !== undefined && queryLatencyMs !== undefined)
      return { state: 'measured', ...figures, ...trend, freshnessMs, queryLatencyMs };
    return { state: 'invalid', reasons, ...figures, ...trend, ...definedOnly({ freshnessMs, queryLatencyMs }) };
  } finally {
    await act.close();
  }
}

/** Offers the whole stream and stops the job: what that cost, and what keeps it from being what was meant. */
async function offerAndStop({ servers }: ActContext, act: LiveAct) {
  const { job, runtime } = act.pipeline;
  const ownCpuSeconds = runtime.cpuSeconds();
  const serversBefore = servers.cpuSeconds();
  const generator = await act.offer();
  await act.stopSampling();
  const serverCpuSeconds = servers.cpuSeconds() - serversBefore;
  const spoilt = unplannedRestarts(job.events, act.source.startMs);
  const status = await job.stop();
  const cpuSeconds = job.cpuSeconds() + runtime.cpuSeconds() - ownCpuSeconds + serverCpuSeconds;
  const serverCommands = await act.pipeline.checkCommands(status);
  spoilt.push(...differencesOn(servers, serverCommands));
  if (generator.latenessMs.p99 > MAX_GENERATOR_LATENESS_P99_MS) spoilt.push(latenessReason(generator.latenessMs.p99));
  const ofServers = servers.facts.length === 0 ? {} : { serverCpuSeconds, serverCommands };
  const cost = { cpuSeconds, ...ofServers, ...(await storeMemoryOf(act.pipeline.stores)) };
  return { generator, status, cost, spoilt };
}

/** From the end of the second hour to the end of the stream, or the second half of a stream that is shorter. */
export function measuredSpan(source: ImpressionSource): Span {
  const { startMs, endMs, hourMs } = source;
  return { fromMs: Math.min(startMs + 2 * hourMs, (startMs + endMs) / 2), toMs: endMs };
}

export function latenessReason(p99Ms: number): string {
  return (
    `the generator was ${p99Ms.toFixed(0)} ms late at the 99th percentile (at most ${MAX_GENERATOR_LATENESS_P99_MS} ms is allowed), ` +
    'so the rate was not really offered: free the machine, or lower --rate'
  );
}

/** A histogram of microseconds as text. */
export function encode(histogram: Histogram): { unit: 'us'; hdr: string } {
  return { unit: 'us', hdr: encodeIntoCompressedBase64(histogram) };
}
