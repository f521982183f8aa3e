/**
 * The source stands still for a moment and then sends what has come due: that must show as age, and must not vanish.
 */
import type { ActiveFault, FaultContext, FaultDefinition, FaultSpecification } from '../fault.ts';
import { durationOf, reached } from '../inside-worker.ts';

const STALL_MS = 500;

export const generatorStall: FaultDefinition = {
  kind: 'generator-stall',
  row: 'source',
  description: `SIGSTOP of the generator for ${STALL_MS} ms`,
  engines: ['embedded', 'flink'],
  whyNot: () => undefined,
  outcomeOf: () => 'stale',
  plan: ({ atMs, startMs }) => [{ trigger: { at: 'time', afterStartMs: atMs - startMs }, durationMs: STALL_MS }],
  inject: stall,
};

async function stall(context: FaultContext, specification: FaultSpecification): Promise<ActiveFault> {
  const { generator, runtime } = context;
  if (generator === undefined) throw new Error('generator-stall needs a generator process to stop');
  let beganMs: number | undefined;
  let endedMs: number | undefined;
  let healed = false;
  const proceed = (): void => {
    healed = true;
    if (beganMs === undefined || endedMs !== undefined) return;
    generator.signal('SIGCONT');
    endedMs = runtime.clock.nowMs();
  };
  void reached(context, specification).then(async (atMs) => {
    if (healed) return;
    beganMs = atMs;
    generator.signal('SIGSTOP');
    await runtime.sleep(durationOf(specification, STALL_MS));
    proceed();
  });
  return {
    evidence: async () =>
      beganMs === undefined || endedMs === undefined
        ? undefined
        : { atMs: beganMs, endedMs, what: `the generator stood still for ${Math.round(endedMs - beganMs)} ms` },
    heal: async () => proceed(),
  };
}
