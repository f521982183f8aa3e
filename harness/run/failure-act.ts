/**
 * Act 3, failure: all architectures at one common rate. A control phase without faults, a crash at the same stream position for all,
 * then one at each one's worst failpoint; then everything is drained and every (tweet, hour) is audited.
 */
import type { ImpressionSource } from '../../generators/impression-source.ts';
import type { Declaration } from '../../substrates/declaration.ts';
import type { JobEvent } from '../../substrates/stream-engine/stream-engine.ts';
import { AuditError } from '../audit/audit.ts';
import { UnansweredError } from '../audit/collect-answers.ts';
import { judge, type Predicted, type Verdict } from '../audit/verdict.ts';
import { type CrashRecord, crashesOf, describeCrash, type PlannedCrash } from '../faults/crash-plan.ts';
import { FaultDirector } from '../faults/fault-director.ts';
import type { FailureAct, FailureFigures, FaultRecord } from '../results/acts.ts';
import type { TimelineMark } from '../results/figures.ts';
import type { ActContext } from './act-context.ts';
import { exportCounts } from './export-counts.ts';
import { auditFinalAnswers, type FinalAudit } from './failure-audit.ts';
import { LiveAct, MAX_GENERATOR_LATENESS_P99_MS } from './live-act.ts';
import { definedOnly, freshnessOf, queryLatencyOf, type Span, storeLoadsOf, timelineOf } from './live-figures.ts';
import { promisesExactness } from './promises.ts';
import { encode, latenessReason } from './steady-act.ts';

/** After the end of the stream everything must have settled within this. */
const SETTLE_LIMIT_MS = 60_000;

/** When things happen in the act, from the stream's start. */
interface Schedule {
  control: Span;
  /** The first crash's stream position, and from where the second is armed. */
  positionMs: number;
  worstFromMs: number;
}

/** The second half has the faults; the control phase is the first, but for the first hour in which batch and beta have no answer. */
function scheduleOf(source: ImpressionSource): Schedule {
  const { startMs, endMs } = source;
  // A trace may be over in less than two hours.
  const hourMs = Math.min(source.hourMs, (endMs - startMs) / 2);
  const hours = Math.round((endMs - startMs) / hourMs);
  const faultHourMs = startMs + Math.floor(hours / 2) * hourMs;
  return {
    control: { fromMs: Math.min(startMs + hourMs, faultHourMs - hourMs / 2), toMs: faultHourMs },
    positionMs: faultHourMs + 0.4 * hourMs,
    worstFromMs: faultHourMs + 0.6 * hourMs,
  };
}

export interface FailureOptions {
  declaration: Declaration;
  source: ImpressionSource;
  commonRatePerSecond: number;
  distinctPerEvent: number;
}

export async function runFailure(context: ActContext, options: FailureOptions): Promise<FailureAct> {
  const { declaration, source } = options;
  const schedule = scheduleOf(source);
  const crashes = context.config.faults === 'none' ? [] : plannedCrashes(declaration, source, schedule);
  let director: FaultDirector | undefined;
  let faultFolder = '';
  const act = await LiveAct.open(context, {
    name: 'failure',
    declaration,
    source,
    faults: (runtime, folder) => {
      director = new FaultDirector(runtime, folder, crashes, declaration.stages.length);
      faultFolder = folder;
      return { binding: director.binding(), supervisor: director };
    },
  });
  const faults = director as FaultDirector | undefined;
  if (faults === undefined) throw new Error('the pipeline was opened without its fault director');
  try {
    act.pipeline.job.onEvent((event) => faults.onEvent(event));
    const generator = await act.offer();
    context.progress.update({ text: 'draining', fraction: 1 });
    const settled = await act.drain(SETTLE_LIMIT_MS);
    await act.stopSampling();
    const records = await faults.records();
    const faultRecords = crashes.map((crash) => faultRecord(act, crash, records));
    const invalidBecause: string[] = [];
    if (!settled) invalidBecause.push(`not drained ${SETTLE_LIMIT_MS / 1000} s after the end of the stream`);
    if (generator.latenessMs.p99 > MAX_GENERATOR_LATENESS_P99_MS)
      invalidBecause.push(latenessReason(generator.latenessMs.p99));
    context.progress.update({ text: 'auditing every key', fraction: 1 });
    const repeated = faults.repeatedEvents();
    const audited = await audit(context, act, declaration, repeated, faultFolder, invalidBecause);
    const figures = figuresOf(act, options, schedule, faultRecords, audited);
    const verdict = verdictOf(declaration, audited, crashes, faultRecords, invalidBecause);
    const named = { ...figures, verdict: verdict.verdict, verdictReason: verdict.reason };
    if (verdict.verdict !== 'INVALID') return { state: 'measured', ...named };
    return { state: 'invalid', reasons: [verdict.reason], ...named };
  } finally {
    await act.close();
  }
}

