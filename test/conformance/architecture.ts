/**
 * What every architecture must do, whatever stages it is made of: a straight run and a run with crashes agree where the
 * architecture promises it, and where it does not, the error is the predicted one to the event. An architecture's test
 * calls `describeArchitecture`.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { PlannedCrash } from '../../harness/faults/crash-plan.ts';
import { failpointsOf } from '../../harness/simulate/failpoints.ts';
import type { Declaration, Stage } from '../../substrates/declaration.ts';
import { FAILPOINTS, type Failpoint } from '../../substrates/stream-engine/embedded/hooks.ts';
import { HOUR_MS, type Outcome, runArchitecture, SOURCE } from '../support/architecture-run.ts';
import type { TestWorld } from '../support/memory-world.ts';
import { passedFailpoints, recordingHooks } from '../support/recording-hooks.ts';

/**
 * What the answers are after any crash: `exact`; `counts-again` what was written and not committed; or
 * `as-the-archive-says`, the table that follows from arrival times.
 */
export type CountsAfterCrash = 'exact' | 'counts-again' | 'as-the-archive-says';

export function describeArchitecture(
  declaration: Declaration,
  counts: CountsAfterCrash,
  makeWorld: (seed: number) => TestWorld,
): void {
  const small = withSmallBatches(declaration);
  const runWith = (seed: number, crashes: readonly PlannedCrash[], arrival: 'live' | 'filled' = 'live') =>
    runArchitecture({ declaration: small, world: makeWorld(seed), crashes, arrival });

  describe(`architecture conformance: ${declaration.name}`, () => {
    test.each(['live', 'filled'] as const)('a straight run of a %s log answers as promised', async (arrival) => {
      const outcome = await runWith(1, [], arrival);
      expectAsPromised(outcome, counts);
      expect(repeatedBounds(outcome)).toEqual({ atLeast: 0, atMost: 0 });
    });

    const passed = FAILPOINTS.filter((failpoint) =>
      small.stages.some((stage) => failpointsOf(stage).includes(failpoint)),
    );

    test('it passes the failpoints of its stages and no other', async () => {
      const { events } = await runArchitecture({ declaration: small, world: makeWorld(3), hooks: recordingHooks });
      // The hooks of a stop at a position are asked for rows instead.
      const expected = small.stages.flatMap((stage, index) =>
        failpointsOf(stage)
          .filter((failpoint) => failpoint !== 'position')
          .map((failpoint) => `${index} ${failpoint}`),
      );
      expect(passedFailpoints(events)).toEqual(expected.sort());
    });

    test.each(passed)('crashes at %s change nothing that is not predicted', async (failpoint) => {
      const crashes = crashesAt(small, failpoint);
      const outcome = await runWith(2, crashes);
      const fired = outcome.crashes.map((crash) => crash.id).sort();
      expect(fired).toEqual(crashes.map((crash) => crash.id).sort());
      expectAsPromised(outcome, counts);
      const { atLeast, atMost } = repeatedBounds(outcome);
      // A checkpoint is written beside the steps, so that a write may be under way when it is killed.
      if (failpoint !== 'mid-snapshot') expect(atLeast).toBe(atMost);
      if (counts === 'counts-again' && isBetweenWriteAndCommit(failpoint)) {
        expect(atLeast).toBeGreaterThan(0);
      }
    });

    test('crashes and kills at any moment of any interleaving change nothing that is not predicted', async () => {
      const plans = fc.array(anyCrash(small), { maxLength: 3 });
      const kills = fc.array(fc.nat(HOUR_MS), { minLength: 1, maxLength: 3 });
      await fc.assert(
        fc.asyncProperty(fc.integer(), plans, kills, async (seed, planned, afterMs) => {
          const world = makeWorld(seed);
          const crashes = planned.map((crash, index) => ({ ...crash, id: `${index}` }));
          const meanwhile = () => killWorkers(world, afterMs);
          expectAsPromised(await runArchitecture({ declaration: small, world, crashes, meanwhile }), counts);
        }),
        { numRuns: 5, endOnFailure: true },
      );
    });
  });
}

function isBetweenWriteAndCommit(failpoint: Failpoint): boolean {
  return failpoint === 'after-store-ack' || failpoint === 'mid-flush' || failpoint === 'after-flush-before-purge';
}

