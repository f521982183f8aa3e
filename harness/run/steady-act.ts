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
    const ownCpuSeconds = act.pipeline.runtime.cpuSeconds();
    const generator = await act.offer();
    await act.stopSampling();
    const status = await act.pipeline.job.stop();
    const cpuSeconds = act.pipeline.job.cpuSeconds() + act.pipeline.runtime.cpuSeconds() - ownCpuSeconds;
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
      cpuSeconds,
      stateBytes: status.stateBytes,
      checkpoints: status.checkpoints,
      timeline: timelineOf(act, [], explanation),
      histograms: {
        generatorLateness: { unit: 'us' as const, hdr: generator.latenessHistogramUs },
        ...(probes === undefined ? {} : { queryLatency: encode(probes.latencyUs) }),
      },
    };
    const reasons = unexplainedReasons(act, declaration, explanation);
    if (generator.latenessMs.p99 > MAX_GENERATOR_LATENESS_P99_MS)
      reasons.push(latenessReason(generator.latenessMs.p99));
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
