/** The catalogue of mutants fits the compiled tree, and the committed table is that of the catalogue. */
import { describe, expect, test } from '@jest/globals';
import { MUTANTS } from '../../../harness/mutants/catalogue/all.ts';
import { JUDGES } from '../../../harness/mutants/judges/registry.ts';
import { tableOf } from '../../../harness/mutants/table.ts';
import { misfits } from '../../../harness/mutants/tree.ts';
import { repositoryFiles } from '../../support/repository.ts';

describe('the catalogue of mutants', () => {
  test('has at least two dozen, each with a name of its own', () => {
    const ids = MUTANTS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(24);
  });

  test('has only edits that fit the compiled files, none of the suite’s own', async () => {
    const edits = MUTANTS.flatMap((mutant) => mutant.edits);
    expect(await misfits(edits)).toEqual([]);
    expect(edits.filter(({ file }) => file.startsWith('harness/mutants/'))).toEqual([]);
  });

  test('says of each in a sentence what it does, and what must be said of it', () => {
    for (const { what, judge, expected } of MUTANTS) {
      expect(what).toMatch(/^\S.*\.$/);
      expect(Object.keys(JUDGES)).toContain(judge);
      expect(expected.length).toBeGreaterThan(5);
    }
  });

  test('is what the committed table lists', () => {
    const columns = (table: string) =>
      table
        .split('\n')
        .filter((line) => line.startsWith('| '))
        // The last column is what was said when the table was made.
        .map((line) => line.split(' | ').slice(0, 4));
    const committed = repositoryFiles().find(({ path }) => path === 'docs/mutants.md');
    const expected = tableOf(MUTANTS.map((mutant) => ({ mutant, killed: true, said: '' })));
    expect(columns(committed?.text ?? '')).toEqual(columns(expected));
  });
});
