/**
 * The audit: final answers against exact truth, key by key, in both directions.
 *
 * For each (tweet, hour) d = answer − truth. Over and under are summed apart, never netted, and a count that is right
 * by accident is unmasked by its fingerprint. The checker is pure: it knows neither the architecture nor the faults
 * of the run. Truth and answers are merged tweet by tweet, because whether an impression is lost or only in the wrong
 * hour shows in the whole tweet.
 */
import type { RowColumns } from '../../substrates/key-value-store/key-value-store.ts';
import { sortedRows } from './row-order.ts';

/** What is wrong with a key. */
export type KeyError = 'doubled' | 'lost' | 'misplaced' | 'phantom' | 'compensated';

/** A counter's value: impressions, and the sum of their fingerprints (wrapping at 32 bits). */
export interface CounterValue {
  counter: number;
  fingerprint: number;
}

/** A key whose answer differs from what was expected. */
export interface WrongKey {
  tweetIdLo: number;
  tweetIdHi: number;
  hourStartMs: number;
  error: KeyError;
  expected: CounterValue;
  found: CounterValue;
}

export interface AuditReport {
  /** Keys of the truth with at least one impression; unit: (tweet, hour) keys. */
  keysAudited: number;
  /** Impressions in the truth. */
  eventsAudited: number;
  /** Σ over of tweets that the stream has, without `misplaced`; unit: impressions. */
  doubleCounted: number;
  /** Σ under, without `misplaced`; unit: impressions. */
  lost: number;
  /**
   * Impressions counted in another hour of their tweet: where the tweet's sums over all hours, count and fingerprint,
   * are right.
   */
  misplaced: number;
  /** Impressions counted for tweets that the stream never had in any hour. */
  phantom: number;
  /** Keys whose count is right and fingerprint wrong; unit: keys. */
  compensated: number;
  /** Keys whose count or fingerprint is wrong, keys outside the truth included. */
  keysWrong: number;
  /** Keys that differ from the predicted table in count or fingerprint, either way; absent without a prediction. */
  unexplained?: number;
  /** The wrong keys with the greatest |d|, at most `MAX_WORST_KEYS`, worst first. */
  worst: WrongKey[];
}

export interface TableComparison {
  /** Keys of the predicted table with at least one impression. */
  keysCompared: number;
  /** Keys that differ in count or fingerprint, keys of either side included. */
  unexplained: number;
  worst: WrongKey[];
}

export const MAX_WORST_KEYS = 10;

/** The checker cannot give a verdict: it has nothing to examine, or its input is no table of unique keys. */
export class AuditError extends Error {
  override readonly name = 'AuditError';
}

/**
 * Audits the answers of an architecture (any order; a key without a row is an answer of 0) against the truth (any
 * order). `predicted`, where given, is the table that the architecture is predicted to answer. `AuditError` for an
 * empty truth, for no answers at all, and for a key that has two rows: which of the two is the answer cannot be
 * known, and a sum would blame the architecture for an error of whoever collected the rows.
 */
export function auditAnswers(truth: RowColumns, answers: RowColumns, predicted?: RowColumns): AuditReport {
  const report = auditTables(orderedTable('the truth', truth), orderedTable('the answers', answers));
  if (predicted !== undefined) report.unexplained = compareTables(predicted, answers).unexplained;
  return report;
}

/** Compares answers with a predicted table, key by key, both ways. Errors as `auditAnswers`. */
export function compareTables(predicted: RowColumns, answers: RowColumns): TableComparison {
  const report = auditTables(orderedTable('the prediction', predicted), orderedTable('the answers', answers));
  return { keysCompared: report.keysAudited, unexplained: report.keysWrong, worst: report.worst };
}

/** The table by tweet and hour, known to have each key once. */
function orderedTable(name: string, rows: RowColumns): RowColumns {
  if (!(rows.count > 0))
    throw new AuditError(`${name} has no rows: there is nothing to examine, so nothing is shown to be right`);
  const columns = [rows.tweetIdLo, rows.tweetIdHi, rows.hourStartMs, rows.counter, rows.fingerprint];
  if (columns.some((column) => column.length < rows.count)) {
    throw new AuditError(`${name} claims ${rows.count} rows, but a column is shorter`);
  }
  const table = sortedRows(rows, 'tweet-hour');
  for (let row = 1; row < table.count; row++) {
    if (sameTweet(table, row - 1, table, row) && table.hourStartMs[row - 1] === table.hourStartMs[row]) {
      throw new AuditError(`${name} has two rows for ${spellKey(table, row)}; each key must be given once`);
    }
  }
  return table;
}

function auditTables(truth: RowColumns, answers: RowColumns): AuditReport {
  const report = emptyReport();
  let truthRow = 0;
  let answerRow = 0;
  while (truthRow < truth.count || answerRow < answers.count) {
    const ofTruth =
      answerRow === answers.count || (truthRow < truth.count && !precedes(answers, answerRow, truth, truthRow));
    const table = ofTruth ? truth : answers;
    const first = ofTruth ? truthRow : answerRow;
    const truthEnd = endOfTweet(truth, truthRow, table, first);
    const answerEnd = endOfTweet(answers, answerRow, table, first);
    auditTweet(truth, truthRow, truthEnd, answers, answerRow, answerEnd, report);
    truthRow = truthEnd;
    answerRow = answerEnd;
  }
  if (report.keysAudited === 0)
    throw new AuditError('no key of the truth has an impression: there is nothing to examine');
  return report;
}

