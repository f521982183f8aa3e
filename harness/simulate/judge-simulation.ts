/**
 * The verdict on a simulation: final answers against truth and prediction, the speed store by itself, and every answer
 * that was given while the pipeline ran.
 */
import type { ImpressionSource } from '../../generators/impression-source.ts';
import type { Declaration, Stage } from '../../substrates/declaration.ts';
import { auditAnswers } from '../audit/audit.ts';
import { type Judgement, judge, type Predicted, type Prediction } from '../audit/verdict.ts';
import type { Bite } from '../faults/worker/worker-fault.ts';
import { answeringStages, explainableAnswers } from '../measure/explain-truth.ts';
import { describeBadAnswer, type Explanation, explainAnswers, inexcusable } from '../measure/explainer.ts';
import { finalStages, promisesExactness, repeatsWrites } from '../run/promises.ts';
import type { MemoryOutcome } from './memory-run.ts';
import type { SimulationPlan } from './plan.ts';
import type { Played } from './played.ts';

export function judgeSimulation(plan: SimulationPlan, source: ImpressionSource, played: Played): Judgement {
  const { outcome } = played;
  const verdicts = [
    judgeFinalAnswers(plan.declaration, outcome),
    judgeSpeedStore(plan.declaration, outcome),
    judgeRunningAnswers(plan, source, played),
  ].filter((judgement) => judgement !== undefined);
  const bad = verdicts.find(({ verdict }) => verdict !== 'EXACT' && verdict !== 'EXPECTED-ERROR');
  if (bad !== undefined) return bad;
  const reason = verdicts.map((judgement) => judgement.reason).join('; ');
  return { verdict: verdicts.every(({ verdict }) => verdict === 'EXACT') ? 'EXACT' : 'EXPECTED-ERROR', reason };
}

function judgeFinalAnswers(declaration: Declaration, outcome: MemoryOutcome): Judgement {
  const { report, status } = outcome;
  return judge({
    report,
    lateDropped: status.partitions.reduce((sum, partition) => sum + partition.lateDroppedEvents, 0),
    predicted: predict(declaration, outcome),
    promises: { exact: promisesExactness(declaration) },
    faults: [],
    invalidBecause: [],
  });
}

function predict(declaration: Declaration, outcome: MemoryOutcome): Prediction {
  const { truth, predicted } = outcome;
  if (predicted !== undefined) {
    // What the table itself would be audited as.
    const { doubleCounted, lost, misplaced } = auditAnswers(truth.rows, predicted.rows);
    return { doubleCounted, lost, misplaced, lateDropped: 0, table: true };
  }
  const stages = finalStages(declaration).map(({ index }) => index);
  const doubleCounted = doubledIn(declaration, outcome, stages);
  return { doubleCounted, lost: 0, misplaced: 0, lateDropped: truth.lateDroppedEvents };
}

/**
 * What the stages have counted twice: what was written again after a crash, what the log delivered again, and what was
 * sent again because its reply was lost. If a worker died then, the two may be the same events, or may not have come
 * to be written at all.
 */
function doubledIn(
  { stages }: Declaration,
  { repeated, bites, events }: MemoryOutcome,
  indices: readonly number[],
): Exclude<Predicted, number> {
  const sum = { atLeast: 0, atMost: 0 };
  for (const index of indices) {
    const stage = stages[index];
    if (stage === undefined || !repeatsWrites(stage)) continue;
    sum.atLeast += repeated[index]?.atLeast ?? 0;
    sum.atMost += repeated[index]?.atMost ?? 0;
    const again = bites.filter((bite) => bite.stage === index && (bite.events ?? 0) > 0);
    const certain = !events.some((event) => event.kind === 'silent' || (event.kind === 'exited' && event.code !== 0));
    for (const bite of again.filter((one) => isDoubling(one, stage))) {
      sum.atMost += bite.events ?? 0;
      if (certain) sum.atLeast += bite.events ?? 0;
    }
  }
  return sum;
}

