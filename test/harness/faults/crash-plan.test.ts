import { describe, expect, test } from '@jest/globals';
import { findArchitecture } from '../../../architectures/registry.ts';
import { crashesOf, describeCrash, type PlannedCrash } from '../../../harness/faults/crash-plan.ts';
import type { Declaration } from '../../../substrates/declaration.ts';

const plan = (name: string) => crashesOf(findArchitecture(name) as Declaration, 2, 500, 800);

describe('the crashes of an architecture', () => {
  test.each([
    ['batch', ['batch-job mid-publish']],
    ['alpha', ['increment-store after-store-ack']],
    ['lambda', ['increment-store after-store-ack', 'batch-job mid-publish']],
    ['beta', ['window-state mid-flush']],
    ['omega', ['window-state mid-flush']],
    ['omega-prime', ['window-state mid-snapshot', 'window-state during-restore']],
  ])('%s: at the common position first, then where each stage suffers most', (name, expected) => {
    const [position, ...worst] = plan(name);
    const stages = findArchitecture(name)?.stages;
    expect(position).toEqual({ id: 'position', failpoint: 'position', partition: 2, fromOffset: 500, hit: 1 });
    expect(worst.map(({ failpoint, stage = -1 }) => `${stages?.[stage]?.kind} ${failpoint}`)).toEqual(expected);
    expect(worst.every(({ partition, hit }) => partition === 2 && hit === 1)).toBe(true);
  });

  test('have names of their own, and are armed from the second offset on but for the restore, which has none', () => {
    for (const name of ['batch', 'alpha', 'lambda', 'beta', 'omega', 'omega-prime']) {
      const crashes = plan(name);
      expect(new Set(crashes.map(({ id }) => id)).size).toBe(crashes.length);
      for (const { failpoint, fromOffset } of crashes.slice(1)) {
        expect(fromOffset).toBe(failpoint === 'during-restore' ? 0 : 800);
      }
    }
  });
});

test('a crash is described in words', () => {
  const crash: PlannedCrash = { id: 'a', failpoint: 'mid-flush', partition: 3, fromOffset: 0, hit: 1 };
  expect(describeCrash(crash)).toBe('SIGKILL at the first mid-flush of partition 3');
  const at = (hit: number) => describeCrash({ ...crash, hit, fromOffset: 9 });
  expect([2, 3, 4, 11, 12, 13, 21, 112, 122].map((hit) => at(hit).split(' ')[3])).toEqual([
    '2nd',
    '3rd',
    '4th',
    '11th',
    '12th',
    '13th',
    '21st',
    '112th',
    '122nd',
  ]);
  expect(at(2)).toBe('SIGKILL at the 2nd mid-flush of partition 3 from offset 9 on');
  expect(describeCrash({ ...crash, failpoint: 'position', fromOffset: 9 })).toBe('SIGKILL at offset 9 of partition 3');
});
