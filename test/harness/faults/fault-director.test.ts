import { describe, expect, test } from '@jest/globals';
import type { PlannedCrash } from '../../../harness/faults/crash-plan.ts';
import { FaultDirector } from '../../../harness/faults/fault-director.ts';
import { Ledger, ledgerPath } from '../../../harness/faults/ledger.ts';
import { crashRecordsPath, type WorkerHooksData } from '../../../harness/faults/worker-hooks.ts';
import type { HooksBinding, JobEvent } from '../../../substrates/stream-engine/stream-engine.ts';
import { TestWorld } from '../../support/memory-world.ts';

const CRASHES: PlannedCrash[] = ['position', 'mid-snapshot', 'during-restore'].map((id) => ({
  id,
  failpoint: id as PlannedCrash['failpoint'],
  partition: 0,
  fromOffset: 0,
  hit: 1,
}));

/** A director of two stages, with a world whose dead workers a test makes up. */
function scene() {
  const world = new TestWorld(1, 0);
  const director = new FaultDirector(world.process(), 'faults', CRASHES, 2);
  return {
    director,
    /** What a worker of this epoch had written when it died. */
    async died(epoch: number, written: { sent: number; acknowledged: number; stage?: number; partition?: number }) {
      const path = ledgerPath('faults', written.stage ?? 0, written.partition ?? 0, epoch);
      const ledger = await Ledger.open(world.files, path, epoch);
      await ledger.sending(written.sent, 1);
      await ledger.acknowledged(written.acknowledged);
    },
    restart: (epoch: number, partitions = [0, 1]): Promise<HooksBinding | undefined> =>
      world.run(director.beforeRestart({ epoch, partitions })),
    restored(epoch: number, coveredEvents: number, stage = 0, partition = 0) {
      const position = { stage, partition, fromOffset: coveredEvents, coveredEvents, restored: 'f', rejected: [] };
      director.onEvent({ kind: 'restored', atMs: 0, worker: 0, epoch, ...position } satisfies JobEvent);
    },
    fired: (id: string) =>
      world.files.append(crashRecordsPath('faults'), new TextEncoder().encode(`${JSON.stringify({ id })}\n`)),
    records: () => world.run(director.records()),
  };
}

describe('a fault director', () => {
  test('predicts as repeated what was acknowledged and is not covered by the restored position', async () => {
    const { director, died, restart, restored } = scene();
    await died(1, { sent: 5000, acknowledged: 5000 });
    await restart(1);
    expect(director.repeatedEvents()[0]).toEqual({ stage: 0, atLeast: 0, atMost: 0 });
    restored(2, 4000);
    expect(director.repeatedEvents()).toEqual([
      { stage: 0, atLeast: 1000, atMost: 1000 },
      { stage: 1, atLeast: 0, atMost: 0 },
    ]);
  });

  test('predicts an interval where something was sent and not acknowledged', async () => {
    const { director, died, restart, restored } = scene();
    await died(1, { sent: 6000, acknowledged: 5000 });
    await restart(1);
    restored(2, 5000);
    expect(director.repeatedEvents()[0]).toEqual({ stage: 0, atLeast: 0, atMost: 1000 });
  });

  test('predicts nothing where the position covers all that was sent', async () => {
    const { director, died, restart, restored } = scene();
    await died(1, { sent: 5000, acknowledged: 5000 });
    await restart(1);
    restored(2, 5000);
    expect(director.repeatedEvents()[0]).toEqual({ stage: 0, atLeast: 0, atMost: 0 });
  });

  test('adds up crashes, stages and partitions', async () => {
    const { director, died, restart, restored } = scene();
    await died(1, { sent: 10, acknowledged: 10 });
    await died(1, { sent: 20, acknowledged: 20, partition: 1 });
    await died(1, { sent: 7, acknowledged: 5, stage: 1 });
    await restart(1);
    restored(2, 4);
    restored(2, 15, 0, 1);
    restored(2, 5, 1);
    await died(2, { sent: 30, acknowledged: 30 });
    await restart(2);
    restored(3, 29);
    expect(director.repeatedEvents()).toEqual([
      { stage: 0, atLeast: 6 + 5 + 1, atMost: 6 + 5 + 1 },
      { stage: 1, atLeast: 0, atMost: 2 },
    ]);
  });

  test('counts a ledger once: a worker that restored wrote nothing, and died, leaves its predecessor’s', async () => {
    const { director, died, restart, restored } = scene();
    await died(1, { sent: 10, acknowledged: 10 });
    await restart(1);
    restored(2, 4);
    await restart(2);
    restored(3, 4);
    expect(director.repeatedEvents()[0]).toEqual({ stage: 0, atLeast: 6, atMost: 6 });
  });

  test('keeps what is owed over a successor that died while it restored', async () => {
    const { director, died, restart, restored } = scene();
    await died(1, { sent: 10, acknowledged: 10 });
    await restart(1);
    await restart(2);
    restored(3, 4);
    expect(director.repeatedEvents()[0]).toEqual({ stage: 0, atLeast: 6, atMost: 6 });
  });

  test('does not touch the ledgers of partitions whose worker lives', async () => {
    const { director, died, restart, restored } = scene();
    await died(1, { sent: 10, acknowledged: 10, partition: 1 });
    await restart(1, [0]);
    restored(2, 0, 0, 1);
    expect(director.repeatedEvents()[0]).toEqual({ stage: 0, atLeast: 0, atMost: 0 });
  });

  test('hands a successor the crashes that have not fired, in order', async () => {
    const { director, restart, fired, records } = scene();
    const left = (binding: HooksBinding | undefined) =>
      (binding as { data: WorkerHooksData }).data.crashes.map((crash) => crash.id);
    expect(left(director.binding())).toEqual(['position', 'mid-snapshot', 'during-restore']);
    expect(await records()).toEqual([]);
    await fired('position');
    expect(left(await restart(1))).toEqual(['mid-snapshot', 'during-restore']);
    await fired('mid-snapshot');
    expect(left(await restart(2))).toEqual(['during-restore']);
    await fired('during-restore');
    expect(left(await restart(3))).toEqual([]);
    expect((await records()).map(({ id }) => id)).toEqual(['position', 'mid-snapshot', 'during-restore']);
  });
});