/** Windows know what they were given before; a reply can be lost of whatever writes. */
function isDoubling({ id }: Bite, stage: Stage): boolean {
  return !id.endsWith('duplicate-delivery') || stage.kind === 'increment-store';
}

/** Lambda's speed store by itself: it counts what alpha counts, until an hour is deleted. */
function judgeSpeedStore(declaration: Declaration, outcome: MemoryOutcome): Judgement | undefined {
  const { stages } = declaration;
  const { speed } = outcome;
  if (speed === undefined) return undefined;
  const index = stages.findIndex((stage) => stage.kind === 'increment-store' && stage.store === 'speed');
  const stage = stages[index];
  const repeats = stage !== undefined && repeatsWrites(stage);
  const { verdict, reason } = judge({
    report: speed,
    lateDropped: 0,
    predicted: { doubleCounted: doubledIn(declaration, outcome, [index]), lost: 0, misplaced: 0, lateDropped: 0 },
    promises: { exact: !repeats },
    faults: [],
    invalidBecause: [],
  });
  return { verdict, reason: `speed store: ${reason}` };
}

/**
 * Every answer is a prefix of what came, but where a predicted double count excuses it, and none takes back another.
 */
function judgeRunningAnswers(plan: SimulationPlan, source: ImpressionSource, played: Played): Judgement | undefined {
  const { tweets, answers, outcome } = played;
  if (answers.length === 0) return undefined;
  const truth = explainableAnswers(source, tweets, plan.declaration, plan.settings, outcome.spans);
  if (truth === undefined) return { verdict: 'UNKNOWN', reason: 'nobody knows what answers may equal' };
  const explanation = explainAnswers(answers, truth);
  const bad = inexcusable(explanation, excusedAfterMs(plan.declaration, outcome));
  const [first] = bad;
  if (first !== undefined) {
    const spell = (tweet: number): string => {
      const { tweetIdLo, tweetIdHi } = tweets[tweet] as (typeof tweets)[number];
      return source.spell(tweetIdLo, tweetIdHi);
    };
    const reason = `${bad.length} answers are unexplained: ${describeBadAnswer(first, spell, source.startMs)}`;
    return { verdict: 'VIOLATION', reason };
  }
  if (explanation.regressions > 0 && !mayRegress(plan, outcome)) {
    return { verdict: 'VIOLATION', reason: `${explanation.regressions} answers are less than the one before` };
  }
  return { verdict: 'EXACT', reason: inWords(explanation) };
}

function inWords({ explained, empty, unexplained, ahead }: Explanation): string {
  const errors = unexplained + ahead;
  return `${explained + empty} answers explained${errors > 0 ? `, ${errors} after a predicted double count` : ''}`;
}

/** From here on a predicted double count may show: the first time that something could be written again. */
function excusedAfterMs(declaration: Declaration, outcome: MemoryOutcome): number {
  const { events, bites } = outcome;
  const stages = answeringStages(declaration).map((stage) => declaration.stages.indexOf(stage));
  if (doubledIn(declaration, outcome, stages).atMost === 0) return Number.POSITIVE_INFINITY;
  const again = events.filter((event) => event.kind === 'exited' || event.kind === 'silent');
  return Math.min(...[...again, ...bites].map(({ atMs }) => atMs));
}

/**
 * State goes back to its checkpoint with a crash, and lambda from its speed view to what the batch job says. A batch
 * job that has lost its position publishes all hours again.
 */
function mayRegress({ declaration, faults }: SimulationPlan, { events }: MemoryOutcome): boolean {
  const { from } = declaration.answer;
  if (from === 'batch-over-speed') return true;
  if (from === 'published-hours') return faults.some(({ kind }) => kind === 'checkpoints-lost');
  return from !== 'store' && events.some((event) => event.kind === 'exited' || event.kind === 'silent');
}
