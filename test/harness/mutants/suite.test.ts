/** The runner tells a bug that is found from one that is not, and the judges tell good runs from bad. */
import { describe, expect, test } from '@jest/globals';
import { findingsOf } from '../../../harness/mutants/judge-process.ts';
import { judgedRun } from '../../../harness/mutants/judges/judged-run.ts';
import { canaryRun } from '../../../harness/mutants/judges/planted-errors.ts';
import { scenariosOf } from '../../../harness/mutants/judges/scenarios.ts';
import { subject } from '../../../harness/mutants/judges/subjects.ts';
import type { Mutant } from '../../../harness/mutants/mutant.ts';
import { runSuite, survivorsOf, tryMutant } from '../../../harness/mutants/suite.ts';
import { COMPILED, EditError } from '../../../harness/mutants/tree.ts';

const CHECKSUM = 'a flipped bit in the arrival time of a block: verified';
const ignored: Mutant = {
  id: 'checksum-ignored',
  what: 'A damaged block is taken for good.',
  edits: [{ file: 'substrates/event-log/files/codec.ts', find: '!== from.words[at / 4]', replace: '=== -1' }],
  judge: 'log',
  expected: CHECKSUM,
};
/** Changes nothing that can be seen. */
const harmless: Mutant = { ...ignored, edits: [{ ...ignored.edits[0], replace: '!== from.words[(at / 4)]' }] };

describe('a mutant', () => {
  test('is killed if its judge says what is expected', async () => {
    expect(await tryMutant(ignored, [])).toEqual({ mutant: ignored, killed: true, said: CHECKSUM });
  });

  test('survives if its judge is silent, says something else, or says it without the bug as well', async () => {
    expect(await tryMutant(harmless, [])).toMatchObject({ killed: false, said: 'nothing' });
    const other = { ...ignored, expected: 'something else' };
    expect(await tryMutant(other, [])).toMatchObject({ killed: false, said: expect.stringContaining(CHECKSUM) });
    const known = await tryMutant(ignored, [CHECKSUM]);
    expect(known.killed).toBe(false);
    expect(survivorsOf({ results: [known], falseAlarms: [], canary: '' })).toEqual([known]);
  });

  test('stops the suite before anything is run if its edit does not fit', async () => {
    const unfit: Mutant = { ...ignored, edits: [{ ...ignored.edits[0], find: 'no such text' }] };
    let judged = 0;
    const suite = runSuite([unfit], { onJudged: () => judged++ });
    await expect(suite).rejects.toThrow(EditError);
    expect(judged).toBe(0);
  });

  test('that ends its judge’s process is told by how it ended', async () => {
    const [finding] = await findingsOf(COMPILED, 'no such judge' as never);
    expect(finding).toMatch(/^the judge died: .*no such judge/);
  });
});

describe('a judged run', () => {
  const verdictIn = async (name: Parameters<typeof subject>[0], scenario: RegExp) => {
    const plan = scenariosOf(subject(name)).find((candidate) => scenario.test(candidate.name));
    if (plan === undefined) throw new Error(`there is no scenario ${scenario}`);
    return judgedRun(plan);
  };

  test('is exact where nothing can go wrong', async () => {
    expect(await verdictIn('alpha', /^no fault$/)).toMatchObject({ verdict: 'EXACT' });
  });

  test('finds the error that an architecture makes by its design, and no other', async () => {
    const judged = await verdictIn('alpha', /after-store-ack/);
    expect(judged).toMatchObject({
      verdict: 'EXPECTED-ERROR',
      reason: expect.stringMatching(/[1-9]\d* counted twice/),
    });
  });

  test('of beta drops what is too late, and reports it', async () => {
    const judged = await verdictIn('beta', /two crashes/);
    expect(judged).toMatchObject({
      verdict: 'EXPECTED-ERROR',
      reason: expect.stringMatching(/^as predicted: [1-9]\d* dropped as late$/),
    });
  });

  test('with one impression too many is condemned', async () => {
    expect(await canaryRun()).toEqual([expect.stringContaining('VIOLATION, doubleCounted is 1, predicted 0')]);
  });
});
