/** The figures of a failure act, from its samples, its probes, its faults and the audit. */
import type { ImpressionSource } from '../../generators/impression-source.ts';
import type { Declaration } from '../../substrates/declaration.ts';
import type { Predicted } from '../audit/verdict.ts';
import type { Explanation } from '../measure/explainer.ts';
import type { FailureFigures, FaultRecord } from '../results/acts.ts';
import type { TimelineMark } from '../results/figures.ts';
import { explanationFigures } from './explain-act.ts';
import type { FinalAudit } from './failure-audit.ts';
import type { Schedule } from './failure-schedule.ts';
import type { Audited } from './failure-verdict.ts';
import type { LiveAct } from './live-act.ts';
import { definedOnly, freshnessOf, queryLatencyOf, type Span, storeLoadsOf, timelineOf } from './live-figures.ts';
import { encode } from './steady-act.ts';

export interface FailureOptions {
  declaration: Declaration;
  source: ImpressionSource;
  commonRatePerSecond: number;
  distinctPerEvent: number;
}

type UnjudgedFigures = Omit<FailureFigures, 'verdict' | 'verdictReason'>;

export function figuresOf(
  act: LiveAct,
  options: FailureOptions,
  schedule: Schedule,
  faults: FaultRecord[],
  audited: Audited,
  explanation: Explanation | undefined,
): UnjudgedFigures {
  const { source, declaration } = { source: act.source, declaration: options.declaration };
  const whole: Span = { fromMs: source.startMs, toMs: act.samples.at(-1)?.atMs ?? source.endMs };
  const probes = act.prober.log.figures(whole.fromMs, whole.toMs);
  const worst = (figure: 'detectedMs' | 'firstAnswerMs' | 'caughtUpMs'): number | undefined => {
    const values = faults.flatMap(({ evidence }) => evidence[figure] ?? []);
    return values.length === 0 ? undefined : Math.max(...values);
  };
  const unavailableProbes = probes?.unanswered ?? 0;
  return {
    commonRatePerSecond: options.commonRatePerSecond,
    control: {
      ...definedOnly({
        freshnessMs: freshnessOf(act, schedule.control),
        queryLatencyMs: queryLatencyOf(act, schedule.control),
      }),
      store: storeLoadsOf(act, declaration, schedule.control, options.distinctPerEvent),
    },
    faults,
    ...auditFigures(audited),
    readRegressions: act.tracker.figures(whole.fromMs, whole.toMs)?.regressions ?? 0,
    wrongAnswers: probes?.wrong ?? 0,
    ...explanationFigures(act, explanation),
    unavailable: { probes: unavailableProbes, share: probes === undefined ? 0 : unavailableProbes / probes.probes },
    recoveryMs: definedOnly({
      detected: worst('detectedMs'),
      firstAnswer: worst('firstAnswerMs'),
      caughtUp: worst('caughtUpMs'),
    }),
    auditSeconds: audited.seconds,
    logVerified: 'audit' in audited && audited.audit.logVerified,
    timeline: timelineOf(act, marksOf(act, schedule, faults), explanation),
    ...(probes === undefined ? {} : { histograms: { queryLatency: encode(probes.latencyUs) } }),
  };
}

type AuditFigures = Pick<
  FailureFigures,
  | 'keysAudited'
  | 'eventsAudited'
  | 'doubleCounted'
  | 'lost'
  | 'misplaced'
  | 'phantom'
  | 'compensated'
  | 'unexplained'
  | 'lateDropped'
  | 'predicted'
  | 'speed'
>;

/** Zeros where nothing was audited: the verdict is UNKNOWN then, and says why. */
export function auditFigures(audited: Audited): AuditFigures {
  if (!('audit' in audited)) {
    const none = { doubleCounted: 0, lost: 0, misplaced: 0, lateDropped: 0 };
    const nothing = { keysAudited: 0, eventsAudited: 0, phantom: 0, compensated: 0, unexplained: 0 };
    return { ...none, ...nothing, predicted: none };
  }
  const { report, prediction, lateDropped, speed } = audited.audit;
  const { keysAudited, eventsAudited, doubleCounted, lost, misplaced, phantom, compensated } = report;
  const atMost = upper(prediction.doubleCounted);
  return {
    keysAudited,
    eventsAudited,
    doubleCounted,
    lost,
    misplaced,
    phantom,
    compensated,
    unexplained: report.unexplained ?? unexplainedKeys(audited.audit),
    lateDropped,
    predicted: {
      doubleCounted: lower(prediction.doubleCounted),
      ...(atMost === lower(prediction.doubleCounted) ? {} : { doubleCountedAtMost: atMost }),
      lost: lower(prediction.lost),
      misplaced: lower(prediction.misplaced),
      lateDropped: lower(prediction.lateDropped),
    },
    ...(speed === undefined
      ? {}
      : {
          speed: {
            doubleCounted: speed.report.doubleCounted,
            lost: speed.report.lost,
            keysAudited: speed.report.keysAudited,
            predicted: { doubleCounted: lower(speed.predictedDoubleCounted), lost: speed.predictedLost ?? 0 },
          },
        }),
  };
}

/**
 * Without a predicted table: keys that are wrong in a way that the prediction, a number of events, does not account
 * for.
 */
function unexplainedKeys({ report, prediction }: FinalAudit): number {
  const { doubleCounted, lost, misplaced } = report;
  const asPredicted =
    doubleCounted >= lower(prediction.doubleCounted) &&
    doubleCounted <= upper(prediction.doubleCounted) &&
    lost >= lower(prediction.lost) &&
    lost <= upper(prediction.lost) &&
    misplaced === prediction.misplaced &&
    report.phantom === 0 &&
    report.compensated === 0;
  return asPredicted ? 0 : report.keysWrong;
}

function marksOf(act: LiveAct, schedule: Schedule, faults: readonly FaultRecord[]): TimelineMark[] {
  const { startMs, endMs } = act.source;
  const lastMs = Math.max(endMs, act.samples.at(-1)?.atMs ?? endMs);
  const phase = (label: string, fromMs: number, toMs: number): TimelineMark => ({
    kind: 'phase',
    label,
    fromMs: fromMs - startMs,
    toMs: toMs - startMs,
  });
  const bands = faults.flatMap(({ trigger, atMs, evidence }): TimelineMark[] => {
    if (atMs === undefined) return [];
    const lastedMs = Math.max(
      evidence.detectedMs ?? 0,
      evidence.firstAnswerMs ?? 0,
      evidence.caughtUpMs ?? 0,
      evidence.lastedMs ?? 0,
    );
    return [{ kind: 'fault', label: trigger, fromMs: atMs, toMs: atMs + lastedMs }];
  });
  return [phase('control', schedule.control.fromMs, schedule.control.toMs), ...bands, phase('drain', endMs, lastMs)];
}

function lower(predicted: Predicted): number {
  return typeof predicted === 'number' ? predicted : predicted.atLeast;
}

function upper(predicted: Predicted): number {
  return typeof predicted === 'number' ? predicted : predicted.atMost;
}
