/**
 * What both programs of an upgrade must answer in the end, from the stream alone: where the savepoint was is all that
 * is taken from the run.
 */
import type { ImpressionSource } from '../../generators/impression-source.ts';
import { tally } from '../../generators/oracle.ts';
import type { RowColumns } from '../../substrates/key-value-store/key-value-store.ts';
import type { PipelineSettings } from '../../substrates/stream-engine/stream-engine.ts';
import type { Change } from './program.ts';
import { concatenated, keysThatDiffer, rowsWhere } from './tables.ts';

export interface Expectation {
  /** Of program A, as if there had never been another. */
  unchanged: RowColumns;
  /** Of program B: what A had counted up to the savepoint, and what B counts from there on. */
  changed: RowColumns;
  /** Keys that tell one from the other. */
  keysThatDiffer: number;
}

/** `cut`: by partition, how many impressions the savepoint has behind it. */
export function expectationOf(
  source: ImpressionSource,
  cut: readonly number[],
  change: Change,
  { maxOutOfOrderMs, allowedLatenessMs }: Pick<PipelineSettings, 'maxOutOfOrderMs' | 'allowedLatenessMs'>,
): Expectation {
  const labelling = { by: 'event-time' as const, drop: { maxOutOfOrderMs, allowedLatenessMs } };
  const unchanged = tally(source, { labelling }).rows;
  if (change.kind !== 'filter') return { unchanged, changed: unchanged, keysThatDiffer: 0 };
  // Which impressions are late does not hang on the filter, so a tweet that passes counts as ever, and another stops
  // counting at the savepoint.
  const before = tally(source, { labelling, upTo: cut }).rows;
  const passes = (tweetIdLo: number): boolean => tweetIdLo % change.keepOneIn === 0;
  const changed = concatenated(
    rowsWhere(unchanged, (row) => passes(unchanged.tweetIdLo[row] as number)),
    rowsWhere(before, (row) => !passes(before.tweetIdLo[row] as number)),
  );
  return { unchanged, changed, keysThatDiffer: keysThatDiffer(unchanged, changed) };
}
