/** Savepoints, which Flink takes its time for, and everything that can go wrong with a question to it. */
import { describe, expect, test } from '@jest/globals';
import {
  FlinkRefusedError,
  FlinkUnavailableError,
} from '../../../../../substrates/stream-engine/flink/flink-errors.ts';
import { FlinkRest } from '../../../../../substrates/stream-engine/flink/rest/flink-rest.ts';
import { type Answer, startFlink } from './fake-flink.ts';
import { JOB, OVERVIEW, withFlink } from './with-flink.ts';

const savepointInProgress = { json: { status: { id: 'IN_PROGRESS' }, operation: null } };

describe('savepoints', () => {
  const finished = (location: string | null) => ({ json: { status: { id: 'COMPLETED' }, operation: { location } } });

  test('are waited for, with or without the end of the job', async () => {
    const answers = {
      [`POST /jobs/${JOB}/stop`]: { status: 202, json: { 'request-id': 'a' } },
      [`POST /jobs/${JOB}/savepoints`]: { status: 202, json: { 'request-id': 'b' } },
      [`GET /jobs/${JOB}/savepoints/a`]: [savepointInProgress, finished('file:/a')],
      [`GET /jobs/${JOB}/savepoints/b`]: finished('file:/b'),
    };
    await withFlink(answers, async (rest, flink) => {
      expect(await rest.stopWithSavepoint(JOB, { directory: 'file:///s', drain: true })).toBe('file:/a');
      expect(await rest.savepoint(JOB, { format: 'NATIVE' })).toBe('file:/b');
      expect(flink.seen.flatMap(({ call, body }) => (call.startsWith('POST') ? [body] : []))).toEqual([
        { targetDirectory: 'file:///s', drain: true },
        { formatType: 'NATIVE', 'cancel-job': false },
      ]);
    });
  });

  test('that fail are an error with the root cause', async () => {
    const cause = { class: 'x', 'stack-trace': 'java.util.X: a\n\tat b.C\nCaused by: java.io.IOException: full\n' };
    const answers = {
      [`POST /jobs/${JOB}/savepoints`]: { json: { 'request-id': 'a' } },
      [`GET /jobs/${JOB}/savepoints/a`]: {
        json: { status: { id: 'COMPLETED' }, operation: { location: null, 'failure-cause': cause } },
      },
    };
    await withFlink(answers, async (rest) => {
      await expect(rest.savepoint(JOB)).rejects.toThrow(/failed with a savepoint of job .*: java.io.IOException: full/);
    });
  });

  test('that do not finish in time are given up', async () => {
    const answers = {
      [`POST /jobs/${JOB}/savepoints`]: { json: { 'request-id': 'a' } },
      [`GET /jobs/${JOB}/savepoints/a`]: savepointInProgress,
    };
    await withFlink(answers, async (rest) => {
      await expect(rest.savepoint(JOB, { timeoutMs: 1 })).rejects.toBeInstanceOf(FlinkUnavailableError);
    });
  });

  test('are disposed of', async () => {
    const answers = {
      'POST /savepoint-disposal': { json: { 'request-id': 'a' } },
      'GET /savepoint-disposal/a': [savepointInProgress, { json: { status: { id: 'COMPLETED' }, operation: {} } }],
    };
    await withFlink(answers, async (rest, flink) => {
      await rest.disposeSavepoint('file:/a');
      expect(flink.seen[0]?.body).toEqual({ 'savepoint-path': 'file:/a' });
    });
  });
});

describe('a failure is said in words', () => {
  const trace =
    '<Exception on server side:\njava.util.concurrent.CompletionException: x\n\tat a.B\n' +
    'Caused by: org.apache.flink.messages.FlinkJobNotFoundException: Could not find Flink job\n\tat c.D\nEnd>';

  test.each<[what: string, answer: Answer, kind: new (message: string) => Error, message: RegExp]>([
    [
      'a refusal by its root cause',
      { status: 404, json: { errors: ['Internal server error.', trace] } },
      FlinkRefusedError,
      /^Flink refuses an overview of the cluster: .*FlinkJobNotFoundException: Could not find Flink job$/,
    ],
    ['a refusal without a reason by its status', { status: 500, text: 'oops' }, FlinkRefusedError, /HTTP 500$/],
    ['a wrong login', { status: 401, text: '' }, FlinkRefusedError, /refuses the login.*user name and password/],
    [
      'a cluster that is starting',
      { status: 503, json: { errors: ['Service temporarily unavailable due to an ongoing leader election.'] } },
      FlinkUnavailableError,
      /is not ready for an overview.*leader election/,
    ],
    ['a server that is no Flink', { text: '<html>' }, FlinkRefusedError, /no JSON: is it Flink's REST address/],
    [
      'an answer of another version',
      { json: { ...OVERVIEW, 'slots-total': 'two' } },
      FlinkRefusedError,
      /in another form than Flink 2\.3 does \(slots-total: .*look at its version/,
    ],
  ])('%s', async (_, answer, kind, message) => {
    await withFlink({ 'GET /overview': answer }, async (rest) => {
      await expect(rest.overview()).rejects.toBeInstanceOf(kind);
      await expect(rest.overview()).rejects.toThrow(message);
    });
  });

  test('a cluster that nobody reaches', async () => {
    const flink = await startFlink({});
    await flink.close();
    const rest = new FlinkRest({ url: `${flink.url}/` });
    await expect(rest.overview()).rejects.toBeInstanceOf(FlinkUnavailableError);
    await expect(rest.overview()).rejects.toThrow(/ECONNREFUSED.*is the job manager running/);
  });
});
