import { describe, expect, test } from '@jest/globals';
import { CampaignTally } from '../../../harness/simulate/campaign-tally.ts';
import { describeFailure, progressLine, summary } from '../../../harness/simulate/campaign-text.ts';
import type { SimulationOutcome } from '../../../harness/simulate/simulate.ts';
import { range } from '../../support/impressions.ts';

function outcome(changes: Partial<SimulationOutcome> = {}): SimulationOutcome {
  return {
    seed: 1,
    architecture: 'omega-prime',
    variant: 'as registered',
    verdict: 'EXACT',
    reason: 'all 5 keys are right',
    traceHash: '00',
    events: 1000,
    virtualMs: 500,
    answersChecked: 10,
    faults: [],
    secondInRecovery: false,
    ...changes,
  };
}

/** A campaign of so many seeds in which every kind of fault bites, but for those left out. */
function campaign(seeds: number, without: readonly string[] = [], secondInRecovery = true): CampaignTally {
  const tally = new CampaignTally(['omega-prime']);
  const kinds = [...tally.faults.keys()];
  for (const seed of range(1, seeds + 1)) {
    const faults = kinds.map((kind) => ({ kind, bit: !without.includes(kind) }));
    tally.add(outcome({ seed, faults, secondInRecovery }));
  }
  return tally;
}

describe('a campaign', () => {
  test('knows which faults its architectures can have, and no others', () => {
    const kinds = [...new CampaignTally(['omega-prime']).faults.keys()];
    expect(kinds).toEqual(expect.arrayContaining(['crash at mid-snapshot', 'kill', 'pause beyond the time-out']));
    expect(kinds).not.toContain('crash at mid-publish');
    expect([...new CampaignTally(['batch']).faults.keys()]).toContain('crash at mid-publish');
  });

  test('is vacuous if a kind of fault has never bitten', () => {
    expect(campaign(100).vacuities()).toEqual([]);
    expect(campaign(100, ['crash at mid-snapshot']).vacuities()).toEqual(['crash at mid-snapshot has never bitten']);
  });

  test('is vacuous if too few had a second fault during recovery', () => {
    expect(campaign(100, [], false).vacuities()).toEqual(['only 0 % had a second fault during recovery']);
  });

  test('is not asked that with a few seeds', () => {
    const few = campaign(99, ['kill'], false);
    expect(few.vacuities()).toEqual([]);
    expect(summary(few, ['omega-prime'], 1)).toContain('fewer than 100 seeds');
  });

  test('counts verdicts and keeps what must not be', () => {
    const tally = new CampaignTally(['alpha']);
    tally.add(outcome());
    tally.add(outcome({ verdict: 'EXPECTED-ERROR' }));
    tally.add(outcome({ verdict: 'VIOLATION', seed: 2, architecture: 'alpha' }));
    tally.add(outcome({ verdict: 'UNKNOWN', seed: 3 }));
    expect(tally.verdicts).toEqual({ EXACT: 1, 'EXPECTED-ERROR': 1, VIOLATION: 1, INVALID: 0, UNKNOWN: 1 });
    expect(tally.failures.map(({ seed }) => seed)).toEqual([2, 3]);
    expect(tally).toMatchObject({ runs: 4, seeds: 3, events: 4000, answersChecked: 40 });
  });
});

describe('what a campaign says', () => {
  test('a failure comes with the command that plays it again', () => {
    const text = describeFailure(
      outcome({ verdict: 'VIOLATION', seed: 77, architecture: 'beta', reason: 'lost is 3' }),
    );
    expect(text).toContain('VIOLATION seed 77, beta (as registered): lost is 3');
    expect(text).toContain('npm run simulate -- --seed 77 --architecture beta --trace');
  });

  test('progress tells what is left', () => {
    const tally = campaign(50);
    expect(progressLine(tally, 200, 10)).toBe('50 of 200 simulations, 5.0/s, 30 s left');
  });

  test('the summary has a row for every fault', () => {
    const text = summary(campaign(100, ['kill']), ['omega-prime'], 20);
    expect(text).toContain('100 seeds x 1 architectures in 20.0 s: 5.0 simulations/s');
    expect(text).toMatch(/^kill +100 +0$/m);
    expect(text).toContain('VACUOUS: kill has never bitten');
  });
});
