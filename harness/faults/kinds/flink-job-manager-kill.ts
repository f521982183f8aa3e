/**
 * F3 on Flink: SIGKILL of the job manager. Without high availability its successor knows of no job; the harness's half
 * of the engine submits the job again from its newest checkpoint.
 */
import type { FaultDefinition } from '../fault.ts';
import { durationOf } from '../inside-worker.ts';
import { afterKillOnFlink, flinkOf, notOnFlink, notOurFlink, ON_FLINK } from './flink.ts';
import { atPosition } from './kill.ts';
import { onTrigger, sleepUnless } from './network.ts';

const DOWN_MS = 1000;

export const flinkJobManagerKill: FaultDefinition = {
  kind: 'flink-job-manager-kill',
  row: 'F3',
  description: 'SIGKILL of the job manager that omegabench has started, and its restart a little later',
  ...ON_FLINK,
  whyNot: notOnFlink,
  outcomeOf: afterKillOnFlink,
  forbidden: notOurFlink,
  plan: (situation) => [{ ...atPosition(situation, situation.atMs), durationMs: DOWN_MS }],
  inject: async (context, specification) => {
    const flink = await flinkOf(context, specification);
    const { runtime, job } = context;
    let course: { killedMs: number; pid: number | undefined; backMs?: number; newPid?: number | undefined } | undefined;
    const work = onTrigger(context, specification, async (_, isHealed) => {
      const { pid } = flink.jobManager;
      const killedMs = runtime.clock.nowMs();
      flink.jobManager.kill('SIGKILL');
      course = { killedMs, pid };
      await sleepUnless(isHealed, runtime, durationOf(specification, DOWN_MS));
      await flink.jobManager.restart();
      course = { killedMs, pid, backMs: runtime.clock.nowMs(), newPid: flink.jobManager.pid };
    });
    return {
      evidence: async () => {
        work.failIfFailed();
        if (course?.backMs === undefined) return undefined;
        const { killedMs, backMs, pid, newPid } = course;
        const restored = job.events.find((event) => event.kind === 'restored' && event.atMs > killedMs);
        const from = restored?.kind === 'restored' ? restored.restored : undefined;
        const what =
          `the job manager (pid ${pid}) ended by SIGKILL and was back after ${Math.round(backMs - killedMs)} ms ` +
          `as pid ${newPid}${from === undefined ? '' : `; the job was submitted again from ${from ?? 'nothing'}`}`;
        return { atMs: killedMs, endedMs: backMs, what };
      },
      heal: async () => {
        await work.heal();
        if (!flink.jobManager.isRunning()) await flink.jobManager.restart();
      },
    };
  },
};
