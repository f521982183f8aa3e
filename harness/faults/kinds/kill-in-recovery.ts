/** F4: SIGKILL at the worst failpoint, and again while the successor restores. */
import type { FaultDefinition } from '../fault.ts';
import { afterKill, atFailpoint, kill, worstFailpoint } from './kill.ts';

export const killInRecovery: FaultDefinition = {
  kind: 'kill-in-recovery',
  row: 'F4',
  description: 'SIGKILL of a worker at its worst failpoint, and of its successor while it restores',
  whyNot: () => undefined,
  outcomeOf: afterKill,
  plan: (situation) => {
    const stages = [...situation.declaration.stages.entries()];
    const [index, stage] =
      stages.find(([, { kind }]) => kind === 'increment-store') ?? (stages[0] as (typeof stages)[0]);
    return [
      atFailpoint(situation, worstFailpoint(stage), index, situation.atMs),
      atFailpoint(situation, 'during-restore', index),
    ];
  },
  inject: kill,
};