function plannedCrashes(declaration: Declaration, source: ImpressionSource, schedule: Schedule): PlannedCrash[] {
  const lengths = Array.from({ length: source.partitions }, (_, partition) => source.length(partition));
  const victim = lengths.indexOf(Math.max(...lengths));
  // A stream may be so short that nothing is left after that time: the last impression is always there to be reached.
  const offsetAt = (timeMs: number): number => Math.min(source.dueBy(victim, timeMs), source.length(victim) - 1);
  return crashesOf(declaration, victim, offsetAt(schedule.positionMs), offsetAt(schedule.worstFromMs));
}

type Audited = { audit: FinalAudit; seconds: number } | { failure: string; seconds: number };

async function audit(
  context: ActContext,
  act: LiveAct,
  declaration: Declaration,
  repeated: Parameters<typeof auditFinalAnswers>[0]['repeated'],
  faultFolder: string,
  invalidBecause: string[],
): Promise<Audited> {
  const { clock } = act.pipeline.runtime;
  const startMs = clock.nowMs();
  const seconds = (): number => (clock.nowMs() - startMs) / 1000;
  const { config } = context;
  const { source, pipeline, log } = act;
  try {
    const found = await auditFinalAnswers({ source, declaration, config, pipeline, log, repeated, faultFolder });
    if (found.logDifference !== undefined) invalidBecause.push(`the log is not the stream: ${found.logDifference}`);
    const auditSeconds = seconds();
    if (config.exportCounts !== undefined) {
      await exportCounts(config.exportCounts, declaration.name, source, found.answers);
    }
    return { audit: found, seconds: auditSeconds };
  } catch (error) {
    if (!(error instanceof UnansweredError) && !(error instanceof AuditError)) throw error;
    return { failure: error.message, seconds: seconds() };
  }
}

function verdictOf(
  declaration: Declaration,
  audited: Audited,
  crashes: readonly PlannedCrash[],
  records: readonly FaultRecord[],
  invalidBecause: readonly string[],
): { verdict: Verdict; reason: string } {
  const faults = crashes.map((crash, i) => ({
    name: describeCrash(crash),
    evidence: records[i]?.bit === true ? [records[i]] : [],
  }));
  const promises = { exact: promisesExactness(declaration) };
  if ('failure' in audited) {
    const predicted = { doubleCounted: 0, lost: 0, misplaced: 0, lateDropped: 0 };
    const { failure } = audited;
    return judge({ report: undefined, failure, lateDropped: 0, predicted, promises, faults, invalidBecause });
  }
  const { report, lateDropped, prediction: predicted, speed } = audited.audit;
  const verdict = judge({ report, lateDropped, predicted, promises, faults, invalidBecause });
  if (speed === undefined || (verdict.verdict !== 'EXACT' && verdict.verdict !== 'EXPECTED-ERROR')) return verdict;
  const ofSpeed = judge({
    report: speed.report,
    lateDropped: 0,
    predicted: { doubleCounted: speed.predictedDoubleCounted, lost: 0, misplaced: 0, lateDropped: 0 },
    promises: { exact: false },
    faults,
    invalidBecause,
  });
  const reason = `${verdict.reason}; speed store ${ofSpeed.reason}`;
  if (ofSpeed.verdict === 'EXACT') return { ...verdict, reason };
  return { verdict: ofSpeed.verdict, reason };
}

