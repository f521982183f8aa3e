/** The REST client against answers as Flink 2.3.0 gave them, shortened: what it asks, and what it makes of them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  FlinkRefusedError,
  FlinkUnavailableError,
} from '../../../../../substrates/stream-engine/flink/flink-errors.ts';
import { withTemporaryDirectory } from '../../../../support/temporary-directory.ts';
import { JOB, OVERVIEW, withFlink } from './with-flink.ts';

const jobAnswer = (state: string, tasks: string) => ({
  json: {
    jid: JOB,
    name: 'a job',
    state,
    'start-time': 5,
    'end-time': -1,
    vertices: [{ id: 'v', name: 'Source', parallelism: 2, maxParallelism: 128, status: tasks, tasks: {} }],
  },
});

describe('the cluster', () => {
  test('says its version, slots, settings and task managers', async () => {
    const answers = {
      'GET /overview': { json: OVERVIEW },
      'GET /jobmanager/config': {
        json: [
          { key: 'rest.port', value: '8081' },
          { key: 'empty', value: null },
        ],
      },
      'GET /taskmanagers': {
        json: {
          taskmanagers: [
            {
              id: '10.0.0.7:6122-ab12',
              path: 'pekko.tcp://flink@10.0.0.7:6122/user/rpc/taskmanager_0',
              dataPort: 43205,
              jmxPort: -1,
              timeSinceLastHeartbeat: 1795276162419,
              slotsNumber: 2,
              freeSlots: 1,
            },
          ],
        },
      },
    };
    await withFlink(answers, async (rest) => {
      expect(await rest.overview()).toEqual({
        version: '2.3.0',
        commit: 'c0f8d1a',
        taskManagers: 1,
        slots: 2,
        freeSlots: 1,
        runningJobs: 1,
      });
      expect([...(await rest.clusterConfig())]).toEqual([
        ['rest.port', '8081'],
        ['empty', ''],
      ]);
      expect(await rest.taskManagers()).toEqual([
        {
          id: '10.0.0.7:6122-ab12',
          host: '10.0.0.7',
          dataPort: 43205,
          slots: 2,
          freeSlots: 1,
          heartbeatAtMs: 1795276162419,
        },
      ]);
    });
  });

  test('is logged in to where a gateway asks for it', async () => {
    await withFlink(
      { 'GET /overview': { json: OVERVIEW } },
      async (rest, flink) => {
        await rest.overview();
        expect(flink.seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`);
      },
      { credentials: { username: 'me', password: 'secret' } },
    );
    await withFlink({ 'GET /overview': { json: OVERVIEW } }, async (rest, flink) => {
      await rest.overview();
      expect(flink.seen[0]?.headers.authorization).toBeUndefined();
    });
  });
});

describe('a job', () => {
  test('is uploaded, run from a savepoint, and deleted', async () => {
    const jar = '946c0e05_job.jar';
    const answers = {
      'POST /jars/upload': { json: { filename: `/somewhere/flink-web-upload/${jar}`, status: 'success' } },
      [`POST /jars/${jar}/run`]: { json: { jobid: JOB } },
      'GET /jars': { json: { files: [{ id: jar, name: 'job.jar', uploaded: 5, entry: [] }] } },
      [`DELETE /jars/${jar}`]: { json: {} },
    };
    await withTemporaryDirectory(async (directory) => {
      const path = join(directory, 'job.jar');
      await writeFile(path, 'bytes of a jar');
      await withFlink(answers, async (rest, flink) => {
        expect(await rest.uploadJar(path)).toBe(jar);
        expect(flink.seen[0]?.headers['content-type']).toMatch(/^multipart\/form-data/);
        expect(flink.seen[0]?.body).toMatch(/name="jarfile"; filename="job.jar"[\s\S]*bytes of a jar/);
        expect(await rest.run(jar, { programArguments: ['--plan', 'x'] })).toBe(JOB);
        await rest.run(jar, {
          entryClass: 'a.Job',
          programArguments: [],
          parallelism: 2,
          restoreFrom: 'file:/savepoint',
          allowNonRestoredState: true,
        });
        expect(flink.seen.slice(1).map(({ body }) => body)).toEqual([
          { programArgsList: ['--plan', 'x'] },
          {
            entryClass: 'a.Job',
            programArgsList: [],
            parallelism: 2,
            savepointPath: 'file:/savepoint',
            allowNonRestoredState: true,
            claimMode: 'NO_CLAIM',
          },
        ]);
        expect((await rest.jars()).map(({ id, name }) => [id, name])).toEqual([[jar, 'job.jar']]);
        await rest.deleteJar(jar);
        expect(flink.seen.at(-1)?.call).toBe(`DELETE /jars/${jar}`);
      });
    });
  });

  test('is waited for until all of its tasks run', async () => {
    const answers = {
      [`GET /jobs/${JOB}`]: [
        jobAnswer('CREATED', 'CREATED'),
        jobAnswer('RUNNING', 'SCHEDULED'),
        jobAnswer('RUNNING', 'RUNNING'),
      ],
    };
    await withFlink(answers, async (rest, flink) => {
      expect(await rest.untilState(JOB, ['RUNNING'], 60_000)).toBe('RUNNING');
      expect(flink.seen).toHaveLength(3);
      expect(await rest.job(JOB)).toMatchObject({ id: JOB, name: 'a job', startedAtMs: 5, endedAtMs: undefined });
    });
  });

  test('that ends otherwise is an error with its root cause', async () => {
    const entry = (timestamp: number, cause: string) => ({
      exceptionName: 'org.apache.flink.runtime.JobException',
      stacktrace: `org.apache.flink.runtime.JobException: suppressed\n\tat a.B.c(B.java:1)\nCaused by: ${cause}\n\t... 3`,
      timestamp,
      taskName: 'expand (1/2)',
      endpoint: null,
      taskManagerId: null,
    });
    const answers = {
      [`GET /jobs/${JOB}`]: jobAnswer('FAILED', 'FAILED'),
      [`GET /jobs/${JOB}/exceptions?maxExceptions=20`]: {
        json: {
          exceptionHistory: {
            entries: [entry(10, 'java.io.IOException: disk full'), entry(30, 'java.net.ConnectException: refused')],
            truncated: false,
          },
        },
      },
    };
    await withFlink(answers, async (rest) => {
      expect(await rest.exceptions(JOB)).toMatchObject([
        { atMs: 30, rootCause: 'java.net.ConnectException: refused', task: 'expand (1/2)', taskManager: undefined },
        { atMs: 10, rootCause: 'java.io.IOException: disk full' },
      ]);
      const waiting = rest.untilState(JOB, ['RUNNING'], 60_000);
      await expect(waiting).rejects.toThrow('job a job is FAILED, not RUNNING: java.net.ConnectException: refused');
      await expect(waiting).rejects.toBeInstanceOf(FlinkRefusedError);
    });
  });

  test('that does not start in time is said to want slots', async () => {
    await withFlink({ [`GET /jobs/${JOB}`]: jobAnswer('RUNNING', 'SCHEDULED') }, async (rest) => {
      const waiting = rest.untilState(JOB, ['RUNNING'], 1);
      await expect(waiting).rejects.toThrow(/RUNNING after 1 ms, not RUNNING with all its tasks.*free slots/);
      await expect(waiting).rejects.toBeInstanceOf(FlinkUnavailableError);
    });
  });

  test('is listed and cancelled', async () => {
    const answers = {
      'GET /jobs/overview': {
        json: { jobs: [{ jid: JOB, name: 'a job', state: 'CANCELED', 'start-time': 5, 'end-time': 9, duration: 4 }] },
      },
      [`PATCH /jobs/${JOB}?mode=cancel`]: { status: 202, json: {} },
    };
    await withFlink(answers, async (rest) => {
      await rest.cancel(JOB);
      expect(await rest.jobs()).toEqual([{ id: JOB, name: 'a job', state: 'CANCELED', startedAtMs: 5, endedAtMs: 9 }]);
    });
  });
});