/**
 * Every stage that passes the failpoint crashes there twice: at once in the first partition, later and at the third hit
 * in the last.
 */
function crashesAt(declaration: Declaration, failpoint: Failpoint): PlannedCrash[] {
  return declaration.stages.flatMap((stage, index) => {
    if (!failpointsOf(stage).includes(failpoint)) return [];
    return [
      { partition: 0, fromOffset: 0, hit: 1 },
      { partition: SOURCE.partitions - 1, fromOffset: 2000, hit: 3 },
    ].flatMap((place): PlannedCrash[] => {
      const id = `${failpoint} of stage ${index} in partition ${place.partition}`;
      const at = { failpoint, stage: index, ...place };
      const position = { ...at, failpoint: 'position' as const, hit: 1, fromOffset: place.fromOffset + 1234 };
      if (failpoint === 'position') return [{ ...position, id }];
      if (failpoint !== 'during-restore') return [{ ...at, id }];
      // A worker that was killed once dies again while it restores.
      return [
        { ...position, id: `before ${id}` },
        { ...at, id, fromOffset: 0, hit: 1 },
      ];
    });
  });
}

function anyCrash(declaration: Declaration): fc.Arbitrary<Omit<PlannedCrash, 'id'>> {
  const places = declaration.stages.flatMap((stage, index) =>
    failpointsOf(stage).map((failpoint) => ({ failpoint, stage: index })),
  );
  return fc
    .record({
      place: fc.constantFrom(...places),
      partition: fc.nat(SOURCE.partitions - 1),
      fromOffset: fc.nat(SOURCE.length(0) - 1),
      hit: fc.integer({ min: 1, max: 5 }),
    })
    .map(({ place, ...rest }) => ({ ...place, ...rest, hit: place.failpoint === 'position' ? 1 : rest.hit }));
}

/** Kills the newest worker process from outside, after each of the pauses. */
async function killWorkers(world: TestWorld, afterMs: readonly number[]): Promise<void> {
  for (const pauseMs of afterMs) {
    await world.delay(pauseMs);
    world.workers.at(-1)?.runtime.kill();
  }
}

function expectAsPromised(outcome: Outcome, counts: CountsAfterCrash): void {
  const { report, truth, status, speed } = outcome;
  const { doubleCounted, lost, misplaced, phantom, compensated } = report;
  const bounds = repeatedBounds(outcome);
  expect(report.eventsAudited).toBe(truth.events);
  if (counts === 'as-the-archive-says') {
    expect(report).toMatchObject({ unexplained: 0, doubleCounted: 0, lost: outcome.afterCutOffEvents, phantom: 0 });
  } else {
    expect({ lost, misplaced, phantom, compensated }).toEqual({ lost: 0, misplaced: 0, phantom: 0, compensated: 0 });
    expectWithin(doubleCounted, counts === 'counts-again' ? bounds : { atLeast: 0, atMost: 0 });
  }
  const lateDropped = status.partitions.reduce((sum, partition) => sum + partition.lateDroppedEvents, 0);
  expect(lateDropped).toBe(truth.lateDroppedEvents);
  if (speed === undefined) return;
  expect(speed).toMatchObject({ lost: 0, misplaced: 0, phantom: 0, compensated: 0 });
  expectWithin(speed.doubleCounted, bounds);
}

function expectWithin(value: number, { atLeast, atMost }: { atLeast: number; atMost: number }): void {
  expect(value).toBeGreaterThanOrEqual(atLeast);
  expect(value).toBeLessThanOrEqual(atMost);
}

/**
 * What was written twice, as the fault director has added it up; only one stage of an architecture writes what can
 * double.
 */
function repeatedBounds({ repeated }: Outcome): { atLeast: number; atMost: number } {
  return {
    atLeast: repeated.reduce((sum, stage) => sum + stage.atLeast, 0),
    atMost: repeated.reduce((sum, stage) => sum + stage.atMost, 0),
  };
}

/** The same stages with batches so small that a small stream has many. */
function withSmallBatches(declaration: Declaration): Declaration {
  const stages = declaration.stages.map((stage): Stage => {
    if (stage.kind === 'increment-store') return { ...stage, maxBatchEvents: 100 };
    return stage.kind === 'window-state' ? { ...stage, maxFlushKeys: 8 } : { ...stage, maxLoadKeys: 8 };
  });
  return { ...declaration, stages };
}
