import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { appendToCorpus, readCorpus } from '../../../harness/simulate/corpus.ts';
import { planOf } from '../../../harness/simulate/scenario.ts';
import { simulate } from '../../../harness/simulate/simulate.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';

const corpus = await readCorpus();

describe('the regression corpus', () => {
  test('has plans for every architecture', () => {
    const architectures = new Set(corpus.map(({ plan }) => plan.architecture));
    expect([...architectures].sort()).toEqual(['alpha', 'batch', 'beta', 'lambda', 'omega', 'omega-prime']);
  });

  test.each(corpus.map(({ why, plan }, i) => ({ line: i + 1, architecture: plan.architecture, why, plan })))(
    'line $line, $architecture: $why',
    async ({ plan }) => {
      const { verdict, reason } = await simulate(plan);
      expect({ reason, isGood: verdict === 'EXACT' || verdict === 'EXPECTED-ERROR' }).toMatchObject({ isGood: true });
    },
  );
});

describe('a corpus file', () => {
  test('takes a failing plan once, and gives it back as it was', async () => {
    await withTemporaryDirectory(async (directory) => {
      const path = join(directory, 'corpus.ndjson');
      await writeFile(path, '');
      const entry = { why: 'VIOLATION: lost is 3, predicted 0', plan: planOf(3, 'beta') };
      expect(await appendToCorpus([entry], path)).toBe(1);
      expect(await appendToCorpus([entry], path)).toBe(0);
      expect(await readCorpus(path)).toEqual([entry]);
    });
  });

  test('says which line is broken', async () => {
    await withTemporaryDirectory(async (directory) => {
      const path = join(directory, 'corpus.ndjson');
      await writeFile(path, '{}\n{"why":\n');
      await expect(readCorpus(path)).rejects.toThrow(/corpus\.ndjson:2 is no JSON/);
    });
  });
});
