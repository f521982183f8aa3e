/**
 * One thing whose ceiling is measured. Work comes in calls of some milliseconds, so that timing a call costs nothing
 * beside it.
 */
import type { Calibration } from '../results/schema.ts';

/** Of this machine's own parts, unless named otherwise: servers have ceilings of their own. */
export interface Probe<Name extends string = keyof Calibration> {
  name: Name;
  /** What its rate is a rate of, for a person. */
  what: string;
  /** Does some milliseconds of work; gives the units done. May be called any number of times. */
  work(): number | Promise<number>;
}

/** Probes that share what was prepared for them. */
export interface ProbeFamily<Name extends string = keyof Calibration> {
  probes: Probe<Name>[];
  close(): Promise<void>;
}

/** The stream that every probe works on: the talk's, in small, enough tweets to leave the caches. */
export const PROBE_STREAM = {
  seed: 42,
  partitions: 1,
  ratePerSecond: 1_000_000,
  hourMs: 4000,
  hours: 1,
  startMs: 0,
  maxOutOfOrderMs: 200,
} as const;
