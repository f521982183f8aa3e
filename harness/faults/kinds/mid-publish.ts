/** F18: SIGKILL in the middle of a batch job's load: the hour is half in the store, and not published. */
import type { FaultDefinition } from '../fault.ts';
import { afterKill, atFailpoint, kill } from './kill.ts';

export const midPublish: FaultDefinition = {
  kind: 'mid-publish',
  row: 'F18',
  description: 'SIGKILL of a worker in the middle of the load of a batch job',
  whyNot: ({ stages }) => (stages.some(({ kind }) => kind === 'batch-job') ? undefined : 'it has no batch job'),
  // Speed is killed between two steps.
  outcomeOf: (stage) => (stage.kind === 'batch-job' ? afterKill(stage) : 'exact'),
  plan: (situation) =>
    situation.declaration.stages.flatMap((stage, index) =>
      stage.kind === 'batch-job' ? [atFailpoint(situation, 'mid-publish', index, situation.atMs)] : [],
    ),
  inject: kill,
};
