/**
 * Every kind of fault against every architecture in a world in memory: it leaves evidence, and the counts are as
 * predicted.
 */
import { describe, expect, test } from '@jest/globals';
import { architectures } from '../../../../architectures/registry.ts';
import { expectedOf, type Outcome } from '../../../../harness/faults/fault.ts';
import { faultDefinition, faultDefinitions } from '../../../../harness/faults/registry.ts';
import { finalStages, repeatsWrites } from '../../../../harness/run/promises.ts';
import type { RowColumns } from '../../../../substrates/key-value-store/key-value-store.ts';
import { JobFailedError } from '../../../../substrates/stream-engine/stream-engine.ts';
import { type FaultRun, planned, runWithFault, smallBatches } from '../../../support/fault-run.ts';

/** These are in what a generator process offers, or need a process or a prober. */
const OF_REAL_RUNS = ['duplicate-events', 'out-of-order', 'late-events', 'slow-query-path', 'generator-stall'];
const simulated = faultDefinitions.filter(({ kind }) => !OF_REAL_RUNS.includes(kind));
const stopping = 'checkpoints-corrupt';

const cells = simulated
  .filter(({ kind }) => kind !== stopping)
  .flatMap(({ kind }) => architectures.map(({ name }) => ({ kind, name })))
  .filter(({ kind, name }) => faultDefinition(kind).whyNot(smallBatches(name)) === undefined);

describe.each(cells)('$kind × $name', ({ kind, name }) => {
  test('bites, and the counts are as predicted', async () => {
    const declaration = smallBatches(name);
    const run = await runWithFault(declaration, planned(kind, declaration));
    expect(run.evidence.filter((evidence) => evidence === undefined)).toEqual([]);
    expect(run.evidence.length).toBeGreaterThan(0);
    const expected = expectedOf(faultDefinition(kind), declaration);
    if (expected === 'not-applicable') throw new Error('it was run');
    expectFinal(run, expected.final);
    if (expected.speed !== undefined) expectSpeed(run, expected.speed);
  });
});

function expectFinal({ report, effects, declaration }: FaultRun, outcome: Outcome): void {
  const { doubleCounted, lost, misplaced } = report;
  const final = finalStages(declaration);
  if (final.some(({ stage }) => stage.kind === 'batch-job')) {
    // The table of the test's own arrival times knows nothing of what a store forgot.
    if (outcome === 'loses') expect(lost - doubleCounted).toBe(eventsIn(effects.lost.serving));
    else expect(report).toMatchObject({ unexplained: 0, doubleCounted: 0, lost: 0 });
    return;
  }
  const again = final.filter(({ stage }) => repeatsWrites(stage)).map(({ index }) => effects.repeated[index]);
  expect({ doubleCounted, misplaced, lost }).toEqual({
    doubleCounted: again.reduce((sum, repeated) => sum + (repeated?.atLeast ?? 0), 0),
    misplaced: 0,
    lost: eventsIn(effects.lost.serving),
  });
  expect(doubleCounted > 0).toBe(outcome === 'repeats');
  expect(lost > 0).toBe(outcome === 'loses');
}

function expectSpeed({ speed, effects }: FaultRun, outcome: Outcome): void {
  expect(speed).toMatchObject({
    doubleCounted: effects.repeated[0]?.atLeast,
    lost: eventsIn(effects.lost.speed),
    misplaced: 0,
  });
  expect((speed?.doubleCounted ?? 0) > 0).toBe(outcome === 'repeats');
  expect((speed?.lost ?? 0) > 0).toBe(outcome === 'loses');
}

function eventsIn(rows: RowColumns | undefined): number {
  return rows === undefined ? 0 : rows.counter.subarray(0, rows.count).reduce((sum, counter) => sum + counter, 0);
}

describe(stopping, () => {
  test.each(architectures.map(({ name }) => name))('%s refuses to go on', async (name) => {
    const declaration = smallBatches(name);
    await expect(runWithFault(declaration, planned(stopping, declaration))).rejects.toThrow(JobFailedError);
  });
});

describe('an additive hand-over', () => {
  const additive = smallBatches('beta', (stage) =>
    stage.kind === 'window-state' ? { ...stage, onClose: { kind: 'increment', store: 'serving' } } : stage,
  );

  test.each(['mid-flush', 'kill-repeatedly', 'corrupt-checkpoint', 'checkpoints-lost', 'reply-lost'])(
    'is doubled by %s, to the event',
    async (kind) => {
      const run = await runWithFault(additive, planned(kind, additive));
      expectFinal(run, 'repeats');
    },
  );

  test('is not doubled by blocks that are delivered twice', async () => {
    const run = await runWithFault(additive, planned('duplicate-delivery', additive));
    expect(run.evidence[0]?.events).toBeGreaterThan(0);
    expect(run.report).toMatchObject({ doubleCounted: 0, lost: 0 });
  });
});

describe('a fault that does not bite', () => {
  test('leaves no evidence', async () => {
    const declaration = smallBatches('omega');
    const kinds = [
      'kill-at-position',
      'store-outage',
      'reply-lost',
      'duplicate-delivery',
      'zombie',
      'checkpoints-lost',
    ];
    for (const kind of kinds) {
      const [fault] = planned(kind, declaration);
      if (fault === undefined) throw new Error('it has something to strike');
      const beyond = { at: 'position' as const, partition: 1, offset: 10_000_000 };
      const run = await runWithFault(declaration, [{ ...fault, trigger: beyond }]);
      expect(run.evidence).toEqual([undefined]);
      expect(run.report).toMatchObject({ doubleCounted: 0, lost: 0 });
    }
  });
});

describe('faults at a time', () => {
  test.each(['kill-at-position', 'store-outage', 'partition-from-log', 'worker-clock-off', 'zombie'])(
    '%s bites, and omega is exact',
    async (kind) => {
      const declaration = smallBatches('omega');
      const [fault] = planned(kind, declaration);
      if (fault === undefined) throw new Error('it has something to strike');
      const trigger = { at: 'time' as const, afterStartMs: 400 };
      const run = await runWithFault(declaration, [{ ...fault, trigger, target: { partition: 1 } }]);
      expect(run.evidence[0]?.what).toEqual(expect.any(String));
      expect(run.report).toMatchObject({ doubleCounted: 0, lost: 0, misplaced: 0 });
    },
  );
});
