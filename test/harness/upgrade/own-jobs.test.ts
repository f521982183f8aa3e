/** Jobs on a cluster that others use too: ours are shown and stopped, and nothing else is touched. */
import { describe, expect, test } from '@jest/globals';
import { ownJobs, stopOwnJob } from '../../../harness/upgrade/own-jobs.ts';
import type { JobSummary } from '../../../substrates/stream-engine/flink/rest/types.ts';

const job = (id: string, name: string, state: JobSummary['state'], startedAtMs: number): JobSummary => ({
  id,
  name,
  state,
  startedAtMs,
  endedAtMs: state === 'RUNNING' ? undefined : startedAtMs + 10,
});

const JOBS = [
  job('a1', 'omegabench-omega-x', 'CANCELED', 100),
  job('b2', 'payments', 'RUNNING', 200),
  job('c3', 'omegabench-omega-x', 'RUNNING', 300),
  job('d4', 'omegabench-beta-x', 'RUNNING', 400),
  job('e5', 'omegabench-beta-x', 'RESTARTING', 350),
  job('f6', 'omegabench-alpha-x', 'FINISHED', 500),
];

/** A cluster that keeps what it was asked to do. */
function cluster(refusal?: Error) {
  const asked: string[] = [];
  const rest = {
    url: 'http://f:8081',
    jobs: async () => [...JOBS],
    cancel: async (id: string) => void asked.push(`cancel ${id}`),
    untilState: async (id: string) => {
      asked.push(`wait for ${id}`);
      return 'CANCELED' as const;
    },
    stopWithSavepoint: async (id: string) => {
      if (refusal !== undefined) throw refusal;
      asked.push(`savepoint ${id}`);
      return `file:///s/${id}`;
    },
  };
  return { asked, rest };
}

describe('jobs of ours', () => {
  test('are listed without those of others, what runs first, the newest first', async () => {
    expect((await ownJobs(cluster().rest)).map(({ id }) => id)).toEqual(['d4', 'e5', 'c3', 'f6', 'a1']);
  });

  test('are cancelled by name, and it is waited until they are over', async () => {
    const { rest, asked } = cluster();
    expect(await stopOwnJob(rest, 'omegabench-omega-x', false)).toEqual({ id: 'c3', name: 'omegabench-omega-x' });
    expect(asked).toEqual(['cancel c3', 'wait for c3']);
  });

  test('are stopped with a savepoint by id', async () => {
    const { rest, asked } = cluster();
    expect(await stopOwnJob(rest, 'd4', true)).toEqual({
      id: 'd4',
      name: 'omegabench-beta-x',
      savepoint: 'file:///s/d4',
    });
    expect(asked).toEqual(['savepoint d4']);
  });

  test('run on if there is no savepoint of them', async () => {
    const { rest, asked } = cluster(new Error('no space'));
    await expect(stopOwnJob(rest, 'c3', true)).rejects.toThrow('no space');
    expect(asked).toEqual([]);
  });

  test.each([
    ['payments', 'payments is no job of omegabench, which stops its own alone'],
    ['b2', 'payments is no job of omegabench, which stops its own alone'],
    ['omegabench-beta-x', '2 jobs that run are called omegabench-beta-x: which one is meant?'],
    ['omegabench-alpha-x', 'omegabench-alpha-x cannot be stopped: it is FINISHED already'],
    ['omegabench-gamma', 'omegabench-gamma cannot be stopped: there is no such job'],
  ])('%s is not stopped', async (name, message) => {
    const { rest, asked } = cluster();
    await expect(stopOwnJob(rest, name, false)).rejects.toThrow(message);
    expect(asked).toEqual([]);
  });
});
