import { expect, test } from '@jest/globals';
import type { KeyValueStore } from '../../../../../substrates/key-value-store/key-value-store.ts';
import { MemoryStores } from '../../../../../substrates/key-value-store/memory-store.ts';
import { noHooks } from '../../../../../substrates/stream-engine/embedded/hooks.ts';
import * as stages from '../../../../../substrates/stream-engine/embedded/stages/published-hours-deletion.ts';
import type { TaskContext } from '../../../../../substrates/stream-engine/embedded/stages/stage-task.ts';
import { columnsOf, row, rowsOf, scanned } from '../../../../support/store-rows.ts';

const HOUR_MS = 100;
const FENCE = { partition: 1, epoch: 1 };

/**
 * A speed store with tweets 1 and 2 in hours 0 to 400, of two partitions; the deletion is of partition 1, which has
 * tweet 1.
 */
async function setUp(publishedHourMs: number | undefined) {
  const stores = new MemoryStores();
  const speed = stores.open({ kind: 'memory', name: 'speed' });
  const serving = stores.open({ kind: 'memory', name: 'serving' });
  const hours = [0, 100, 200, 300, 400];
  await speed.bulkLoad(columnsOf(hours.flatMap((hour) => [row(1n, hour, 5), row(2n, hour, 6)])), FENCE);
  if (publishedHourMs !== undefined) {
    await serving.bulkLoad(columnsOf([]), FENCE, { name: 'published-hour', value: publishedHourMs });
  }
  let nowMs = 0;
  const saved: string[] = [];
  const context = {
    clock: { nowMs: () => nowMs },
    hooks: {
      ...noHooks,
      deleting: async (_site: unknown, hourStartMs: number, rows: Parameters<typeof rowsOf>[0]) => {
        // What is about to be deleted is still there.
        expect(await hoursOf(speed, 1n)).toContain(hourStartMs);
        saved.push(...rowsOf(rows).map(({ id, hour, counter }) => `${id}@${hour} ${counter}`));
      },
    },
    settings: { hourMs: HOUR_MS },
    log: { partitions: 2 },
    stage: 0,
    partition: 1,
    fence: FENCE,
  } as unknown as TaskContext;
  const deletion = new stages.PublishedHoursDeletion(context, speed, serving, 2);
  const step = async (writtenHourMs: number): Promise<number[]> => {
    for (let turn = 0; turn < 30; turn++) {
      nowMs += HOUR_MS;
      await deletion.step(writtenHourMs);
    }
    return hoursOf(speed, 1n);
  };
  return { step, saved, speed };
}

async function hoursOf(store: KeyValueStore, id: bigint): Promise<number[]> {
  return (await scanned(store)).filter((one) => one.id === id).map((one) => one.hour);
}

test('published hours of the own partition are deleted two hours later, and shown before they go', async () => {
  const { step, saved, speed } = await setUp(300);
  expect(await step(400)).toEqual([200, 300, 400]);
  expect(saved).toEqual(['1@0 5', '1@100 5']);
  expect(await hoursOf(speed, 2n)).toEqual([0, 100, 200, 300, 400]);
});

test('nothing is deleted before anything is published', async () => {
  const { step } = await setUp(undefined);
  expect(await step(400)).toHaveLength(5);
});

test('an hour stays while the stage itself may still write it, and goes when the stage has caught up', async () => {
  const { step } = await setUp(400);
  expect(await step(Number.NEGATIVE_INFINITY)).toHaveLength(5);
  expect(await step(100)).toHaveLength(5);
  expect(await step(200)).toEqual([100, 200, 300, 400]);
  expect(await step(400)).toEqual([300, 400]);
});
