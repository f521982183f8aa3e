/** Every built-in architecture against the conformance suite. */
import { describe, expect, test } from '@jest/globals';
import { batchJob } from '../../architectures/architecture.ts';
import { architectures, parseDeclaration } from '../../architectures/registry.ts';
import type { Declaration } from '../../substrates/declaration.ts';
import { type CountsAfterCrash, describeArchitecture } from '../conformance/architecture.ts';
import { runArchitecture, SOURCE } from '../support/architecture-run.ts';
import { TestWorld } from '../support/memory-world.ts';

const makeWorld = (seed: number): TestWorld => new TestWorld(seed, SOURCE.startMs);

const promised: Record<string, CountsAfterCrash> = {
  batch: 'as-the-archive-says',
  alpha: 'counts-again',
  lambda: 'as-the-archive-says',
  beta: 'exact',
  omega: 'exact',
  'omega-prime': 'exact',
};

for (const declaration of architectures) {
  describeArchitecture(declaration, promised[declaration.name] as CountsAfterCrash, makeWorld);
}

describe('the stream of the suite', () => {
  const run = (declaration: Declaration) => runArchitecture({ declaration, world: makeWorld(1) });
  const named = (name: string) => run(architectures.find((declaration) => declaration.name === name) as Declaration);

  test('has events that windows drop', async () => {
    expect((await named('omega')).truth.lateDroppedEvents).toBeGreaterThan(0);
  });

  test('has events that the archive files under a wrong hour', async () => {
    expect((await named('batch')).report.misplaced).toBeGreaterThan(0);
  });

  test('has events that come after the cut, the later the cut the fewer', async () => {
    const lost: number[] = [];
    for (const cutOffMs of [0, 60]) {
      const stage = batchJob({ store: 'serving', bucketBy: 'event-time', cutOffMs });
      const declaration = parseDeclaration({ ...architectures[0], stages: [stage] }, 'test');
      const { report, afterCutOffEvents } = await run(declaration);
      expect(report.lost).toBe(afterCutOffEvents);
      lost.push(report.lost);
    }
    expect(lost[1]).toBeGreaterThan(0);
    expect(lost[0]).toBeGreaterThan(lost[1] as number);
  });
});

test('all six run in one process, one after another, in memory; the same seed gives the same run', async () => {
  const runs: string[][] = [];
  for (let round = 0; round < 2; round++) {
    const traces: string[] = [];
    for (const declaration of architectures) {
      const crash = { id: 'crash', failpoint: 'position', partition: 1, fromOffset: 1500, hit: 1 } as const;
      const outcome = await runArchitecture({ declaration, world: makeWorld(9), crashes: [crash] });
      expect(outcome.crashes).toHaveLength(1);
      expect(outcome.report.eventsAudited).toBe(outcome.truth.events);
      traces.push(JSON.stringify([outcome.events, outcome.status, outcome.report]));
    }
    runs.push(traces);
  }
  expect(runs[1]).toEqual(runs[0]);
});
