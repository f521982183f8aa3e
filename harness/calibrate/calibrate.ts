/**
 * This machine's ceilings: what each part of a pipeline reaches alone, on one core, so that results of two machines can
 * be set side by side.
 */
import { MonotonicClock } from '../../substrates/clock.ts';
import type { Calibration } from '../results/schema.ts';
import type { ProgressSink } from '../run/progress-sink.ts';
import { generatorProbes } from './generator-probes.ts';
import { logProbes } from './log-probes.ts';
import { type Ceiling, measure } from './measure.ts';
import { storeProbes } from './store-probes.ts';
import { windowProbes } from './window-probes.ts';

export interface CalibrationReport {
  ceilings: Ceiling[];
  elapsedSeconds: number;
}

export interface CalibrationOptions {
  /** An empty folder on the disk to measure; what is written stays until its owner removes it. */
  directory: string;
  quick: boolean;
  progress?: ProgressSink;
  /** Heeded between two ceilings, so within a second. */
  signal?: AbortSignal;
}

/** Time per ceiling: 8 of them, and their preparation, end within 10 s, quick within 3 s. */
const BUDGET = { full: { timeMs: 700, warmupMs: 150 }, quick: { timeMs: 150, warmupMs: 40 } } as const;

/**
 * Measures every ceiling, one after another. Rejects with the signal's reason if it aborts, or with the error of what
 * failed.
 */
export async function calibrate(options: CalibrationOptions): Promise<CalibrationReport> {
  const clock = new MonotonicClock(0);
  const startMs = clock.nowMs();
  const ceilings: Ceiling[] = [];
  const families = [generatorProbes, windowProbes, logProbes, storeProbes];
  for (const [done, family] of families.entries()) {
    const { probes, close } = await family(options.directory);
    try {
      for (const [i, probe] of probes.entries()) {
        options.signal?.throwIfAborted();
        options.progress?.phase('calibrate', probe.what);
        options.progress?.update({ text: '', fraction: (done + i / probes.length) / families.length });
        ceilings.push(await measure(probe, clock, options.quick ? BUDGET.quick : BUDGET.full));
      }
    } finally {
      await close();
    }
  }
  return { ceilings, elapsedSeconds: (clock.nowMs() - startMs) / 1000 };
}

/** The ceilings as a result keeps them. */
export function calibrationOf(report: CalibrationReport): Calibration {
  return Object.fromEntries(report.ceilings.map((ceiling) => [ceiling.name, Math.round(ceiling.unitsPerSecond)]));
}
