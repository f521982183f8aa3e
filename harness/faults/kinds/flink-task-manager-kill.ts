/** F1 on Flink: SIGKILL of the task manager that runs a partition; the job is restored on what slots are left. */
import type { FaultDefinition } from '../fault.ts';
import { afterKillOnFlink, killTaskManager, notOnFlink, notOurFlink, ON_FLINK } from './flink.ts';
import { atPosition } from './kill.ts';

export const flinkTaskManagerKill: FaultDefinition = {
  kind: 'flink-task-manager-kill',
  row: 'F1',
  description:
    'SIGKILL of a task manager that omegabench has started, at a stream position, and its restart at the end',
  ...ON_FLINK,
  whyNot: notOnFlink,
  outcomeOf: afterKillOnFlink,
  forbidden: notOurFlink,
  plan: (situation) => [atPosition(situation, situation.atMs)],
  inject: killTaskManager,
};
