/** The batch jobs of a log's hours, with a cluster and a topic made by hand. */
import { describe, expect, test } from '@jest/globals';
import { batchJob } from '../../../../architectures/architecture.ts';
import type { BatchJobStage } from '../../../../substrates/declaration.ts';
import type { LastEntry } from '../../../../substrates/event-log/kafka/topic-arrivals.ts';
import type { StoreCounts } from '../../../../substrates/key-value-store/key-value-store.ts';
import { FlinkRefusedError, FlinkUnavailableError } from '../../../../substrates/stream-engine/flink/flink-errors.ts';
import { HourJobs } from '../../../../substrates/stream-engine/flink/hour-jobs.ts';
import type { FlinkPlan, FlinkPlanMode } from '../../../../substrates/stream-engine/flink/plan.ts';
import { TestWorld } from '../../../support/memory-world.ts';

const HOUR_MS = 1000;
const START_MS = 10 * HOUR_MS;
const counts = (commands: number): StoreCounts => ({ commands, roundTrips: 1, reads: 0, writes: commands });

type Mode = Extract<FlinkPlanMode, { kind: 'batch' }>;
type RunToEnd = (mode: Mode, counted: (counts: StoreCounts) => void) => Promise<void>;

/** Two partitions with an entry every half hour, of 10 impressions each, for two hours; the end comes with the last. */
async function withHours(
  runToEnd: RunToEnd,
  body: (hours: HourJobs, published: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const world = new TestWorld(1, START_MS);
  const runtime = world.process();
  const store = await world.run(runtime.openStore({ kind: 'memory', name: 'serving' }));
  const arrivalsMs = [0, 500, 1000, 1500].map((ms) => START_MS + ms);
  const last = async (): Promise<LastEntry | undefined> => {
    const came = arrivalsMs.filter((ms) => ms <= runtime.clock.nowMs());
    const ended = came.length === arrivalsMs.length;
    return { offset: 10 * came.length, position: came.length, arrivalMs: came.at(-1) as number, ended };
  };
  const arrivals = {
    last,
    firstArrivalMs: async () => arrivalsMs[0],
    start: async () => 0,
    placeAt: async (_: number, timeMs: number) => {
      const position = arrivalsMs.findIndex((ms) => ms >= timeMs);
      return position < 0 ? undefined : { position, offset: 10 * position };
    },
  };
  const hours = new HourJobs({
    runtime,
    stage: batchJob({ store: 'serving', bucketBy: 'arrival-time' }) as BatchJobStage,
    index: 0,
    hourMs: HOUR_MS,
    partitions: 2,
    arrivals,
    store,
    planOf: (mode) => ({ mode }) as FlinkPlan,
    runToEnd: (plan, counted) => runToEnd(plan.mode as Mode, counted),
  });
  await world.run(
    body(hours, () => store.markers('published-hour', 2)),
    100 * HOUR_MS,
  );
}

describe('the batch jobs of a log', () => {
  test('read the places of their hour, one after another, and publish it when they have finished', async () => {
    const modes: Mode[] = [];
    const seen: unknown[] = [];
    let look: () => Promise<unknown> = async () => undefined;
    await withHours(
      async (mode) => {
        modes.push(mode);
        seen.push(await look());
      },
      async (hours, published) => {
        look = published;
        await hours.run();
        expect(await published()).toEqual([START_MS + HOUR_MS, START_MS + HOUR_MS]);
        const [partition] = hours.progress();
        expect(partition).toMatchObject({ offset: 40, reflectedEvents: 40, drained: true });
      },
    );
    expect(modes.map(({ hourStartMs, ranges }) => [hourStartMs, ranges[1]])).toEqual([
      [START_MS, { partition: 1, fromPosition: 0, toPosition: 2 }],
      [START_MS + HOUR_MS, { partition: 1, fromPosition: 2, toPosition: 4 }],
    ]);
    expect(seen).toEqual([
      [undefined, undefined],
      [START_MS, START_MS],
    ]);
  });

  test('are run again when they fail, and what they asked of the store counts all the same', async () => {
    let runs = 0;
    await withHours(
      async (_, counted) => {
        counted(counts(7));
        if (++runs === 1) throw new FlinkRefusedError('its task manager is gone');
      },
      async (hours) => {
        await hours.run();
        expect(runs).toBe(3);
        expect(hours.counts()).toEqual({ commands: 21, roundTrips: 3, reads: 0, writes: 21 });
      },
    );
  });

  test('of which one fails five times end the job, with why', async () => {
    await withHours(
      () => Promise.reject(new FlinkRefusedError('no space')),
      async (hours) => {
        await expect(hours.run()).rejects.toThrow(`the batch job of hour ${START_MS} failed 5 times: no space`);
      },
    );
  });

  test('wait for a job manager that is away, which is no failure of theirs', async () => {
    let runs = 0;
    await withHours(
      async () => {
        if (++runs < 20) throw new FlinkUnavailableError('nobody answers');
      },
      async (hours) => {
        await hours.run();
        expect(runs).toBe(21);
      },
    );
  });

  test('that are stopped publish nothing, and their last words count', async () => {
    let stop = (): void => undefined;
    await withHours(
      async (_, counted) => {
        stop();
        counted(counts(5));
        throw new FlinkRefusedError('Flink ended it as CANCELED');
      },
      async (hours, published) => {
        stop = () => hours.stop();
        await hours.run();
        expect(await published()).toEqual([undefined, undefined]);
        expect(hours.counts()).toMatchObject({ commands: 5 });
      },
    );
  });
});
