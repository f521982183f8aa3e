/**
 * The audit at the end of the failure act: what the log holds, what the truth is, what the architecture answers for
 * every key, and what it was predicted to get wrong.
 */
import { type TallyRows, tally } from '../../generators/oracle.ts';
import type { StoreName } from '../../substrates/declaration.ts';
import { createRows, type RowColumns } from '../../substrates/key-value-store/key-value-store.ts';
import { type AuditReport, auditAnswers } from '../audit/audit.ts';
import { collectAnswers, collectFromStore, neighbouringKeys } from '../audit/collect-answers.ts';
import { heldAndDeleted } from '../audit/held-and-deleted.ts';
import { unionOfKeys } from '../audit/row-order.ts';
import type { Predicted, Prediction } from '../audit/verdict.ts';
import { verifyLog } from '../audit/verify-log.ts';
import type { RunConfig } from '../config/run-config.ts';
import { readDeletedRows } from '../faults/deleted-rows.ts';
import type { Pipeline } from './pipeline.ts';
import { type PredictionInput, predict, predictSpeed, truthLabelling } from './predict.ts';

export interface AuditInput extends PredictionInput {
  config: RunConfig;
  pipeline: Pipeline;
  faultFolder: string;
}

export interface FinalAudit {
  report: AuditReport;
  prediction: Prediction;
  /** The final answers for every key. */
  answers: RowColumns;
  lateDropped: number;
  logVerified: boolean;
  /** Where the log differs from the stream, if it does. */
  logDifference: string | undefined;
  speed: SpeedAudit | undefined;
}

/** A speed store by itself, deleted hours included. */
export interface SpeedAudit {
  report: AuditReport;
  predictedDoubleCounted: Predicted;
  predictedLost?: number;
}

export async function auditFinalAnswers(input: AuditInput): Promise<FinalAudit> {
  const { source, declaration, config, pipeline } = input;
  const logDifference = await differenceOfLog(input);
  const truth = tally(source, { labelling: truthLabelling(declaration, config) });
  const answers = await finalAnswers(input, truth.rows);
  const { prediction, table } = await predict(input, truth.rows, truth.lateDroppedEvents);
  const report = auditAnswers(truth.rows, answers, table);
  const lateDropped = pipeline.job
    .status()
    .partitions.reduce((sum, { lateDroppedEvents }) => sum + lateDroppedEvents, 0);
  return {
    report,
    prediction,
    answers,
    lateDropped,
    logVerified: logDifference === undefined,
    logDifference,
    speed: await auditSpeed(input),
  };
}

/** Where the log differs from what the stream says it should hold. */
async function differenceOfLog({ source, log, pipeline, repeatedRuns = [] }: AuditInput): Promise<string | undefined> {
  const opened = await pipeline.runtime.openLog(log);
  try {
    for (let partition = 0; partition < source.partitions; partition++) {
      const twice = repeatedRuns.filter((run) => run.partition === partition);
      const declared = twice.map(({ firstSequence, count }) => ({ kind: 'duplicate' as const, firstSequence, count }));
      const found = await verifyLog(source, opened, partition, declared);
      if (!found.verified) return found.firstDifference;
      const events = source.length(partition) + twice.reduce((sum, { count }) => sum + count, 0);
      if (found.events !== events || !found.ended) {
        return `partition ${partition} holds ${found.events} of ${events} impressions`;
      }
    }
    return undefined;
  } finally {
    await opened.close();
  }
}

/** The answers for every key of the truth, its neighbours in time, and every key that a store holds. */
async function finalAnswers({ source, declaration, pipeline }: AuditInput, truth: TallyRows): Promise<RowColumns> {
  let extra = neighbouringKeys(truth, source.hourMs);
  const answer = declaration.answer;
  const names: StoreName[] = 'store' in answer ? [answer.store] : 'batch' in answer ? [answer.batch, answer.speed] : [];
  for (const name of names) {
    const store = pipeline.stores[name];
    if (store !== undefined) extra = unionOfKeys(extra, await collectFromStore(store, 0, Number.MAX_SAFE_INTEGER));
  }
  return withoutZeros(await collectAnswers(pipeline.query, truth, extra));
}

/** Drops rows of 0: a key that is not there. */
function withoutZeros(rows: RowColumns): RowColumns {
  const kept = createRows(rows.count);
  for (let row = 0; row < rows.count; row++) {
    if (rows.counter[row] === 0 && rows.fingerprint[row] === 0) continue;
    const to = kept.count++;
    kept.tweetIdLo[to] = rows.tweetIdLo[row] as number;
    kept.tweetIdHi[to] = rows.tweetIdHi[row] as number;
    kept.hourStartMs[to] = rows.hourStartMs[row] as number;
    kept.counter[to] = rows.counter[row] as number;
    kept.fingerprint[to] = rows.fingerprint[row] as number;
  }
  return kept;
}

/** Lambda's speed store by itself: it counts what alpha counts, until an hour is deleted. */
async function auditSpeed(input: AuditInput): Promise<SpeedAudit | undefined> {
  const { declaration, source, pipeline, faultFolder } = input;
  const index = declaration.stages.findIndex((stage) => stage.kind === 'increment-store' && stage.store === 'speed');
  const store = pipeline.stores.speed;
  if (index === -1 || store === undefined) return undefined;
  const truth = tally(source, { labelling: { by: 'event-time' } });
  const held = await collectFromStore(store, 0, Number.MAX_SAFE_INTEGER);
  const deleted = await readDeletedRows(pipeline.runtime.files, faultFolder, index);
  const { doubleCounted, lost } = await predictSpeed(input, index, 'speed');
  return {
    report: auditAnswers(truth.rows, heldAndDeleted(held, deleted)),
    predictedDoubleCounted: doubleCounted,
    predictedLost: lost,
  };
}
