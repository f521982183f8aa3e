/**
 * What an architecture is predicted to get wrong, from the stream, the arrival times in the log, the ledgers and what
 * faults wrote down: nothing of it is read from the answers.
 */
import type { ImpressionSource } from '../../generators/impression-source.ts';
import { type Labelling, type TallyRows, tally } from '../../generators/oracle.ts';
import type { BatchJobStage, Declaration, StoreName } from '../../substrates/declaration.ts';
import type { EventLogBinding } from '../../substrates/event-log/event-log.ts';
import { spansOfBinding } from '../../substrates/event-log/whole-log.ts';
import type { RowColumns } from '../../substrates/key-value-store/key-value-store.ts';
import { auditAnswers } from '../audit/audit.ts';
import { sumRows } from '../audit/sum-rows.ts';
import type { Predicted, Prediction } from '../audit/verdict.ts';
import type { RunConfig } from '../config/run-config.ts';
import type { RepeatedEvents } from '../faults/fault-director.ts';
import type { RepeatedRun } from '../faults/offer.ts';
import type { FaultEffects } from '../faults/prediction.ts';
import { dropsLateEvents, finalStages, repeatsWrites } from './promises.ts';

export interface PredictionInput {
  source: ImpressionSource;
  declaration: Declaration;
  config: Pick<RunConfig, 'maxOutOfOrderMs' | 'allowedLatenessMs'>;
  log: EventLogBinding;
  repeated: readonly RepeatedEvents[];
  /** What stores have forgotten of what they had acknowledged. */
  lost?: FaultEffects['lost'];
  inDoubt?: FaultEffects['inDoubt'];
  /** What the source has sent twice. */
  repeatedRuns?: readonly RepeatedRun[];
}

/** Prediction, and the whole table where arrival times say it. */
export async function predict(
  input: PredictionInput,
  truth: TallyRows,
  lateDropped: number,
): Promise<{ prediction: Prediction; table: RowColumns | undefined }> {
  const table = await predictedTable(input);
  if (table !== undefined) {
    // What the table itself would be audited as.
    const { doubleCounted, lost, misplaced } = auditAnswers(truth, table);
    return { prediction: { doubleCounted, lost, misplaced, lateDropped: 0, table: true }, table };
  }
  const repeating = finalStages(input.declaration).filter(({ stage }) => repeatsWrites(stage));
  const again = sumRepeated(
    input.repeated,
    repeating.map(({ index }) => index),
  );
  const rise = await riseOf(input, truth, lateDropped);
  const prediction: Prediction = {
    doubleCounted: plus(again, rise.events),
    lost: predictedLoss(input),
    misplaced: 0,
    lateDropped: rise.lateDropped,
    ...(input.inDoubt === undefined ? {} : { inDoubt: input.inDoubt }),
  };
  return { prediction, table: undefined };
}

/** What a batch job counts where, without what its store has forgotten. */
async function predictedTable({ source, declaration, log, lost }: PredictionInput): Promise<RowColumns | undefined> {
  const job = finalStages(declaration).find(({ stage }) => stage.kind === 'batch-job')?.stage as
    | BatchJobStage
    | undefined;
  if (job === undefined) return undefined;
  const spans = await spansOfBinding(log);
  const labelling: Labelling =
    job.bucketBy === 'arrival-time'
      ? { by: 'arrival-time', spans }
      : { by: 'event-time-before-cut-off', cutOffMs: job.cutOffMs, spans };
  const { rows } = tally(source, { labelling });
  const forgotten = lost?.[job.store];
  return forgotten === undefined ? rows : sumRows([{ rows }, { rows: forgotten, minus: true }]);
}

/** What the duplicates of the source bring, in the order of the log; they may also be dropped as late. */
async function riseOf(
  { source, declaration, config, log, repeatedRuns = [] }: PredictionInput,
  truth: TallyRows,
  lateDropped: number,
): Promise<{ events: number; lateDropped: number }> {
  if (repeatedRuns.length === 0) return { events: 0, lateDropped };
  const inLog = tally(source, { labelling: truthLabelling(declaration, config), spans: await spansOfBinding(log) });
  return { events: auditAnswers(truth, inLog.rows).doubleCounted, lateDropped: inLog.lateDroppedEvents };
}

function predictedLoss({ declaration, config, lost }: PredictionInput): Predicted {
  const { answer } = declaration;
  const store = 'store' in answer ? answer.store : 'batch' in answer ? answer.batch : undefined;
  const events = store === undefined ? 0 : eventsIn(lost?.[store]);
  // What comes late is handed over with the total of its key, which brings back what was forgotten of it.
  const heals = config.allowedLatenessMs > 0 && dropsLateEvents(declaration) && events > 0;
  return heals ? { atLeast: 0, atMost: events } : events;
}

/** Lambda's speed store errs as alpha does. */
export async function predictSpeed(
  input: PredictionInput,
  index: number,
  store: StoreName,
): Promise<{ doubleCounted: Predicted; lost: number }> {
  const stage = input.declaration.stages[index];
  const again = stage !== undefined && repeatsWrites(stage) ? sumRepeated(input.repeated, [index]) : 0;
  const rise = (input.repeatedRuns ?? []).reduce((sum, { count }) => sum + count, 0);
  return { doubleCounted: plus(again, rise), lost: eventsIn(input.lost?.[store]) };
}

export function truthLabelling(declaration: Declaration, config: PredictionInput['config']): Labelling {
  if (!dropsLateEvents(declaration)) return { by: 'event-time' };
  const { maxOutOfOrderMs, allowedLatenessMs } = config;
  return { by: 'event-time', drop: { maxOutOfOrderMs, allowedLatenessMs } };
}

function sumRepeated(repeated: readonly RepeatedEvents[], stages: readonly number[]): Predicted {
  let atLeast = 0;
  let atMost = 0;
  for (const entry of repeated) {
    if (!stages.includes(entry.stage)) continue;
    atLeast += entry.atLeast;
    atMost += entry.atMost;
  }
  return atLeast === atMost ? atLeast : { atLeast, atMost };
}

function plus(predicted: Predicted, events: number): Predicted {
  if (typeof predicted === 'number') return predicted + events;
  return { atLeast: predicted.atLeast + events, atMost: predicted.atMost + events };
}

function eventsIn(rows: RowColumns | undefined): number {
  if (rows === undefined) return 0;
  return rows.counter.subarray(0, rows.count).reduce((sum, counter) => sum + counter, 0);
}
