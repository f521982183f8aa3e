import { expect, test } from '@jest/globals';
import { architectures } from '../../architectures/registry.ts';
import { runArchitecture, SOURCE } from '../support/architecture-run.ts';
import { TestWorld } from '../support/memory-world.ts';
test.each(architectures.map((d) => [d.name, d] as const))('%s', async (_, declaration) => {
  for (const arrival of ['live', 'filled'] as const) {
    const t0 = process.hrtime.bigint();
    const outcome = await runArchitecture({ declaration, world: new TestWorld(1, SOURCE.startMs), arrival });
    console.log(declaration.name, arrival, Number(process.hrtime.bigint() - t0) / 1e6, JSON.stringify({ ...outcome.report, worst: outcome.report.worst.slice(0,1) }), JSON.stringify(outcome.speed && { ...outcome.speed, worst: outcome.speed.worst.slice(0,1) }), outcome.repeated, outcome.truth.lateDroppedEvents, outcome.status.partitions.map((p) => p.lateDroppedEvents));
  }
  expect(1).toBe(1);
});
