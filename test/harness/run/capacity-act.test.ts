import { expect, test } from '@jest/globals';
import { follow } from '../../../harness/run/capacity-act.ts';
import type { Pipeline } from '../../../harness/run/pipeline.ts';

const nothing = { ofAllSeconds: 0, ofServersSeconds: 0 };
const never = new Promise<never>(() => undefined);

/** A job of two partitions that completes events by this table, on a clock that goes on by its sleeps alone. */
function pipelineOf(completed: readonly (readonly [atMs: number, events: number])[]) {
  let nowMs = 1000;
  const events = () => completed.findLast(([atMs]) => 1000 + atMs <= nowMs)?.[1] ?? 0;
  const sleep = async (durationMs: number): Promise<void> => {
    nowMs += durationMs;
  };
  const job = {
    drained: () => never,
    // A partition's events that not every stage is done with do not count.
    status: () => ({
      partitions: [
        { offset: 1_000_000, reflectedEvents: events() },
        { offset: 0, reflectedEvents: 7 },
      ],
    }),
  };
  return { job, runtime: { clock: { nowMs: () => nowMs }, sleep } } as unknown as Pick<Pipeline, 'job' | 'runtime'>;
}

test('a drain that is stopped in the middle of an hour counts until the last hour was published', async () => {
  const seen: number[] = [];
  const pipeline = pipelineOf([
    [300, 2000],
    [700, 4000],
  ]);
  let polls = 0;
  // At the start, and when events were completed.
  const used = () => ({ ofAllSeconds: seen.length / 10, ofServersSeconds: ++polls });
  const { done, last } = await follow(pipeline, 1000, never, used, (events) => seen.push(events));
  expect(done).toBe(false);
  expect(last).toEqual({ events: 4000, atMs: 1700, cpu: { ofAllSeconds: 0.6, ofServersSeconds: 3 } });
  expect(seen).toEqual([0, 0, 2000, 2000, 2000, 2000, 4000, 4000, 4000, 4000]);
});

test('a drain that shows no reader anything within its time says so', async () => {
  const { done, last } = await follow(
    pipelineOf([]),
    500,
    never,
    () => nothing,
    () => undefined,
  );
  expect(done).toBe(false);
  expect(last.events).toBe(0);
});

test('an interruption ends it', async () => {
  const interrupted = Promise.reject(new Error('stopped by hand'));
  await expect(
    follow(
      pipelineOf([]),
      500,
      interrupted,
      () => nothing,
      () => undefined,
    ),
  ).rejects.toThrow('stopped by hand');
});
