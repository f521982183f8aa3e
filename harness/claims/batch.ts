/** The talk's claims about batch: an archive, and a job each hour that counts it and bulk-loads the store. */
import { formatMs, formatRate, formatRatio, formatSeconds } from '../report/format.ts';
import { given, measured, notMeasured } from './acts.ts';
import { type ClaimDefinition, decide, notDecidedHere, notProven, ratio, undecided } from './claim.ts';
import { auditInWords, boundaryErrors, givenFaults } from './correctness.ts';
import { uncountedCpu } from './counted-cpu.ts';
import { oneWindowOld } from './freshness.ts';
import { bulkLoad } from './load.ts';
import { orderOfMagnitude } from './thresholds.ts';

const architecture = 'batch';

export const batchClaims: ClaimDefinition[] = [
  {
    id: 'batch-load',
    architecture,
    statement: 'bulk load, 28 K/s on the KV store',
    evaluate: bulkLoad('batch'),
  },
  {
    id: 'batch-efficient',
    architecture,
    statement: 'bulk load can be very efficient',
    // The store's own CPU is not known where it lives in the worker's process; that of the whole pipeline holds it.
    evaluate: given('batch', 'capacity', (batch, result) => {
      const alpha = measured(result, 'alpha', 'capacity');
      if (alpha === undefined) return notMeasured(result, 'alpha', 'capacity');
      const uncounted = uncountedCpu(result);
      if (uncounted !== undefined) return notDecidedHere(uncounted);
      const cheaper = ratio(batch.eventsPerCpuSecond, alpha.eventsPerCpuSecond);
      if (cheaper === undefined || cheaper === 0)
        return notProven('Batch or alpha counted nothing in the capacity act.');
      const evidence =
        `A CPU-second of the whole pipeline counted ${formatRate(batch.eventsPerCpuSecond)} with a bulk load and ` +
        `${formatRate(alpha.eventsPerCpuSecond)} with an increment for each event: ${formatRatio(cheaper)}`;
      if (cheaper > 1 && cheaper < orderOfMagnitude) {
        return notProven(
          `${evidence}, cheaper but not by ${formatRatio(orderOfMagnitude)}; the store’s own CPU would tell.`,
          cheaper,
        );
      }
      return decide(cheaper >= orderOfMagnitude, `${evidence}.`, cheaper);
    }),
  },
  {
    id: 'batch-robust',
    architecture,
    statement: 'robust: just restart failed partitions',
    evaluate: givenFaults('batch', (failure) => {
      const { doubleCounted, lost, predicted, unexplained, recoveryMs, verdict } = failure;
      // Boundary errors are there without a crash too; what a crash may add is events counted twice or lost.
      const doubled = Math.max(0, doubleCounted - predicted.doubleCounted);
      const wrong = doubled + Math.max(0, lost - predicted.lost) + unexplained;
      const caughtUp = recoveryMs.caughtUp === undefined ? '' : `; caught up within ${formatMs(recoveryMs.caughtUp)}`;
      const evidence = `${auditInWords(failure)}${caughtUp}.`;
      return decide(wrong === 0 && verdict !== 'VIOLATION', evidence, wrong);
    }),
  },
  {
    id: 'batch-idle',
    architecture,
    statement: 'no resources used between batches',
    evaluate: (result) => {
      const cpuSeconds = measured(result, 'batch', 'steady')?.cpuSeconds;
      const whole = cpuSeconds === undefined ? '' : ` (${formatSeconds(cpuSeconds)})`;
      return notDecidedHere(`CPU time is known for the whole act${whole}; that outside the job’s runs would decide.`);
    },
  },
  {
    id: 'batch-late',
    architecture,
    statement: 'data availability = batch interval',
    evaluate: oneWindowOld('batch', 'a batch interval'),
  },
  {
    id: 'batch-order',
    architecture,
    statement: 'not robust to out-of-order data; batch boundary errors',
    evaluate: boundaryErrors('batch'),
  },
  {
    id: 'batch-sessions',
    architecture,
    statement: 'hard to compute session windows',
    evaluate: undecided(
      'This run counts hours; sessions that a batch boundary cuts, against the true ones, would decide.',
    ),
  },
];
