/**
 * Act 3, failure: all architectures at one common rate. A control phase without faults, then the faults of the run;
 * everything is healed and drained, and every (tweet, hour) is audited against what was predicted.
 */
import type { Declaration } from '../../substrates/declaration.ts';
import { JobFailedError } from '../../substrates/stream-engine/stream-engine.ts';
import { AuditError } from '../audit/audit.ts';
import { UnansweredError } from '../audit/collect-answers.ts';
import { FaultDirector } from '../faults/fault-director.ts';
import type { FaultEffects } from '../faults/prediction.ts';
import type { FailureAct } from '../results/acts.ts';
import type { ActContext } from './act-context.ts';
import { ActFaults, type PlannedFaults, planFaults } from './act-faults.ts';
import { explainAct, unexplainedEvidence } from './explain-act.ts';
import { exportCounts } from './export-counts.ts';
import { type AuditInput, auditFinalAnswers } from './failure-audit.ts';
import { type FailureOptions, figuresOf } from './failure-figures.ts';
import { type Audited, verdictOnFailStop, verdictOnFaults } from './failure-verdict.ts';
import { LiveAct, MAX_GENERATOR_LATENESS_P99_MS } from './live-act.ts';
import { latenessReason } from './steady-act.ts';
import { unplannedSilence } from './unplanned-restarts.ts';

/** After the end of the stream everything must have settled within this. */
const SETTLE_LIMIT_MS = 60_000;

/** How the act went until everything was settled. */
interface Course {
  invalidBecause: string[];
  /** The job refused to go on. */
  failStop?: string;
}

export async function runFailure(context: ActContext, options: FailureOptions): Promise<FailureAct> {
  const { declaration } = options;
  const planned = await planFaults(context, declaration, options.source);
  const { act, director, faultFolder } = await openAct(context, declaration, planned);
  let faults: ActFaults | undefined;
  try {
    faults = await ActFaults.arm(context, act, director, declaration, planned);
    const course = await take(context, act, faults);
    const { invalidBecause } = course;
    const records = await faults.records();
    context.progress.update({ text: 'auditing every key', fraction: 1 });
    const effects = await faults.effects();
    const audited: Audited =
      course.failStop === undefined
        ? await audit(context, act, declaration, effects, planned, faultFolder, invalidBecause)
        : { failure: course.failStop, seconds: 0 };
    const explanation = await explainAct(act, declaration, context.config);
    const outcomes = faults.outcomes();
    const unexplained = unexplainedEvidence(act, declaration, explanation, records, outcomes);
    const named = records.map(({ trigger, bit }) => ({ name: trigger, bit }));
    const figures = figuresOf(act, options, planned.schedule, records, audited, explanation);
    const verdict = outcomes.includes('fail-stop')
      ? verdictOnFailStop(course.failStop, named, invalidBecause)
      : verdictOnFaults(declaration, audited, named, invalidBecause, unexplained, outcomes);
    const judged = { ...figures, verdict: verdict.verdict, verdictReason: verdict.reason };
    if (verdict.verdict !== 'INVALID') return { state: 'measured', ...judged };
    return { state: 'invalid', reasons: [verdict.reason], ...judged };
  } finally {
    if (context.injections !== undefined) context.injections.handler = undefined;
    await faults?.heal();
    await act.close();
  }
}

async function openAct(
  context: ActContext,
  declaration: Declaration,
  { source, offer }: PlannedFaults,
): Promise<{ act: LiveAct; director: FaultDirector; faultFolder: string }> {
  let director: FaultDirector | undefined;
  let faultFolder = '';
  const act = await LiveAct.open(context, {
    name: 'failure',
    declaration,
    source,
    repeated: offer.repeated,
    faults: (runtime, folder) => {
      director = new FaultDirector(runtime, folder, [], declaration.stages.length);
      faultFolder = folder;
      return { binding: director.binding(), supervisor: director };
    },
  });
  if (director === undefined) throw new Error('the pipeline was opened without its fault director');
  return { act, director, faultFolder };
}

/** Offers the stream, waits until everything is settled, and heals. */
async function take(context: ActContext, act: LiveAct, faults: ActFaults): Promise<Course> {
  const invalidBecause: string[] = [];
  if (context.injections !== undefined) context.injections.handler = (request) => faults.inject(request);
  try {
    const generator = await act.offer();
    context.progress.update({ text: 'draining', fraction: 1 });
    let settled = await act.drain(SETTLE_LIMIT_MS);
    await faults.heal();
    // A fault that outlasts the limit must not be what keeps the counts from being right.
    if (!settled) settled = await act.drain(SETTLE_LIMIT_MS);
    await act.stopSampling();
    if (!faults.silencesWorkers()) invalidBecause.push(...unplannedSilence(act.pipeline.job.events));
    if (!settled) invalidBecause.push(`not drained ${SETTLE_LIMIT_MS / 1000} s after the end of the stream`);
    const mayBeLate = context.countsOnly === true || faults.stallsGenerator();
    if (!mayBeLate && generator.latenessMs.p99 > MAX_GENERATOR_LATENESS_P99_MS)
      invalidBecause.push(latenessReason(generator.latenessMs.p99));
    return { invalidBecause };
  } catch (error) {
    if (!(error instanceof JobFailedError) || !faults.outcomes().includes('fail-stop')) throw error;
    await act.stopSampling();
    return { invalidBecause, failStop: error.message };
  }
}

async function audit(
  context: ActContext,
  act: LiveAct,
  declaration: Declaration,
  effects: FaultEffects,
  { offer }: PlannedFaults,
  faultFolder: string,
  invalidBecause: string[],
): Promise<Audited> {
  const { clock } = act.pipeline.runtime;
  const startMs = clock.nowMs();
  const seconds = (): number => (clock.nowMs() - startMs) / 1000;
  const { config } = context;
  const { source, pipeline, log } = act;
  const input: AuditInput = { source, declaration, config, pipeline, log, ...effects, faultFolder };
  try {
    const found = await auditFinalAnswers({ ...input, repeatedRuns: offer.repeated });
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
