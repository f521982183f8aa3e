/** The engine on the operating system: real worker processes, killed for real. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { findArchitecture } from '../../../../architectures/registry.ts';
import { tally } from '../../../../generators/oracle.ts';
import { auditAnswers } from '../../../../harness/audit/audit.ts';
import { collectAnswers, neighbouringKeys } from '../../../../harness/audit/collect-answers.ts';
import { BlockCutter } from '../../../../harness/load/block-cutter.ts';
import { fillLog } from '../../../../harness/load/fill-log.ts';
import type { Declaration } from '../../../../substrates/declaration.ts';
import { QueryService } from '../../../../substrates/query-service.ts';
import { JobFailedError, type RunningJob } from '../../../../substrates/stream-engine/stream-engine.ts';
import {
  isAlive,
  PROCESS_SETTINGS,
  PROCESS_SOURCE,
  processJob,
  processRuntime,
  startProcesses,
} from '../../../support/process-job.ts';
import { withTemporaryDirectory } from '../../../support/temporary-directory.ts';

const omega = findArchitecture('omega') as Declaration;
const PATIENCE_MS = 30_000;

/** Looks until it is so; the test's own time limit ends it. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

const pidsOf = (job: RunningJob): number[] =>
  job.events.flatMap((event) => (event.kind === 'started' ? [event.pid] : []));

/** Appends the rest of every partition, or half of it. */
async function append(cutters: readonly BlockCutter[], upTo: 'half' | 'end'): Promise<void> {
  for (const cutter of cutters) {
    const until = upTo === 'end' ? cutter.length : cutter.length / 2;
    for (let rows = cutter.rowsOfNextBlock(); rows > 0 && cutter.next < until; rows = cutter.rowsOfNextBlock()) {
      await cutter.append(rows, cutter.scheduledMs(cutter.next + rows - 1));
    }
    if (upTo === 'end') await cutter.writer.end(PROCESS_SOURCE.endMs);
  }
}

describe('worker processes', () => {
  test(
    'one that is killed from outside is replaced, every key is right in the end, and no process is left behind',
    () =>
      withTemporaryDirectory(async (folder) => {
        const runtime = processRuntime();
        const specification = processJob(folder, omega);
        const log = await runtime.openLog(specification.log);
        const cutters = await BlockCutter.openAll(PROCESS_SOURCE, log);
        await append(cutters, 'half');
        const serving = await runtime.openStore(specification.stores.serving as never);
        const job = await startProcesses(specification, runtime);
        job.go();
        const half = cutters.map((cutter) => cutter.next);
        await until(() => job.status().partitions.every(({ partition, offset }) => offset === half[partition]));
        process.kill(pidsOf(job)[0] as number, 'SIGKILL');
        await append(cutters, 'end');
        await job.drained();
        const truth = tally(PROCESS_SOURCE, { labelling: { by: 'event-time', drop: PROCESS_SETTINGS } });
        const query = new QueryService({ answer: omega.answer, partitions: 2, stores: { serving }, state: job.state });
        const extra = neighbouringKeys(truth.rows, PROCESS_SOURCE.hourMs);
        const report = auditAnswers(truth.rows, await collectAnswers(query, truth.rows, extra));
        expect(report).toMatchObject({ keysWrong: 0, eventsAudited: PROCESS_SOURCE.totalImpressions });
        await job.stop();
        expect(job.events).toContainEqual(expect.objectContaining({ kind: 'exited', epoch: 1, signal: 'SIGKILL' }));
        expect(pidsOf(job)).toHaveLength(3);
        expect(pidsOf(job).filter(isAlive)).toEqual([]);
        await serving.close();
        for (const cutter of cutters) await cutter.writer.close();
        await log.close();
      }),
    PATIENCE_MS,
  );

  test(
    'that cannot start make the job fail with the reason, and none is left behind',
    () =>
      withTemporaryDirectory(async (folder) => {
        writeFileSync(`${folder}/serving`, 'no folder');
        const runtime = processRuntime();
        const spawnWorker = runtime.spawnWorker.bind(runtime);
        const pids: number[] = [];
        runtime.spawnWorker = (specification) => {
          const worker = spawnWorker(specification);
          pids.push(worker.pid);
          return worker;
        };
        const starting = startProcesses(processJob(folder, omega), runtime);
        await expect(starting).rejects.toThrow(JobFailedError);
        await expect(starting).rejects.toThrow(/worker \d cannot start: .*serving/);
        expect(pids.length).toBeGreaterThan(0);
        expect(pids.filter(isAlive)).toEqual([]);
      }),
    PATIENCE_MS,
  );

  test(
    'do not outlive the process that started them, however it dies',
    () =>
      withTemporaryDirectory(async (folder) => {
        const log = await processRuntime().openLog(processJob(folder, omega).log);
        await fillLog(PROCESS_SOURCE, log);
        await log.close();
        const program = fileURLToPath(new URL('../../../support/start-job.js', import.meta.url));
        const parent = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
        const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
        const pids = JSON.parse(line) as number[];
        expect(pids.map(isAlive)).toEqual([true, true]);
        parent.kill('SIGKILL');
        await until(() => !pids.some(isAlive));
      }),
    PATIENCE_MS,
  );
});
