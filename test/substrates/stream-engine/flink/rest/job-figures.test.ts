/** Figures of a job over REST: checkpoints, metrics, places of subtasks, back-pressure, accumulators. */
import { describe, expect, test } from '@jest/globals';
import { JOB, withFlink } from './with-flink.ts';

describe('figures of a job', () => {
  const completed = {
    id: 50,
    is_savepoint: false,
    trigger_timestamp: 100,
    end_to_end_duration: 154,
    state_size: 5100797,
    checkpointed_size: 51007,
    alignment_buffered: 3,
    external_path: 'file:/chk-50',
  };

  test('tell its checkpoints, and what it was restored from', async () => {
    const answers = {
      [`GET /jobs/${JOB}/checkpoints`]: {
        json: {
          counts: { restored: 1, total: 9, in_progress: 1, completed: 7, failed: 1 },
          latest: {
            completed,
            savepoint: null,
            failed: { id: 4, trigger_timestamp: 1, failure_timestamp: 2, failure_message: 'Checkpoint expired.' },
            restored: { id: 49, restore_timestamp: 90, is_savepoint: true, external_path: 'file:/savepoint' },
          },
          history: [{ ...completed, status: 'COMPLETED', '@class': 'completed' }],
        },
      },
      [`GET /jobs/${JOB}/checkpoints/config`]: {
        json: {
          mode: 'exactly_once',
          interval: Number(2n ** 63n - 1n),
          timeout: 600000,
          unaligned_checkpoints: true,
          state_backend: 'HashMapStateBackend',
          checkpoint_storage: 'FileSystemCheckpointStorage',
        },
      },
    };
    await withFlink(answers, async (rest) => {
      expect(await rest.checkpoints(JOB)).toEqual({
        completed: 7,
        failed: 1,
        inProgress: 1,
        restored: 1,
        latest: {
          id: 50,
          isSavepoint: false,
          triggeredAtMs: 100,
          durationMs: 154,
          stateBytes: 5100797,
          writtenBytes: 51007,
          alignmentBytes: 3,
          location: 'file:/chk-50',
        },
        latestSavepoint: undefined,
        latestFailure: { id: 4, atMs: 2, reason: 'Checkpoint expired.' },
        latestRestored: { id: 49, atMs: 90, isSavepoint: true, location: 'file:/savepoint' },
        history: [{ id: 50, status: 'COMPLETED', triggeredAtMs: 100, durationMs: 154, stateBytes: 5100797 }],
      });
      expect(await rest.checkpointConfig(JOB)).toEqual({
        exactlyOnce: true,
        intervalMs: 0,
        unaligned: true,
        stateBackend: 'HashMapStateBackend',
        storage: 'FileSystemCheckpointStorage',
      });
    });
  });

  test('are asked for in questions of a bounded length', async () => {
    const names = Array.from({ length: 51 }, (_, i) => `${i}.window, 0.progress`);
    const path = `GET /jobs/${JOB}/vertices/v/metrics`;
    const get = (some: string[]) => `${path}?get=${some.map(encodeURIComponent).join(',')}`;
    const answers = {
      [path]: { json: names.map((id) => ({ id })) },
      [get(names.slice(0, 50))]: { json: [{ id: names[0], value: '{"a":1}' }, { id: names[1] }] },
      [get(names.slice(50))]: { json: [{ id: names[50], value: '2' }] },
    };
    await withFlink(answers, async (rest) => {
      expect(await rest.metricNames(JOB, 'v')).toEqual(names);
      expect([...(await rest.metrics(JOB, 'v', names))]).toEqual([
        [names[0], '{"a":1}'],
        [names[50], '2'],
      ]);
    });
  });

  test('tell where subtasks run, their back-pressure and accumulators', async () => {
    const subtask = { subtask: 0, status: 'RUNNING', attempt: 2, endpoint: 'worker:6122', 'taskmanager-id': 't' };
    const pressed = { subtask: 0, 'backpressure-level': 'high', ratio: 0.6, idleRatio: 0, busyRatio: 0.4 };
    const path = `GET /jobs/${JOB}/vertices/v/backpressure`;
    const answers = {
      [`GET /jobs/${JOB}/vertices/v`]: { json: { id: 'v', name: 'a vertex', parallelism: 1, subtasks: [subtask] } },
      [path]: [
        { status: 500, json: { errors: ['<Exception on server side:\njava.util.NoSuchElementException: No value\n'] } },
        { json: { status: 'deprecated' } },
        { json: { status: 'ok', 'backpressure-level': 'high', subtasks: [pressed] } },
      ],
      [`GET /jobs/${JOB}/accumulators`]: {
        json: {
          'job-accumulators': [],
          'user-task-accumulators': [{ name: 'progress-0-1', type: 'Text', value: '{}' }],
        },
      },
    };
    await withFlink(answers, async (rest) => {
      const place = { subtask: 0, status: 'RUNNING', attempt: 2, taskManager: 't', host: 'worker' };
      expect(await rest.subtasks(JOB, 'v')).toEqual([place]);
      expect(await rest.backPressure(JOB, 'v')).toBeUndefined();
      expect(await rest.backPressure(JOB, 'v')).toBeUndefined();
      expect(await rest.backPressure(JOB, 'v')).toEqual({
        level: 'high',
        subtasks: [{ subtask: 0, level: 'high', blocked: 0.6, idle: 0, busy: 0.4 }],
      });
      expect([...(await rest.accumulators(JOB))]).toEqual([['progress-0-1', '{}']]);
    });
  });
});
