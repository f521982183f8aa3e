/** The plan of faults in YAML: what it takes, and what it says of mistakes. */
import { describe, expect, test } from '@jest/globals';
import { BenchError } from '../../../harness/cli/bench-error.ts';
import { parseFaultPlan, readFaultPlan } from '../../../harness/config/fault-plan-file.ts';

const PARTITIONS = 4;
const parse = (text: string) => parseFaultPlan(text, 'plan.yaml', PARTITIONS);

function refusal(text: string): { code: string; message: string; remedy: string } {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof BenchError) return { code: error.code, message: error.message, remedy: error.remedy };
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a fault plan', () => {
  test('says kind, target, trigger, duration and seed, and leaves the rest to defaults', () => {
    const text = `
- kind: store-outage
  id: away
  target: { store: speed }
  trigger: { at: time, afterStartMs: 1500 }
  durationMs: 300
  seed: 9
- kind: kill-at-failpoint
  trigger: { at: failpoint, failpoint: mid-flush, partition: 3 }
`;
    expect(parse(text)).toEqual([
      {
        id: 'away',
        kind: 'store-outage',
        target: { store: 'speed' },
        trigger: { at: 'time', afterStartMs: 1500 },
        durationMs: 300,
        seed: 9,
      },
      {
        id: 'kill-at-failpoint 2',
        kind: 'kill-at-failpoint',
        target: {},
        trigger: { at: 'failpoint', failpoint: 'mid-flush', partition: 3, fromOffset: 0, hit: 1 },
        seed: 1,
      },
    ]);
  });

  const good = '- { kind: zombie, id: z, trigger: { at: position, partition: 0, offset: 5 } }\n';
  test.each<[what: string, text: string, message: RegExp, remedy: RegExp]>([
    ['no YAML', '- kind: [', /plan\.yaml, line 1: this is not YAML/, /Write a list/],
    ['no list', 'kind: zombie\n', /plan\.yaml holds no faults: its top level is not a list/, /Write a list/],
    ['an empty list', '[]\n', /holds no faults/, /Write a list/],
    ['an entry that is a word', `${good}- zombie\n`, /line 2: entry 2 is no fault/, /Write a list/],
    ['an unknown kind', '- { kind: zombi }\n', /line 1: entry 1, kind: there is no fault 'zombi'/, /mean zombie\?/],
    ['no kind', '- { id: a }\n', /entry 1, kind: no kind is given/, /There are crash/],
    [
      'a bad number, deep down',
      `${good}- kind: zombie\n  trigger:\n    at: position\n    partition: 0\n    offset: -1\n`,
      /plan\.yaml, line 6: entry 2, trigger\.offset: /,
      /Write a list/,
    ],
    ['an unknown key', '- { kind: zombie, trigger: { at: time, afterStartMs: 1 }, when: 3 }\n', /when/, /Write a list/],
    ['no trigger', '- { kind: zombie }\n', /entry 1, trigger: /, /Write a list/],
    [
      'an unknown failpoint',
      good.replace('at: position, partition: 0, offset: 5', 'at: failpoint, failpoint: noon, partition: 0'),
      /trigger\.failpoint/,
      /Write/,
    ],
    ['an id twice', good + good, /line 2: entry 2 has the id 'z' of entry 1/, /id of its own/],
    [
      'a partition too many',
      good.replace('partition: 0', 'partition: 4'),
      /strikes partition 4, and the run has 4/,
      /--partitions/,
    ],
    [
      'duplicates without a place',
      '- { kind: duplicate-events, trigger: { at: time, afterStartMs: 1 } }\n',
      /duplicate-events needs a trigger at a position/,
      /which impressions/,
    ],
  ])('with %s is refused', (_what, text, message, remedy) => {
    const found = refusal(text);
    expect(found.code).toBe('OB_FAULT_PLAN');
    expect(found.message).toMatch(message);
    expect(found.remedy).toMatch(remedy);
  });

  test('that is not there is refused by its name', async () => {
    await expect(readFaultPlan('/nowhere/plan.yaml', 4)).rejects.toThrow(
      '--fault-plan /nowhere/plan.yaml cannot be read: there is no such file',
    );
  });
});
