/** A stage that goes back behind what it has committed is not excused by the prediction. */
import { expect, test } from '@jest/globals';
import { FaultDirector } from '../../../harness/faults/fault-director.ts';
import { Ledger, ledgerPath } from '../../../harness/faults/ledger.ts';
import { TestWorld } from '../../support/memory-world.ts';

async function repeatedAfter(restored: { coveredEvents: number; restored: string | null; rejected: string[] }) {
  const world = new TestWorld(1, 0);
  const director = new FaultDirector(world.process(), 'faults', [], 1);
  const ledger = await Ledger.open(world.files, ledgerPath('faults', 0, 0, 1), 1);
  await ledger.sending(5000, 1);
  await ledger.acknowledged(5000);
  await ledger.committed(4000);
  await world.run(director.beforeRestart({ epoch: 1, partitions: [0] }));
  const position = { stage: 0, partition: 0, fromOffset: restored.coveredEvents, ...restored };
  director.onEvent({ kind: 'restored', atMs: 0, worker: 0, epoch: 2, ...position });
  return director.repeatedEvents()[0];
}

test.each([
  ['where it had committed', { coveredEvents: 4000, restored: 'f', rejected: [] }, 1000],
  [
    'where it had committed and the ledger does not know it yet',
    { coveredEvents: 4500, restored: 'f', rejected: [] },
    500,
  ],
  ['further back, by its own fault', { coveredEvents: 1000, restored: 'f', rejected: [] }, 1000],
  ['further back, because a file was damaged', { coveredEvents: 1000, restored: 'f', rejected: ['g'] }, 4000],
  ['at the beginning, because nothing was left', { coveredEvents: 0, restored: null, rejected: [] }, 5000],
])('a stage that goes on %s', async (_, restored, events) => {
  expect(await repeatedAfter(restored)).toEqual({ stage: 0, atLeast: events, atMost: events });
});
