/** F1, three times: each kill strikes the worst failpoint again, so an error that adds up shows as a multiple. */
import type { FaultDefinition } from '../fault.ts';
import { afterKill, atFailpoint, kill, worstFailpoint } from './kill.ts';

export const killRepeatedly: FaultDefinition = {
  kind: 'kill-repeatedly',
  row: 'F1',
  description: 'SIGKILL of a worker three times, each at the worst failpoint of the architecture',
  whyNot: () => undefined,
  outcomeOf: afterKill,
  plan: (situation) => {
    // The stage that is written event by event, where there are two: it is the one that can err.
    const stages = [...situation.declaration.stages.entries()];
    const [index, stage] =
      stages.find(([, { kind }]) => kind === 'increment-store') ?? (stages[0] as (typeof stages)[0]);
    return [0, 0.15, 0.3].map((part) =>
      atFailpoint(situation, worstFailpoint(stage), index, situation.atMs + part * situation.hourMs),
    );
  },
  inject: kill,
};
