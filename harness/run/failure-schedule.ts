/**
 * When things happen in the failure act: a control phase without faults, then a crash at a stream position that is the same for all,
 * then one at each architecture's worst failpoint. Everything follows from the stream, so that it is the same in every run.
 */
import type { ImpressionSource } from '../../generators/impression-source.ts';
import type { Declaration } from '../../substrates/declaration.ts';
import { crashesOf, type PlannedCrash } from '../faults/crash-plan.ts';
import type { Span } from './live-figures.ts';

/** Times on the run's clock. */
export interface Schedule {
  control: Span;
  /** The first crash's stream position, and from where the second is armed. */
  positionMs: number;
  worstFromMs: number;
}

/** The second half has the faults; the control phase is the first, but for the first hour in which batch and beta have no answer. */
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

/** All strike the partition with the most impressions. */
export function plannedCrashes(declaration: Declaration, source: ImpressionSource, schedule: Schedule): PlannedCrash[] {
  const lengths = Array.from({ length: source.partitions }, (_, partition) => source.length(partition));
  const victim = lengths.indexOf(Math.max(...lengths));
  // A stream may be so short that nothing is left after that time: the last impression is always there to be reached.
  const offsetAt = (timeMs: number): number => Math.min(source.dueBy(victim, timeMs), source.length(victim) - 1);
  return crashesOf(declaration, victim, offsetAt(schedule.positionMs), offsetAt(schedule.worstFromMs));
}
