/**
 * Rates of a store from samples of its cumulative counts. Between two samples a count is taken to grow evenly.
 */
import type { StoreCounts } from '../../substrates/key-value-store/key-value-store.ts';

type Figure = 'commands' | 'roundTrips' | 'reads' | 'writes';

export interface CountsSample {
  atMs: number;
  counts: StoreCounts;
}

/** Means over a span of wall time. */
export interface StoreRates {
  /** The span, after it was cut to what the samples cover. */
  spanMs: number;
  commandsPerSecond: number;
  roundTripsPerSecond: number;
  readsPerSecond: number;
  writesPerSecond: number;
  /** Most commands of any one second of the span; undefined if the span is shorter than a second. */
  peakSecondCommands: number | undefined;
}

/**
 * Rates over `[fromMs, toMs]`, cut to what the samples cover; undefined if they cover none of it. Samples by time.
 * Error if a count goes back: a counter was lost on the way, and every rate would be wrong.
 */
export function storeRates(samples: readonly CountsSample[], fromMs: number, toMs: number): StoreRates | undefined {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined) return undefined;
  requireNonDecreasing(samples);
  const from = Math.max(fromMs, first.atMs);
  const to = Math.min(toMs, last.atMs);
  if (!(to > from)) return undefined;
  const perSecond = (figure: Figure): number =>
    ((valueAt(samples, figure, to) - valueAt(samples, figure, from)) * 1000) / (to - from);
  return {
    spanMs: to - from,
    commandsPerSecond: perSecond('commands'),
    roundTripsPerSecond: perSecond('roundTrips'),
    readsPerSecond: perSecond('reads'),
    writesPerSecond: perSecond('writes'),
    peakSecondCommands: peakSecond(samples, 'commands', from, to),
  };
}

/** Keyed operations per event that a reader can see; undefined where no event is reflected yet. */
export function commandsPerEvent(counts: StoreCounts, reflectedEvents: number): number | undefined {
  return reflectedEvents > 0 ? counts.commands / reflectedEvents : undefined;
}

/**
 * The greatest growth in any second. A piecewise linear count grows most in a second that begins or ends at a sample,
 * or at an end.
 */
function peakSecond(
  samples: readonly CountsSample[],
  figure: Figure,
  fromMs: number,
  toMs: number,
): number | undefined {
  if (toMs - fromMs < 1000) return undefined;
  const lastStartMs = Math.max(fromMs, toMs - 1000);
  let peak = 0;
  const consider = (startMs: number): void => {
    if (startMs < fromMs || startMs > lastStartMs) return;
    peak = Math.max(peak, valueAt(samples, figure, Math.min(toMs, startMs + 1000)) - valueAt(samples, figure, startMs));
  };
  consider(fromMs);
  consider(lastStartMs);
  for (const { atMs } of samples) {
    consider(atMs);
    consider(atMs - 1000);
  }
  return peak;
}

/** The count at a time within the samples. */
function valueAt(samples: readonly CountsSample[], figure: Figure, atMs: number): number {
  let low = 0;
  let high = samples.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((samples[middle] as CountsSample).atMs < atMs) low = middle + 1;
    else high = middle;
  }
  const after = samples[low] as CountsSample;
  const before = samples[low - 1];
  if (before === undefined || after.atMs === atMs) return after.counts[figure];
  const share = (atMs - before.atMs) / (after.atMs - before.atMs);
  return before.counts[figure] + share * (after.counts[figure] - before.counts[figure]);
}

function requireNonDecreasing(samples: readonly CountsSample[]): void {
  for (let i = 1; i < samples.length; i++) {
    const before = samples[i - 1] as CountsSample;
    const after = samples[i] as CountsSample;
    const goesBack = (['commands', 'roundTrips', 'reads', 'writes'] as const).find(
      (figure) => after.counts[figure] < before.counts[figure],
    );
    if (after.atMs < before.atMs || goesBack !== undefined) {
      throw new Error(
        `the ${goesBack ?? 'time'} of a store's samples goes back at ${after.atMs} ms; counts are cumulative, by time`,
      );
    }
  }
}
