/**
 * Whether a pipeline keeps up: the trend of its lag (offered − reflected events), by least squares over the samples
 * after warm-up (Theodolite's test of sustainability). A lag that cannot be measured is not sustained.
 */
import { linearRegression } from 'simple-statistics';

/** Cumulative events at one moment. */
export interface LagSample {
  atMs: number;
  /** Events that were due. */
  offered: number;
  /** Events whose effect a reader can see. */
  reflected: number;
}

export interface LagOptions {
  /** End of the warm-up; earlier samples are left out. */
  fromMs: number;
  toMs: number;
  /**
   * Lag at the end that is still allowed, in time's worth of the offered load: 1 s, plus the window where results
   * appear by windows.
   */
  maxLagMs?: number;
  /**
   * How finely the lag is known, in time's worth of the offered load; 0 by default. A slope that such an error could
   * make over the span is no trend.
   */
  resolutionMs?: number;
}

export type LagFigures =
  | {
      state: 'measured';
      offeredPerSecond: number;
      /** Events by which the lag grows in a second; negative while catching up. */
      slopeEventsPerSecond: number;
      lagAtEndEvents: number;
      /** The same as time's worth of the offered load. */
      lagAtEndMs: number;
      sustained: boolean;
    }
  | { state: 'not-measured'; reason: string; sustained: false };

/** A slope from fewer samples is not taken for a trend (Beam's Nexmark asks for as many). */
const MIN_SAMPLES = 9;
/** Share of the offered load by which the lag may grow (ShuffleBench). */
const MAX_SLOPE_SHARE = 0.01;
const DEFAULT_MAX_LAG_MS = 1000;

/**
 * `sustained` = slope < 1 % of the offered rate (and what the resolution could make), and lag at the end < `maxLagMs`
 * of it. For an architecture that shows its results by windows choose a span of whole windows, or the saw-tooth of its
 * lag tilts the slope.
 */
export function lagFigures(samples: readonly LagSample[], options: LagOptions): LagFigures {
  const measured = samples.filter(({ atMs }) => atMs >= options.fromMs && atMs <= options.toMs);
  const first = measured[0];
  const last = measured.at(-1);
  if (first === undefined || last === undefined || measured.length < MIN_SAMPLES) {
    return notMeasured(`${measured.length} samples after the warm-up; a trend needs ${MIN_SAMPLES}`);
  }
  const seconds = (last.atMs - first.atMs) / 1000;
  const offeredPerSecond = (last.offered - first.offered) / seconds;
  if (!(seconds > 0) || !(offeredPerSecond > 0)) return notMeasured('nothing was offered after the warm-up');
  const { m: slopeEventsPerSecond } = linearRegression(
    measured.map(({ atMs, offered, reflected }) => [(atMs - first.atMs) / 1000, offered - reflected]),
  );
  const lagAtEndEvents = last.offered - last.reflected;
  const lagAtEndMs = (lagAtEndEvents / offeredPerSecond) * 1000;
  const maxSlopeShare = MAX_SLOPE_SHARE + (options.resolutionMs ?? 0) / (last.atMs - first.atMs);
  const sustained =
    slopeEventsPerSecond < maxSlopeShare * offeredPerSecond && lagAtEndMs < (options.maxLagMs ?? DEFAULT_MAX_LAG_MS);
  return { state: 'measured', offeredPerSecond, slopeEventsPerSecond, lagAtEndEvents, lagAtEndMs, sustained };
}

function notMeasured(reason: string): LagFigures {
  return { state: 'not-measured', reason, sustained: false };
}
