/**
 * F20: one side of the way of a query takes longer: answers are late, and never doubled or missing where a window moves
 * meanwhile.
 */
import type { ActiveFault, FaultContext, FaultDefinition, FaultSpecification } from '../fault.ts';
import { durationOf, reached } from '../inside-worker.ts';
import type { QuerySide } from '../query-path.ts';
import { atPosition } from './kill.ts';

const DELAY_MS = 200;

export const slowQueryPath: FaultDefinition = {
  kind: 'slow-query-path',
  row: 'F20',
  description: `Queries wait ${DELAY_MS} ms longer for the store, or for the state where no store answers`,
  engines: ['embedded', 'flink'],
  whyNot: () => undefined,
  outcomeOf: () => 'stale',
  // Over an hour's end, where windows move.
  plan: (situation) => [{ ...atPosition(situation, situation.atMs), durationMs: 1.2 * situation.hourMs }],
  inject: delayReads,
};

async function delayReads(context: FaultContext, specification: FaultSpecification): Promise<ActiveFault> {
  const { queryPath, runtime } = context;
  if (queryPath === undefined) throw new Error('slow-query-path needs queries to pass a QueryPath');
  const side = sideOf(context, specification);
  let beganMs: number | undefined;
  let endedMs: number | undefined;
  const heal = async (): Promise<void> => {
    queryPath.delay(side, 0);
    endedMs ??= runtime.clock.nowMs();
  };
  void reached(context, specification).then(async (atMs) => {
    if (endedMs !== undefined) return;
    beganMs = atMs;
    queryPath.delay(side, DELAY_MS);
    await runtime.sleep(durationOf(specification, 1000));
    await heal();
  });
  return {
    evidence: async () => {
      const delayed = queryPath.delayed(side);
      if (beganMs === undefined || delayed === 0) return undefined;
      const what = `${delayed} reads of the ${side} took ${DELAY_MS} ms longer`;
      return { atMs: beganMs, what, ...(endedMs === undefined ? {} : { endedMs }) };
    },
    heal,
  };
}

function sideOf({ declaration }: FaultContext, { seed }: FaultSpecification): QuerySide {
  const { from } = declaration.answer;
  if (from === 'state') return 'state';
  return from === 'state-then-store' && seed % 2 === 0 ? 'state' : 'store';
}
