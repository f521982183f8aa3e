import { describe, expect, test } from '@jest/globals';
import { architectureNames, parseDeclaration } from '../../../architectures/registry.ts';
import { SyntheticStream } from '../../../generators/synthetic-stream.ts';
import { failpointsOf } from '../../../harness/simulate/failpoints.ts';
import type { SimulationPlan } from '../../../harness/simulate/plan.ts';
import { planOf } from '../../../harness/simulate/scenario.ts';
import { range } from '../../support/impressions.ts';

const SEEDS = range(1, 301);
const plans = SEEDS.flatMap((seed) => architectureNames.map((architecture) => planOf(seed, architecture)));

function shareOf(has: (plan: SimulationPlan) => boolean): number {
  return plans.filter(has).length / plans.length;
}

describe('plans', () => {
  test('follow from the seed and the architecture, and survive JSON', () => {
    for (const plan of plans.slice(0, 60)) {
      expect(planOf(plan.seed, plan.architecture)).toEqual(plan);
      expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    }
  });

  test('are streams that can be, of declarations that can work', () => {
    for (const plan of plans) {
      expect(new SyntheticStream(plan.stream).totalImpressions).toBeGreaterThan(500);
      expect(parseDeclaration(plan.declaration, 'a plan')).toEqual(plan.declaration);
      expect(plan.workers).toBeLessThanOrEqual(plan.stream.partitions);
    }
  });

  test('of one seed have the same surroundings for all architectures', () => {
    for (const seed of SEEDS) {
      const [first, ...others] = plans.filter((plan) => plan.seed === seed) as [SimulationPlan, ...SimulationPlan[]];
      for (const { stream, settings, workers, arrival, stalls } of others) {
        expect({ stream, settings, workers, arrival, stalls }).toEqual({
          stream: first.stream,
          settings: first.settings,
          workers: first.workers,
          arrival: first.arrival,
          stalls: first.stalls,
        });
      }
    }
  });

  test('crash where stages can be asked to', () => {
    for (const { declaration, crashes } of plans) {
      for (const { stage, failpoint } of crashes) {
        const struck = declaration.stages[stage as number];
        // The first life of a crash in recovery may have been drawn for another stage.
        if (failpoint !== 'during-restore') expect(failpointsOf(struck as never)).toContain(failpoint);
      }
    }
  });

  test('have none to eight kills and pauses, and three other faults at most', () => {
    const counts = plans.map(({ crashes, strikes }) => crashes.length + strikes.length);
    expect(Math.min(...counts)).toBe(0);
    expect(Math.max(...counts)).toBeLessThanOrEqual(8);
    expect(Math.max(...counts)).toBeGreaterThan(6);
    expect(Math.max(...plans.map(({ faults }) => faults.length))).toBe(3);
  });

  test('strike again during recovery in more than a quarter of the cases', () => {
    const strikesAgain = ({ crashes, strikes }: SimulationPlan): boolean =>
      strikes.some(({ kind }) => kind === 'kill-successor') ||
      crashes.some(({ failpoint }, i) => i > 0 && failpoint === 'during-restore');
    expect(shareOf(strikesAgain)).toBeGreaterThan(0.25);
  });

  test('now and then leave out what others have', () => {
    const features: ((plan: SimulationPlan) => boolean)[] = [
      ({ crashes, strikes, faults }) => crashes.length + strikes.length + faults.length === 0,
      ({ stream }) => stream.lateFraction === 0,
      ({ stream }) => stream.outOfOrderFraction === 0,
      ({ settings }) => settings.checkpointIntervalMs === 0,
      ({ settings }) => settings.allowedLatenessMs === 0,
      ({ arrival }) => arrival === 'filled',
      ({ variant }) => variant !== 'as registered',
      ({ stream }) => stream.partitions === 1,
      ({ workers }) => workers === 3,
    ];
    for (const has of features) {
      expect(shareOf(has)).toBeGreaterThan(0.03);
      expect(shareOf(has)).toBeLessThan(0.7);
    }
  });

  test('need an architecture that is there', () => {
    expect(() => planOf(1, 'gamma')).toThrow('there is no architecture gamma');
  });
});
