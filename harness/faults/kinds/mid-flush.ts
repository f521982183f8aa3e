/** F18: SIGKILL while a closed window is handed over: part of it is in the store. */
import type { FaultDefinition } from '../fault.ts';
import { afterKill, atFailpoint, kill } from './kill.ts';

export const midFlush: FaultDefinition = {
  kind: 'mid-flush',
  row: 'F18',
  description: 'SIGKILL of a worker while it hands a closed window over',
  whyNot: ({ stages }) =>
    stages.some((stage) => stage.kind === 'window-state' && stage.onClose.kind !== 'nothing')
      ? undefined
      : 'it hands no window over',
  outcomeOf: (stage) => (stage.kind === 'window-state' ? afterKill(stage) : 'exact'),
  plan: (situation) =>
    situation.declaration.stages.flatMap((stage, index) =>
      stage.kind === 'window-state' && stage.onClose.kind !== 'nothing'
        ? [atFailpoint(situation, 'mid-flush', index, situation.atMs)]
        : [],
    ),
  inject: kill,
};
