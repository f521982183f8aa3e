import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { tally } from '../../../generators/oracle.ts';
import { capacityHours, failureHours, planStreams, type StreamPlan } from '../../../harness/run/streams.ts';
import { Workspace } from '../../../harness/run/workspace.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';
import { configOf } from './run-config.ts';

async function planned<T>(
  settings: Parameters<typeof configOf>[0],
  use: (plan: StreamPlan, directory: string) => Promise<T>,
): Promise<T> {
  return withTemporaryDirectory(async (directory) => {
    const workspace = await Workspace.create(directory, 'run');
    return use(await planStreams(configOf(settings), workspace), directory);
  });
}

const SMALL = { ratePerSecond: 40_000, hourMs: 1000, capacityEvents: 100_000, actHours: 3 };

describe('synthetic streams', () => {
  test('have the act’s rate and whole hours, and begin at the start of one', async () => {
    await planned(SMALL, async (plan) => {
      const steady = await plan.steady();
      expect([steady.endMs - steady.startMs, steady.totalImpressions, steady.startMs % 1000]).toEqual([
        3000, 120_000, 0,
      ]);
      const capacity = await plan.capacity();
      expect((capacity.endMs - capacity.startMs) / 1000).toBe(capacityHours(configOf(SMALL)));
      expect(capacityHours(configOf(SMALL))).toBe(3);
      expect(plan.replayCutOffMs).toBeUndefined();
    });
  });

  test('of the failure act grow until they hold the least number of keys', async () => {
    const settings = { ...SMALL, minimumAuditedKeys: 5000 };
    await planned(settings, async (plan) => {
      const source = await plan.failure(20_000);
      expect(tally(source, { labelling: { by: 'event-time' } }).rows.count).toBeGreaterThanOrEqual(5000);
    });
    // 20,000 impressions an hour hold about 556 tweets: 9 hours would do without a margin.
    expect(failureHours(configOf(settings), 20_000)).toBe(10);
    expect(failureHours(configOf(settings), 1_000_000)).toBe(3);
  });

  test('of the capacity act have two hours at least', () => {
    expect(capacityHours(configOf({ hourMs: 3_600_000 }))).toBe(2);
  });

  test('are the same impressions in every run of one seed', async () => {
    const rows = (seed: number) =>
      planned({ ...SMALL, seed }, async (plan) => tally(await plan.steady(), { labelling: { by: 'event-time' } }).rows);
    expect(await rows(1)).toEqual(await rows(1));
    expect(await rows(1)).not.toEqual(await rows(2));
  });
});

describe('a trace', () => {
  const lines = 'a,10000\nb,10400\na,8300\n';
  const withTrace = (text: string, ratePerSecond: number | undefined, use: (plan: StreamPlan) => Promise<void>) =>
    withTemporaryDirectory(async (directory) => {
      const file = join(directory, 'views.csv');
      writeFileSync(file, text);
      const workspace = await Workspace.create(directory, 'run');
      const trace = { file, ...(ratePerSecond === undefined ? {} : { ratePerSecond }) };
      await use(await planStreams(configOf({ ...SMALL, trace }), workspace));
    });

  test('is one and the same stream in every act, at its own speed', async () => {
    await withTrace(lines, undefined, async (plan) => {
      const source = await plan.steady();
      expect(await plan.capacity()).toBe(source);
      expect(await plan.failure(1000)).toBe(source);
      expect([source.startMs, source.endMs, source.totalImpressions]).toEqual([10_000, 10_401, 3]);
      expect(plan.replayCutOffMs).toBeUndefined();
    });
  });

  test('at a rate has all arrived by its cut-off, whatever hour an impression is of', async () => {
    await withTrace(lines, 1000, async (plan) => {
      const source = await plan.steady();
      expect(source.endMs).toBe(10_003);
      // Of the hour of 8,000 to 9,000 the last impression is due at 10,002, and an hour later is late enough for all.
      expect(plan.replayCutOffMs).toBe(2003);
    });
  });
});
