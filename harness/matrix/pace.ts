/** How fast the runs of a matrix go, and for how long: what its stores can take, and no more than a cell needs. */
import { LEAST_BATCH_HOUR_ON_FLINK_MS, WITH_BATCH_JOB } from '../config/run-config.ts';

export interface MatrixPace {
  ratePerSecond: number;
  hourMs: number;
  hours: number;
}

/** What embedded stores, and Redis, take with room to catch up after a fault. */
const FAST: MatrixPace = { ratePerSecond: 40_000, hourMs: 500, hours: 4 };
/**
 * A Cassandra on a small machine takes 5,000 to 10,000 counter updates a second. An hour is longer there, so that it
 * has about as many tweets as are needed to tell one from another, and a time-out of a server is not longer than a run.
 */
const SLOW: MatrixPace = { ratePerSecond: 2000, hourMs: 1000, hours: 4 };

/** A job on Flink takes seconds to be submitted, and to be restored after a kill. */
const ON_FLINK: MatrixPace = { ratePerSecond: 20_000, hourMs: 2000, hours: 4 };
const WITH_BATCH_ON_FLINK: MatrixPace = { ratePerSecond: 4000, hourMs: LEAST_BATCH_HOUR_ON_FLINK_MS, hours: 2 };

/** On Flink an architecture with a batch job needs hours of its own. */
export function paceOnFlink(architecture: string): MatrixPace {
  return WITH_BATCH_JOB.includes(architecture) ? WITH_BATCH_ON_FLINK : ON_FLINK;
}

/** The slowest store sets the pace, since every architecture of a matrix gets the same. */
export function matrixPace(places: { store?: string | undefined; speedStore?: string | undefined } = {}): MatrixPace {
  const isSlow = [places.store, places.speedStore].some((store) => /^cassandras?:/.test(store ?? ''));
  return isSlow ? SLOW : FAST;
}
