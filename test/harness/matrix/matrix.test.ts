/** A matrix goes on where the run of a cell fails, and ends where a person wants it to. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { reportMatrix } from '../../../harness/matrix/report.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';
import { freePorts } from '../services/fake-service.ts';

const PACE = { ratePerSecond: 2000, hourMs: 500, hours: 4 };
/** Two cells, none of which gets as far as starting a worker; the limit is for a busy machine. */
const LIMIT_MS = 60_000;

/** A matrix of two cells whose store is a Redis that is not there, and what it said. */
async function withoutRedis(out: string, signal: AbortSignal) {
  const [port] = await freePorts(1);
  const store = `redis://127.0.0.1:${port}/0`;
  const said: string[] = [];
  const report = await reportMatrix({
    ...PACE,
    kinds: ['crash', 'zombie'],
    architectures: ['alpha'],
    out,
    substrates: { store, speedStore: store },
    signal,
    say: (line) => said.push(line),
  });
  return { said, report };
}

describe('a cell whose run fails by an error that is not its job’s', () => {
  test(
    'has a verdict that is not as expected and says why, and the cells after it are taken',
    () =>
      withTemporaryDirectory(async (out) => {
        const { said, report } = await withoutRedis(out, new AbortController().signal);
        expect(report.asExpected).toBe(false);
        expect(report.data.cells.map(({ kind, verdict }) => [kind, verdict])).toEqual([
          ['crash', 'ERROR'],
          ['zombie', 'ERROR'],
        ]);
        for (const { differs } of report.data.cells) {
          expect(differs).toMatch(/^the run failed: \w+: Redis at 127\.0\.0\.1:\d+ cannot be reached/);
        }
        expect(said).toHaveLength(2);
        expect(said[0]).toMatch(/^ {2}1\/2 {2}crash × alpha: ERROR, DIFFERS: the run failed: \w+Error/);
        expect(report.text).toMatch(/crash × alpha differs: the run failed[\s\S]*0 of 2 cells as expected\n$/);
        const markdown = await readFile(join(report.data.directory, 'matrix.md'), 'utf8');
        expect(markdown).toMatch(/\| crash \| alpha \| \S.*\| ERROR \| the run failed: \w+Error/);
      }),
    LIMIT_MS,
  );

  test('is not made up for a matrix that was ended by its user', () =>
    withTemporaryDirectory(async (out) => {
      await expect(withoutRedis(out, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    }));
});