/** Merges the hours of one tweet: rows `[t, tEnd)` of the truth and `[a, aEnd)` of the answers. */
function auditTweet(
  truth: RowColumns,
  t: number,
  tEnd: number,
  answers: RowColumns,
  a: number,
  aEnd: number,
  report: AuditReport,
): void {
  let events = 0;
  let over = 0;
  let under = 0;
  let fingerprintExcess = 0;
  let wrong: Omit<WrongKey, 'error'>[] | undefined;
  while (t < tEnd || a < aEnd) {
    const truthHour = t < tEnd ? (truth.hourStartMs[t] as number) : Number.POSITIVE_INFINITY;
    const answerHour = a < aEnd ? (answers.hourStartMs[a] as number) : Number.POSITIVE_INFINITY;
    const inTruth = truthHour <= answerHour;
    const inAnswers = answerHour <= truthHour;
    const expected = inTruth ? (truth.counter[t] as number) : 0;
    const found = inAnswers ? (answers.counter[a] as number) : 0;
    const expectedFingerprint = inTruth ? (truth.fingerprint[t] as number) : 0;
    const foundFingerprint = inAnswers ? (answers.fingerprint[a] as number) : 0;
    events += expected;
    if (expected > 0) report.keysAudited++;
    if (found !== expected || foundFingerprint !== expectedFingerprint) {
      over += Math.max(0, found - expected);
      under += Math.max(0, expected - found);
      fingerprintExcess = (fingerprintExcess + foundFingerprint - expectedFingerprint) | 0;
      wrong ??= [];
      wrong.push({
        tweetIdLo: (inTruth ? truth.tweetIdLo[t] : answers.tweetIdLo[a]) as number,
        tweetIdHi: (inTruth ? truth.tweetIdHi[t] : answers.tweetIdHi[a]) as number,
        hourStartMs: Math.min(truthHour, answerHour),
        expected: { counter: expected, fingerprint: expectedFingerprint },
        found: { counter: found, fingerprint: foundFingerprint },
      });
    }
    if (inTruth) t++;
    if (inAnswers) a++;
  }
  report.eventsAudited += events;
  if (wrong === undefined) return;
  const isMisplaced = over === under && fingerprintExcess === 0;
  if (events === 0) report.phantom += over;
  else if (isMisplaced) report.misplaced += over;
  else {
    report.doubleCounted += over;
    report.lost += under;
  }
  for (const key of wrong) noteWrongKey(report, { ...key, error: errorOf(key, events > 0, isMisplaced) });
}

function errorOf(key: Omit<WrongKey, 'error'>, isKnownTweet: boolean, isMisplaced: boolean): KeyError {
  const excess = key.found.counter - key.expected.counter;
  if (excess === 0) return 'compensated';
  if (!isKnownTweet) return 'phantom';
  if (isMisplaced) return 'misplaced';
  return excess > 0 ? 'doubled' : 'lost';
}

function noteWrongKey(report: AuditReport, key: WrongKey): void {
  report.keysWrong++;
  if (key.error === 'compensated') report.compensated++;
  const worst = report.worst;
  const size = sizeOf(key);
  if (worst.length === MAX_WORST_KEYS && size <= sizeOf(worst[MAX_WORST_KEYS - 1] as WrongKey)) return;
  const place = worst.findIndex((other) => sizeOf(other) < size);
  worst.splice(place === -1 ? worst.length : place, 0, key);
  if (worst.length > MAX_WORST_KEYS) worst.pop();
}

function sizeOf(key: WrongKey): number {
  return Math.abs(key.found.counter - key.expected.counter);
}

/** Whether row `a` of one table belongs to a lesser tweet than row `b` of another. */
function precedes(left: RowColumns, a: number, right: RowColumns, b: number): boolean {
  const leftHi = left.tweetIdHi[a] as number;
  const rightHi = right.tweetIdHi[b] as number;
  return leftHi < rightHi || (leftHi === rightHi && (left.tweetIdLo[a] as number) < (right.tweetIdLo[b] as number));
}

function sameTweet(left: RowColumns, a: number, right: RowColumns, b: number): boolean {
  return left.tweetIdLo[a] === right.tweetIdLo[b] && left.tweetIdHi[a] === right.tweetIdHi[b];
}

/** One past the last of the rows from `row` on that belong to the tweet of row `first` of `table`. */
function endOfTweet(rows: RowColumns, row: number, table: RowColumns, first: number): number {
  let end = row;
  while (end < rows.count && sameTweet(rows, end, table, first)) end++;
  return end;
}

function spellKey(rows: RowColumns, row: number): string {
  const tweetId = (BigInt(rows.tweetIdHi[row] as number) << 32n) | BigInt(rows.tweetIdLo[row] as number);
  return `tweet ${tweetId}, hour ${rows.hourStartMs[row]}`;
}

function emptyReport(): AuditReport {
  return {
    keysAudited: 0,
    eventsAudited: 0,
    doubleCounted: 0,
    lost: 0,
    misplaced: 0,
    phantom: 0,
    compensated: 0,
    keysWrong: 0,
    worst: [],
  };
}