/** What shows that a crash happened, and how long it was felt. */
function faultRecord(act: LiveAct, crash: PlannedCrash, records: readonly CrashRecord[]): FaultRecord {
  const trigger = describeCrash(crash);
  const record = records.find(({ id }) => id === crash.id);
  const events = act.pipeline.job.events;
  const exit = events.find(
    (event): event is JobEvent & { kind: 'exited' } =>
      record !== undefined && event.kind === 'exited' && event.worker === record.worker && event.epoch === record.epoch,
  );
  if (record === undefined || exit?.signal !== 'SIGKILL') return { kind: 'crash', trigger, bit: false, evidence: {} };
  const after = events.filter((event) => event.worker === record.worker && event.epoch > record.epoch);
  // The first successor that came so far: one that crashed itself while it restored never does.
  const successor = after.find((event) => event.kind === 'caught-up')?.epoch;
  const caughtUp = after.filter((event) => event.kind === 'caught-up').filter(({ epoch }) => epoch === successor);
  const answered = act.prober.log.records.find(
    (probe) => probe.sentMs >= exit.atMs && probe.answeredPartitions === probe.partitions,
  );
  const { startMs } = act.source;
  return {
    kind: 'crash',
    trigger,
    at: { partition: record.partition, offset: record.offset },
    atMs: Math.max(0, record.atMs - startMs),
    bit: true,
    evidence: {
      signal: exit.signal,
      failpoint: crash.failpoint,
      hit: record.hit,
      detectedMs: Math.max(0, exit.atMs - record.atMs),
      ...(answered === undefined ? {} : { firstAnswerMs: answered.atMs - record.atMs }),
      ...(caughtUp.length === 0
        ? {}
        : {
            replayedEvents: caughtUp.reduce((sum, event) => sum + event.replayedEvents, 0),
            caughtUpMs: Math.max(...caughtUp.map(({ atMs }) => atMs)) - record.atMs,
          }),
    },
  };
}

type UnjudgedFigures = Omit<FailureFigures, 'verdict' | 'verdictReason'>;

function figuresOf(
  act: LiveAct,
  options: FailureOptions,
  schedule: Schedule,
  faults: FaultRecord[],
  audited: Audited,
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
    unavailable: { probes: unavailableProbes, share: probes === undefined ? 0 : unavailableProbes / probes.probes },
    recoveryMs: definedOnly({
      detected: worst('detectedMs'),
      firstAnswer: worst('firstAnswerMs'),
      caughtUp: worst('caughtUpMs'),
    }),
    auditSeconds: audited.seconds,
    logVerified: 'audit' in audited && audited.audit.logVerified,
    timeline: timelineOf(act, marksOf(act, schedule, faults)),
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
function auditFigures(audited: Audited): AuditFigures {
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
            predicted: { doubleCounted: lower(speed.predictedDoubleCounted), lost: 0 },
          },
        }),
  };
}

/** Without a predicted table: keys that are wrong in a way that the prediction, a number of events, does not account for. */
function unexplainedKeys({ report, prediction }: FinalAudit): number {
  const { doubleCounted, lost, misplaced } = report;
  const asPredicted =
    doubleCounted >= lower(prediction.doubleCounted) &&
    doubleCounted <= upper(prediction.doubleCounted) &&
    lost === prediction.lost &&
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
    const lastedMs = Math.max(evidence.detectedMs ?? 0, evidence.firstAnswerMs ?? 0, evidence.caughtUpMs ?? 0);
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
