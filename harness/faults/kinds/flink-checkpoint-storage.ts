/**
 * F16 on Flink: checkpoints cannot be written for a while, because a file stands where their folder was. Counting goes
 * on or is restored; what was checkpointed before is back when the fault ends.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { FaultDefinition } from '../fault.ts';
import { durationOf } from '../inside-worker.ts';
import { afterKillOnFlink, flinkOf, notOnFlink, notOurFlink, ON_FLINK } from './flink.ts';
import { lasting, onTrigger, sleepUnless } from './network.ts';

export const flinkCheckpointStorage: FaultDefinition = {
  kind: 'flink-checkpoint-storage',
  row: 'F16',
  description: 'The storage of Flink’s checkpoints takes nothing for a while',
  ...ON_FLINK,
  whyNot: (declaration, servers) =>
    notOnFlink(declaration, servers) ??
    (declaration.stages.every(({ kind }) => kind === 'batch-job') ? 'a batch job takes no checkpoints' : undefined),
  // Flink restarts a job whose checkpoints fail.
  outcomeOf: afterKillOnFlink,
  forbidden: notOurFlink,
  plan: lasting(1),
  inject: async (context, specification) => {
    const { runtime, job } = context;
    const flink = await flinkOf(context, specification);
    const folder = fileURLToPath(flink.checkpoints);
    const aside = `${folder.replace(/\/+$/, '')}-aside`;
    let course: { atMs: number; endedMs?: number; failedBefore: number; failed: number } | undefined;
    const failures = (): number => job.status().checkpoints.failed ?? 0;
    const work = onTrigger(context, specification, async (atMs, isHealed) => {
      course = { atMs, failedBefore: failures(), failed: 0 };
      await rename(folder, aside);
      try {
        await writeFile(folder, 'no folder: a fault of omegabench, which puts the folder back\n');
        await sleepUnless(isHealed, runtime, durationOf(specification, 2000));
      } finally {
        await rm(folder, { force: true });
        await rename(aside, folder).catch(() => mkdir(folder, { recursive: true }));
        course = { ...course, endedMs: runtime.clock.nowMs(), failed: failures() - course.failedBefore };
      }
    });
    return {
      evidence: async () => {
        work.failIfFailed();
        // Flink counts a failure a little after it happened.
        const failed = course === undefined ? 0 : Math.max(course.failed, failures() - course.failedBefore);
        if (course?.endedMs === undefined || failed === 0) return undefined;
        return { atMs: course.atMs, endedMs: course.endedMs, what: `${failed} checkpoints of Flink failed` };
      },
      heal: work.heal,
    };
  },
};
