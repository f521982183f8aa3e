/** Programs that give way to each other, on an engine that keeps what it was told. */
import { describe, expect, test } from '@jest/globals';
import { findArchitecture } from '../../../architectures/registry.ts';
import type { RunEngine } from '../../../harness/run/run-engine.ts';
import { type Program, UpgradeRefusedError } from '../../../harness/upgrade/program.ts';
import { RunningProgram } from '../../../harness/upgrade/running-program.ts';
import { MonotonicClock } from '../../../substrates/clock.ts';
import type { Declaration } from '../../../substrates/declaration.ts';
import { NodeRuntime } from '../../../substrates/node-runtime.ts';
import { type JobEvent, JobFailedError, type JobStatus } from '../../../substrates/stream-engine/stream-engine.ts';

const settings = { hourMs: 2000, maxOutOfOrderMs: 100, allowedLatenessMs: 0, checkpointIntervalMs: 1000 };
const specification: Program['specification'] = {
  declaration: findArchitecture('omega-prime') as Declaration,
  settings,
  log: { kind: 'memory', name: 'log', partitions: 2 },
  stores: {},
  workers: 1,
  directory: 'none',
};
const a: Program = { name: 'A', specification };
const b: Program = { name: 'B', specification, filter: { keepOneIn: 3 } };

/** Jobs that have read nothing and never fail, unless one is to fail; with savepoints by number, if there are any. */
function recordingEngine({ hasSavepoints = true, fails }: { hasSavepoints?: boolean; fails?: Error } = {}) {
  const told: string[] = [];
  let jobs = 0;
  const engine = {
    engineFor: (_runtime: NodeRuntime, { filter, parallelism }: Pick<Program, 'filter' | 'parallelism'>) => ({
      start: async ({ restoreFrom }: { restoreFrom?: string }) => {
        const job = ++jobs;
        told.push(
          `start ${job} from ${restoreFrom ?? 'nothing'}${filter ? `, one in ${filter.keepOneIn}` : ''}${parallelism ? `, by ${parallelism}` : ''}`,
        );
        const events = [0, 1].map((partition) => ({ kind: 'restored', partition, fromOffset: 10 * job + partition }));
        return {
          events: events as unknown as JobEvent[],
          go: () => undefined,
          drained: () => (fails === undefined ? new Promise(() => undefined) : Promise.reject(fails)),
          status: () => ({ partitions: [{ offset: 3 }, { offset: 4 }] }) as unknown as JobStatus,
          stop: async ({ savepoint = false } = {}) => {
            told.push(`stop ${job}${savepoint ? ' with a savepoint' : ''}`);
            return savepoint && hasSavepoints ? { savepoint: { location: `s${job}`, bytes: Promise.resolve(1) } } : {};
          },
        };
      },
    }),
  } as unknown as RunEngine;
  const { signal } = new AbortController();
  return { told, host: { runtime: new NodeRuntime(MonotonicClock.readingNow(0)), engine, signal } };
}

describe('a program', () => {
  test('is started by as many subtasks as it says', async () => {
    const { told, host } = recordingEngine();
    await RunningProgram.start({ ...a, parallelism: 3 }, host);
    expect(told).toEqual(['start 1 from nothing, by 3']);
  });

  test('gives way to another at its savepoint, and that to the first at an earlier one', async () => {
    const { told, host } = recordingEngine();
    const seen: string[] = [];
    const see = async ({ location }: { location: string }): Promise<void> => void seen.push(location);
    const upgrade = await (await RunningProgram.start(a, host)).replaceBy(b, see);
    expect(upgrade.savepoint.location).toBe('s1');
    expect(await upgrade.savepoint.bytes).toBe(1);
    expect(await upgrade.next.cut()).toEqual([20, 21]);
    expect(upgrade.next.read()).toBe(7);
    const rollback = await upgrade.next.replaceBy(a, see, upgrade.savepoint);
    expect(rollback.savepoint.location).toBe('s2');
    expect(told).toEqual([
      'start 1 from nothing',
      'stop 1 with a savepoint',
      'start 2 from s1, one in 3',
      'stop 2 with a savepoint',
      'start 3 from s1',
    ]);
    expect(seen).toEqual(['s1', 's2']);
  });

  test('is not stopped for one that cannot go on from its state', async () => {
    const { told, host } = recordingEngine();
    const running = await RunningProgram.start(a, host);
    const other = { ...b, specification: { ...specification, settings: { ...settings, hourMs: 4000 } } };
    await expect(running.replaceBy(other, async () => undefined)).rejects.toThrow(UpgradeRefusedError);
    expect(told).toEqual(['start 1 from nothing']);
  });

  test('that nobody can go on from is an error, and no other is started', async () => {
    const { told, host } = recordingEngine({ hasSavepoints: false });
    const running = await RunningProgram.start(a, host);
    await expect(running.replaceBy(b, async () => undefined)).rejects.toThrow('does not say with which savepoint');
    expect(told).toEqual(['start 1 from nothing', 'stop 1 with a savepoint']);
  });

  test('that does not start is ended', async () => {
    const { told, host } = recordingEngine({ fails: new JobFailedError('no slots') });
    await expect(RunningProgram.start(a, host)).rejects.toThrow('no slots');
    expect(told).toEqual(['start 1 from nothing', 'stop 1']);
  });

  test('is not started if what must be seen before cannot be', async () => {
    const { told, host } = recordingEngine();
    const running = await RunningProgram.start(a, host);
    const blind = (): Promise<void> => Promise.reject(new Error('the store is gone'));
    await expect(running.replaceBy(b, blind)).rejects.toThrow('the store is gone');
    expect(told).toEqual(['start 1 from nothing', 'stop 1 with a savepoint']);
  });
});
