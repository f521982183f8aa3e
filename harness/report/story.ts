/**
 * The result in words: the sentences on top of every report, and the wording of a single outcome. Says only what
 * was measured.
 */
import type { FailureFigures } from '../results/acts.ts';
import type { Result } from '../results/schema.ts';
import { formatCount, formatMs, formatQuantity, formatRate, formatRatio, listing } from './format.ts';
import { defaultRungName, fasterRung } from './rungs.ts';
import { type ArchitectureView, architecturesOf, quotient } from './view.ts';

/** Two sentences: who was fastest and fresh at the offered rate, and who stayed right when workers were killed. */
export function verdictSentences(result: Result): string[] {
  const views = architecturesOf(result);
  const told = [throughputSentence(result, views), failureSentence(views)].filter((sentence) => sentence !== undefined);
  return told.length > 0 ? told : ['Nothing was measured to the end, so there is nothing to compare.'];
}

export function fastestOf(views: readonly ArchitectureView[]): ArchitectureView | undefined {
  const measured = views.filter(
    (view) => view.capacity.eventsPerSecond !== undefined && view.result.capacity.state !== 'invalid',
  );
  return measured.reduce<ArchitectureView | undefined>(
    (best, view) => ((view.capacity.eventsPerSecond ?? 0) > (best?.capacity.eventsPerSecond ?? -1) ? view : best),
    undefined,
  );
}

function throughputSentence(result: Result, views: readonly ArchitectureView[]): string | undefined {
  const fastest = fastestOf(views);
  if (fastest === undefined) return freshnessClause(views);
  const alpha = views.find((view) => view.name === 'alpha');
  const wall = quotient(fastest.capacity.eventsPerSecond, alpha?.capacity.eventsPerSecond);
  const perCpu = quotient(fastest.capacity.eventsPerCpuSecond, alpha?.capacity.eventsPerCpuSecond);
  const over =
    fastest === alpha || wall === undefined
      ? ''
      : `, ${formatRatio(wall)} ${alphaInWords(result)} (${formatRatio(perCpu)} per CPU-second)${overBestRung(fastest, alpha)}`;
  const fresh = freshnessClause(views);
  const rate = `${fastest.name} counted ${formatRate(fastest.capacity.eventsPerSecond)} at most${over}`;
  return fresh === undefined ? `${rate}.` : `${rate}; ${fresh}`;
}

/** Which alpha a ratio is over: on Redis its client decides. */
function alphaInWords(result: Result): string {
  const client = defaultRungName(result, 'alpha');
  return client === undefined ? 'alpha’s rate' : `the rate of alpha by its ${client} client`;
}

/** The ratio over alpha's best rung, where that is faster than its default. */
function overBestRung(fastest: ArchitectureView, alpha: ArchitectureView | undefined): string {
  const best = fasterRung(alpha?.result, alpha?.capacity.eventsPerSecond ?? 0);
  if (best === undefined) return '';
  const wall = formatRatio(quotient(fastest.capacity.eventsPerSecond, best.eventsPerSecond));
  const perCpu = formatRatio(quotient(fastest.capacity.eventsPerCpuSecond, best.eventsPerCpuSecond));
  return ` and ${wall} (${perCpu}) that of its best rung, ${best.name}`;
}

function freshnessClause(views: readonly ArchitectureView[]): string | undefined {
  const offered = views.find((view) => view.steady.offeredPerSecond !== undefined)?.steady.offeredPerSecond;
  const behind = views.filter((view) => view.steady.sustained === false).map((view) => view.name);
  const fresh = views.filter((view) => view.steady.sustained === true && view.steady.freshnessMs !== undefined);
  fresh.sort((a, b) => (a.steady.freshnessMs?.p99 ?? 0) - (b.steady.freshnessMs?.p99 ?? 0));
  const best = fresh[0];
  const told = [
    ...(best === undefined
      ? []
      : [`${best.name}’s answers were the freshest (p99 ${formatMs(best.steady.freshnessMs?.p99)})`]),
    ...(behind.length === 0 ? [] : [`${listing(behind)} fell behind`]),
  ];
  return told.length === 0 ? undefined : `at ${formatRate(offered)} offered, ${listing(told)}.`;
}

function failureSentence(views: readonly ArchitectureView[]): string | undefined {
  const judged = views.filter((view) => view.failure.verdict !== undefined);
  if (judged.length === 0) return undefined;
  const exact = judged.filter((view) => view.failure.verdict === 'EXACT').map((view) => view.name);
  const erring = judged.filter((view) => view.failure.verdict !== 'EXACT');
  const allExpected = erring.every((view) => view.failure.verdict === 'EXPECTED-ERROR');
  const errors = erring.map(
    (view) => `${view.name} ${allExpected ? errorCounts(view.failure) : errorsInWords(view.failure)}`,
  );
  const faults = judged.some((view) => (view.failure.faults ?? []).length > 0);
  const parts = [
    ...(exact.length > 0 ? [`${listing(exact)} lost nothing and counted nothing twice`] : []),
    ...(errors.length > 0 ? [listing(errors) + (allExpected ? ', all as predicted' : '')] : []),
  ];
  return `${faults ? 'After the faults' : 'Without a fault'}, ${parts.join('; ')}.`;
}

/** `counted 1,412 twice, as predicted`; `put 3,204 into the wrong hour, as predicted`. */
export function errorsInWords(failure: Partial<FailureFigures>): string {
  if (failure.verdict === undefined) return 'was not audited';
  if (failure.verdict === 'INVALID' || failure.verdict === 'UNKNOWN')
    return `could not be judged (${failure.verdictReason})`;
  if (failure.verdict === 'EXACT') return `no error in ${formatQuantity(failure.eventsAudited)} events`;
  return `${errorCounts(failure)}, ${failure.verdict === 'EXPECTED-ERROR' ? 'as predicted' : 'not as predicted'}`;
}

function errorCounts(failure: Partial<FailureFigures>): string {
  const found = [
    ...told(failure.doubleCounted, (count) => `counted ${count} twice`),
    ...told(failure.lost, (count) => `lost ${count}`),
    ...told(failure.misplaced, (count) => `put ${count} into the wrong hour`),
    ...told(failure.phantom, (count) => `counted ${count} that never were`),
    ...told(failure.compensated, (count) => `hid ${count} errors behind right sums`),
    ...told(failure.speed?.doubleCounted, (count) => `counted ${count} twice in its speed store`),
    ...told(failure.speed?.lost, (count) => `lost ${count} in its speed store`),
  ];
  return found.length === 0 ? (failure.verdictReason ?? 'erred') : listing(found);
}

function told(count: number | undefined, words: (count: string) => string): string[] {
  return count === undefined || count === 0 ? [] : [words(formatCount(count))];
}
