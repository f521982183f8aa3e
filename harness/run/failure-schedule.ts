/**
 * When things happen in the failure act: a control phase without faults, then faults from a stream position on that is
 * the same for all. Everything follows from the stream, so that it is the same in every run.
 */
import type { ImpressionSource } from '../../generators/impression-source.ts';
import type { Span } from './live-figures.ts';

/** Times on the run's clock. */
export interface Schedule {
  control: Span;
  /** The first fault's stream position, and from where one that follows it is armed. */
  positionMs: number;
  worstFromMs: number;
}

/**
 * The second half has the faults; the control phase is the first, but for the first hour in which batch and beta have
 * no answer.
 */
export function scheduleOf(source: ImpressionSource): Schedule {
  const { startMs, endMs } = source;
  // A trace may be over in less than two hours.
  const hourMs = Math.min(source.hourMs, (endMs - startMs) / 2);
  const hours = Math.round((endMs - startMs) / hourMs);
  const faultHourMs = startMs + Math.floor(hours / 2) * hourMs;
  return {
    control: { fromMs: Math.min(startMs + hourMs, faultHourMs - hourMs / 2), toMs: faultHourMs },
    positionMs: faultHourMs + 0.4 * hourMs,
    worstFromMs: faultHourMs + 0.6 * hourMs,
  };
}
