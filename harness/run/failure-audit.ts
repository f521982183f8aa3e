/**
 * The audit at the end of the failure act: what the log holds, what the truth is, what the architecture answers for every key, what it
 * was predicted to get wrong, and the verdict.
 */

import type { ImpressionSource } from '../../generators/impression-source.ts';
import type { ArrivalSpan, TallyRows } from '../../generators/oracle.ts';
import { type Labelling, tally } from '../../generators/oracle.ts';
import type { BatchJobStage, Declaration, StoreName } from '../../substrates/declaration.ts';
import type { EventLogBinding } from '../../substrates/event-log/event-log.ts';
import { readArrivalSpans } from '../../substrates/event-log/files/arrival-spans.ts';
import { createRows, type RowColumns } from '../../substrates/key-value-store/key-value-store.ts';
import { type AuditReport, auditAnswers } from '../audit/audit.ts';
import { collectAnswers, collectFromStore, neighbouringKeys } from '../audit/collect-answers.ts';
import { unionOfKeys } from '../audit/row-order.ts';
import type { Predicted, Prediction } from '../audit/verdict.ts';
import { verifyLog } from '../audit/verify-log.ts';
import type { RunConfig } from '../config/run-config.ts';
import { readDeletedRows } from '../faults/deleted-rows.ts';
import type { RepeatedEvents } from '../faults/fault-director.ts';
import type { Pipeline } from './pipeline.ts';
import { dropsLateEvents, finalStages, repeatsWrites } from './promises.ts';

export interface AuditInput {
  source: ImpressionSource;
  declaration: Declaration;
  config: RunConfig;
  pipeline: Pipeline;
  log: EventLogBinding;
  repeated: readonly RepeatedEvents[];
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
}

export async function auditFinalAnswers(input: AuditInput): Promise<FinalAudit> {
  const { source, declaration, config, pipeline } = input;
  const logDifference = await differenceOfLog(input);
  const truth = tally(source, { labelling: truthLabelling(declaration, config) });
  const answers = await finalAnswers(input, truth.rows);
  const job = finalStages(declaration).find(({ stage }) => stage.kind === 'batch-job')?.stage as
    | BatchJobStage
    | undefined;
  const table = job === undefined ? undefined : tally(source, { labelling: await batchLabelling(input.log, job) });
  const report = auditAnswers(truth.rows, answers, table?.rows);
  const lateDropped = pipeline.job
    .status()
    .partitions.reduce((sum, { lateDroppedEvents }) => sum + lateDroppedEvents, 0);
  return {
    report,
    prediction: predict(input, truth.rows, truth.lateDroppedEvents, table?.rows),
    answers,
    lateDropped,
    logVerified: logDifference === undefined,
    logDifference,
    speed: await auditSpeed(input),
  };
}

/** Where the log differs from what the stream says it should hold. */
async function differenceOfLog({ source, log, pipeline }: AuditInput): Promise<string | undefined> {
  const opened = await pipeline.runtime.openLog(log);
  try {
    for (let partition = 0; partition < source.partitions; partition++) {
      const found = await verifyLog(source, opened, partition);
      if (!found.verified) return found.firstDifference;
      if (found.events !== source.length(partition) || !found.ended) {
        return `partition ${partition} holds ${found.events} of ${source.length(partition)} impressions`;
      }
    }
    return undefined;
  } finally {
    await opened.close();
  }
}

function truthLabelling(declaration: Declaration, config: RunConfig): Labelling {
  if (!dropsLateEvents(declaration)) return { by: 'event-time' };
  const { maxOutOfOrderMs, allowedLatenessMs } = config;
  return { by: 'event-time', drop: { maxOutOfOrderMs, allowedLatenessMs } };
}

/** What the batch job counts where, from the arrival times that the log has recorded. */
async function batchLabelling(log: EventLogBinding, job: BatchJobStage): Promise<Labelling> {
  const spans: ArrivalSpan[][] = [];
  for (let partition = 0; partition < log.partitions; partition++) {
    if (log.kind !== 'files') throw new Error(`arrival times cannot be read from a ${log.kind} log`);
    spans.push((await readArrivalSpans(log, partition)).spans);
  }
  if (job.bucketBy === 'arrival-time') return { by: 'arrival-time', spans };
  return { by: 'event-time-before-cut-off', cutOffMs: job.cutOffMs, spans };
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

function predict(input: AuditInput, truth: TallyRows, lateDropped: number, table: TallyRows | undefined): Prediction {
  if (table !== undefined) {
    // What the table itself would be audited as.
    const { doubleCounted, lost, misplaced } = auditAnswers(truth, table);
    return { doubleCounted, lost, misplaced, lateDropped: 0, table: true };
  }
  const repeating = finalStages(input.declaration).filter(({ stage }) => repeatsWrites(stage));
  return {
    doubleCounted: sumRepeated(
      input.repeated,
      repeating.map(({ index }) => index),
    ),
    lost: 0,
    misplaced: 0,
    lateDropped,
  };
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

/** Lambda's speed store by itself: it counts what alpha counts, until an hour is deleted. */
async function auditSpeed(input: AuditInput): Promise<SpeedAudit | undefined> {
  const { declaration, source, pipeline, repeated, faultFolder } = input;
  const index = declaration.stages.findIndex((stage) => stage.kind === 'increment-store' && stage.store === 'speed');
  const store = pipeline.stores.speed;
  const stage = declaration.stages[index];
  if (stage === undefined || store === undefined) return undefined;
  const truth = tally(source, { labelling: { by: 'event-time' } });
  const held = await collectFromStore(store, 0, Number.MAX_SAFE_INTEGER);
  const deleted = await readDeletedRows(pipeline.runtime.files, faultFolder, index);
  return {
    report: auditAnswers(truth.rows, concat(held, deleted)),
    predictedDoubleCounted: repeatsWrites(stage) ? sumRepeated(repeated, [index]) : 0,
  };
}

function concat(one: RowColumns, other: RowColumns): RowColumns {
  const rows = createRows(one.count + other.count);
  for (const [part, at] of [
    [one, 0],
    [other, one.count],
  ] as const) {
    rows.tweetIdLo.set(part.tweetIdLo.subarray(0, part.count), at);
    rows.tweetIdHi.set(part.tweetIdHi.subarray(0, part.count), at);
    rows.hourStartMs.set(part.hourStartMs.subarray(0, part.count), at);
    rows.counter.set(part.counter.subarray(0, part.count), at);
    rows.fingerprint.set(part.fingerprint.subarray(0, part.count), at);
  }
  rows.count = one.count + other.count;
  return rows;
}
