import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { architectureNames } from '../../../architectures/registry.ts';
import { planOf } from '../../../harness/simulate/scenario.ts';
import { type SimulationOutcome, simulate } from '../../../harness/simulate/simulate.ts';
import { range } from '../../support/impressions.ts';
import { type PlantedBug, withBug } from '../../support/planted-bugs.ts';

const GOOD = ['EXACT', 'EXPECTED-ERROR'];

describe('simulations of twenty seeds', () => {
  test.each(range(1, 21))('seed %i: every architecture keeps its promise', async (seed) => {
    for (const architecture of architectureNames) {
      const { verdict, reason } = await simulate(planOf(seed, architecture));
      expect({ architecture, reason, isGood: GOOD.includes(verdict) }).toMatchObject({ isGood: true });
    }
  });
});

describe('a simulation is a function of its seed', () => {
  test('twice in a row, and after other runs in the same process', async () => {
    const first = await simulate(planOf(4, 'omega'));
    const second = await simulate(planOf(4, 'omega'));
    expect(second).toEqual(first);
    for (const architecture of ['alpha', 'lambda', 'omega-prime']) await simulate(planOf(5, architecture));
    expect(await simulate(planOf(4, 'omega'))).toEqual(first);
  });

  test('in a process of its own', async () => {
    const main = fileURLToPath(new URL('../../../harness/simulate/main.js', import.meta.url));
    for (const architecture of ['batch', 'lambda', 'beta']) {
      const { traceHash } = await simulate(planOf(7, architecture));
      const { stdout } = await promisify(execFile)(process.execPath, [
        main,
        '--seed',
        '7',
        '--architecture',
        architecture,
      ]);
      expect(stdout).toContain(`trace ${traceHash}`);
    }
  });

  test('and another seed is another run', async () => {
    const hashes = new Set<string>();
    for (const seed of range(1, 6)) hashes.add((await simulate(planOf(seed, 'omega'))).traceHash);
    expect(hashes.size).toBe(5);
  });

  test('whoever listens changes nothing', async () => {
    const silent = await simulate(planOf(9, 'lambda'));
    const notes: string[] = [];
    expect(await simulate(planOf(9, 'lambda'), { onNote: (_atMs, what) => notes.push(what) })).toEqual(silent);
    expect(notes.some((note) => note.includes('is worker 0, epoch 1'))).toBe(true);
    expect(notes.some((note) => note.includes('speed.increment'))).toBe(true);
  });
});

describe('a planted bug is found by one of fifty seeds', () => {
  test.each<[PlantedBug, architecture: string]>([
    ['commit before write', 'alpha'],
    ['commit before write', 'beta'],
    ['a block dropped after a restart', 'omega'],
    ['a block dropped after a restart', 'omega-prime'],
    ['a block dropped after a restart', 'batch'],
    ['fence ignored', 'alpha'],
    ['answers swapped', 'beta'],
    ['answers swapped', 'omega'],
  ])('%s in %s', async (bug, architecture) => {
    let found: SimulationOutcome | undefined;
    for (let seed = 1; seed <= 50 && found === undefined; seed++) {
      const outcome = await simulate(planOf(seed, architecture), { replaceHooks: withBug(bug) });
      if (outcome.verdict === 'VIOLATION') found = outcome;
    }
    expect(found?.reason).toMatch(/predicted|unexplained|right count/);
  });
});
