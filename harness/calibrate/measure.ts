/**
 * Times one probe with tinybench, in calls of some milliseconds of work each, because it costs more to time a cheap
 * operation than to do it. The rate is units ÷ the time of the calls that did them; tinybench's own `throughput.mean`
 * is a mean of 1/latency and overstates it.
 */
import { Bench } from 'tinybench';
import type { Clock } from '../../substrates/clock.ts';
import type { Calibration } from '../results/schema.ts';
import type { Probe } from './probe.ts';

export interface Ceiling<Name extends string = keyof Calibration> {
  name: Name;
  /** What the rate is a rate of, for a person. */
  what: string;
  unitsPerSecond: number;
  /** Number of timed calls. */
  samples: number;
  /** Relative margin of error of the mean call, in percent, at 95 % confidence. */
  rme: number;
}

export interface MeasuringBudget {
  timeMs: number;
  warmupMs: number;
}

/** The ceiling of a probe. Rejects with the error of its work. */
export async function measure<Name extends string>(
  probe: Probe<Name>,
  clock: Clock,
  budget: MeasuringBudget,
): Promise<Ceiling<Name>> {
  const { timeMs, warmupMs } = budget;
  const bench = new Bench({
    time: timeMs,
    iterations: 1,
    warmupTime: warmupMs,
    warmupIterations: 1,
    now: () => clock.nowMs(),
    throws: true,
  });
  let units = 0;
  let workedMs = 0;
  bench.add(
    probe.name,
    async () => {
      const startMs = clock.nowMs();
      units += await probe.work();
      const elapsedMs = clock.nowMs() - startMs;
      workedMs += elapsedMs;
      return { overriddenDuration: elapsedMs, overriddenIterationCost: elapsedMs };
    },
    {
      // Called once for the warm-up and once for the measurement: only the latter counts.
      beforeAll: () => {
        units = 0;
        workedMs = 0;
      },
    },
  );
  const [task] = await bench.run();
  const result = task?.result;
  if (result?.state !== 'completed') throw new Error(`calibration of ${probe.name} ended as ${result?.state}`);
  const { samplesCount, rme } = result.latency;
  return {
    name: probe.name,
    what: probe.what,
    unitsPerSecond: (units * 1000) / workedMs,
    samples: samplesCount,
    rme: Number.isFinite(rme) ? rme : 0,
  };
}
