/**
 * Act 3, failure: all architectures at one common rate. A control phase without faults, a crash at the same stream position for all,
 * then one at each one's worst failpoint; then everything is drained and every (tweet, hour) is audited.
 */
import type { Declaration } from '../../substrates/declaration.ts';
import { AuditError } from '../audit/audit.ts';
import { UnansweredError } from '../audit/collect-answers.ts';
import { FaultDirector } from '../faults/fault-director.ts';
import type { FailureAct } from '../results/acts.ts';
import type { ActContext } from './act-context.ts';
import { explainAct, unexplainedEvidence } from './explain-act.ts';
import { exportCounts } from './export-counts.ts';
import { auditFinalAnswers } from './failure-audit.ts';
import { type FailureOptions, figuresOf } from './failure-figures.ts';
import { plannedCrashes, scheduleOf } from './failure-schedule.ts';
import { type Audited, verdictOf } from './failure-verdict.ts';
import { faultRecord } from './fault-record.ts';
import { LiveAct, MAX_GENERATOR_LATENESS_P99_MS } from './live-act.ts';
import { latenessReason } from './steady-act.ts';

/** After the end of the stream everything must have settled within this. */
const SETTLE_LIMIT_MS = 60_000;

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
    const faultRecords = crashes.map((crash) =>
      faultRecord(crash, records, {
        events: act.pipeline.job.events,
        probes: act.prober.log.records,
        startMs: source.startMs,
      }),
    );
    const invalidBecause: string[] = [];
    if (!settled) invalidBecause.push(`not drained ${SETTLE_LIMIT_MS / 1000} s after the end of the stream`);
    if (generator.latenessMs.p99 > MAX_GENERATOR_LATENESS_P99_MS)
      invalidBecause.push(latenessReason(generator.latenessMs.p99));
    context.progress.update({ text: 'auditing every key', fraction: 1 });
    const repeated = faults.repeatedEvents();
    const audited = await audit(context, act, declaration, repeated, faultFolder, invalidBecause);
    const explanation = await explainAct(act, declaration, context.config);
    const unexplained = unexplainedEvidence(act, declaration, explanation, faultRecords);
    const figures = figuresOf(act, options, schedule, faultRecords, audited, explanation);
    const verdict = verdictOf(declaration, audited, crashes, faultRecords, invalidBecause, unexplained);
    const named = { ...figures, verdict: verdict.verdict, verdictReason: verdict.reason };
    if (verdict.verdict !== 'INVALID') return { state: 'measured', ...named };
    return { state: 'invalid', reasons: [verdict.reason], ...named };
  } finally {
    await act.close();
  }
}

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
