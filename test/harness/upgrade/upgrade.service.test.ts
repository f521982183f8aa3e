/** A program on a real cluster is changed under its state and rolled back, and no count is wrong. */
import { readdir } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { resolveUpgrade, type SaidToUpgrade } from '../../../harness/config/upgrade-config.ts';
import { clusterRest } from '../../../harness/upgrade/cluster-rest.ts';
import { ownJobs } from '../../../harness/upgrade/own-jobs.ts';
import { runUpgrade } from '../../../harness/upgrade/upgrade.ts';
import { describeWith, uniquePrefix } from '../../support/real-servers.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';

const TIME_MS = 300_000;
const KNOWN = { architectures: ['beta', 'omega', 'omega-prime'], environment: {} };
const silent = { phase: () => {}, update: () => {}, warn: () => {}, done: () => {} };

describeWith(['kafka', 'redis', 'flink'], 'an upgrade on Flink', ({ kafka, redis, flink }) => {
  test.each<Omit<SaidToUpgrade, 'flags'>>([
    { architecture: 'omega', change: 'filter' },
    { architecture: 'beta' },
    { architecture: 'omega', change: 'rescale', toParallelism: '1' },
    { architecture: 'omega-prime', change: 'rescale', toParallelism: '3' },
  ])(
    'of %j is exact, and so is its rollback; nothing is left behind',
    (said) =>
      withTemporaryDirectory(async (out) => {
        const prefix = uniquePrefix();
        const flags = {
          engine: [flink],
          log: [`${kafka.replace(/\/$/, '')}/${prefix}`],
          store: [redis],
          rate: ['20k'],
          hour: ['2s'],
          'flink-parallelism': ['2'],
        };
        const { config, credentials, change } = resolveUpgrade({ flags, ...said }, KNOWN);
        const { signal } = new AbortController();
        const options = { config: { ...config, out }, credentials, change, progress: silent, signal };
        const { result } = await runUpgrade(options);

        const { verdict, audits, isolation, sameCut } = result;
        expect({ verdict, wrong: audits.map(({ keysWrong }) => keysWrong), isolation, sameCut }).toEqual({
          verdict: 'exact',
          wrong: [0, 0],
          isolation: { changedWhileBRan: 0, changedAfterAudit: 0 },
          sameCut: true,
        });
        expect(result.audits[0]?.eventsAudited).toBe(result.stream.events);
        expect(result.refused.reason).toContain('its windows are 4s long');
        expect(result.refused.eventsReadAfter).toBeGreaterThan(0);
        expect(result.savepoints[0]?.bytes).toBeGreaterThan(0);
        expect(result.steps[1]?.replayedEvents).toBeGreaterThan(0);
        if (change.kind === 'filter') expect(result.keysThatDiffer).toBeGreaterThan(0);
        const rest = clusterRest(config.engine, credentials);
        const own = (await ownJobs(rest)).filter(({ name }) => name.includes(prefix));
        // A, B, A again and B again, newest first.
        const subtasks = await Promise.all(
          own.map(async ({ id }) => Math.max(...(await rest.job(id)).vertices.map(({ parallelism }) => parallelism))),
        );
        const ofB = change.kind === 'rescale' ? change.parallelism : 2;
        expect(subtasks).toEqual([ofB, 2, ofB, 2]);
        expect(own.map(({ state }) => state).filter((state) => state !== 'FINISHED' && state !== 'CANCELED')).toEqual(
          [],
        );
        expect(own).toHaveLength(4);
        expect(await readdir(`${out}/${result.runId}`)).toEqual(['upgrade.json']);
      }),
    TIME_MS,
  );
});
