/** Result files on disk: whole, checked, and with errors that say what to do. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Result } from '../../../harness/results/schema.ts';
import { ResultFileError, readResult, writeResult } from '../../../harness/results/store.ts';
import { resultFixture } from '../../support/result-fixture.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'omegabench-results-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function failureOf(promise: Promise<unknown>): Promise<ResultFileError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ResultFileError)) throw new Error(`expected a ResultFileError, got ${error}`);
  return error;
}

describe('a result file', () => {
  test('reads back as it was written, by its folder and by its own path', async () => {
    const path = await writeResult(folder, resultFixture());
    expect(path).toBe(join(folder, 'result.json'));
    expect(await readResult(path)).toEqual(resultFixture());
    expect(await readResult(folder)).toEqual(resultFixture());
  });

  test('leaves nothing but itself in the folder, and makes the folder', async () => {
    const inner = join(folder, 'a', 'b');
    await writeResult(inner, resultFixture());
    await writeResult(inner, resultFixture({ status: 'interrupted' }));
    expect(await readdir(inner)).toEqual(['result.json']);
    expect((await readResult(inner)).status).toBe('interrupted');
  });

  test('is not replaced by an invalid result', async () => {
    const path = await writeResult(folder, resultFixture());
    const before = await readFile(path, 'utf8');
    const invalid = { ...resultFixture(), runId: '' } as Result;
    const error = await failureOf(writeResult(folder, invalid));
    expect(error.code).toBe('invalid');
    expect(error.message).toContain('runId');
    expect(await readFile(path, 'utf8')).toBe(before);
  });

  test('that is missing is named, with what to give instead', async () => {
    const error = await failureOf(readResult(join(folder, 'nowhere.json')));
    expect(error.code).toBe('missing');
    expect(error.message).toContain('nowhere.json');
    expect(error.message).toContain('result.json');
  });

  test('that is not JSON is said not to be', async () => {
    await writeFile(join(folder, 'result.json'), '{ "schemaVersion": ');
    expect((await failureOf(readResult(folder))).code).toBe('not-json');
  });

  test('of another major schema version is refused with both versions', async () => {
    await writeFile(join(folder, 'result.json'), JSON.stringify({ ...resultFixture(), schemaVersion: '2.3.0' }));
    const error = await failureOf(readResult(folder));
    expect(error.code).toBe('schema-version');
    expect(error.message).toContain('2.3.0');
    expect(error.message).toContain('1.x');
  });

  test('of a later minor schema version is read', async () => {
    await writeFile(
      join(folder, 'result.json'),
      JSON.stringify({ ...resultFixture(), schemaVersion: '1.7.0', added: true }),
    );
    expect((await readResult(folder)).schemaVersion).toBe('1.7.0');
  });

  test('with a wrong field is refused with the path of the field', async () => {
    const text = JSON.stringify(resultFixture()).replace('"sustained":false', '"sustained":"no"');
    await writeFile(join(folder, 'result.json'), text);
    const error = await failureOf(readResult(folder));
    expect(error.code).toBe('invalid');
    expect(error.message).toContain('architectures.alpha.steady.sustained');
  });

  test('without a schema version is said not to be a result', async () => {
    await writeFile(join(folder, 'result.json'), '[]');
    expect((await failureOf(readResult(folder))).message).toContain('not a result');
  });
});
