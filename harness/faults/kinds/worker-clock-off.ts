/** The clock of one worker jumps ahead and later back; what counts when must not depend on it. */
import type { FaultDefinition } from '../fault.ts';
import { callsOf, durationOf, insideWorker } from '../inside-worker.ts';
import { atPosition } from './kill.ts';

export const workerClockOff: FaultDefinition = {
  kind: 'worker-clock-off',
  row: 'clock',
  description: "One worker's clock is ahead by the length of the fault, or behind if its seed is even",
  whyNot: ({ stages }) =>
    stages.some(({ kind }) => kind !== 'increment-store') ? undefined : 'nothing of it goes by a clock',
  outcomeOf: () => 'exact',
  plan: (situation) => [{ ...atPosition(situation, situation.atMs), durationMs: 0.6 * situation.hourMs }],
  inject: (context, specification) => {
    const durationMs = durationOf(specification, 1000);
    const offsetMs = specification.seed % 2 === 0 ? -durationMs : durationMs;
    return insideWorker(
      context,
      specification,
      { effect: 'clock-off', durationMs, offsetMs },
      (bites) => `the worker read its clock ${callsOf(bites)} times while it was off by ${Math.round(offsetMs)} ms`,
    );
  },
};
