/**
 * Every built-in architecture on a Flink cluster: a straight run answers as promised and as the embedded engine does,
 * to the fingerprint; and so does a run whose task manager was killed.
 */
import { describe, expect, test } from '@jest/globals';
import { architectures } from '../../architectures/registry.ts';
import { ownedFlink } from '../../harness/services/owned-flink.ts';
import { describeWith } from '../support/real-servers.ts';
import { runOnServers, type ServerOutcome } from '../support/server-run.ts';
import { rowsOf } from '../support/store-rows.ts';

const MINUTES_MS = 60_000;
const ARCHIVED = ['batch', 'lambda'];

const named = architectures.map((declaration) => [declaration.name, declaration] as const);

describeWith(['kafka', 'redis', 'flink'], 'architectures on Flink', (urls) => {
  test.each(named)(
    '%s has the same (tweet, hour, count, fingerprint) on both engines',
    async (_, declaration) => {
      const onFlink = await runOnServers({ declaration, urls, engine: urls.flink });
      const embedded = await runOnServers({ declaration, urls, engine: 'embedded' });
      expect(onFlink.answers.count).toBeGreaterThan(600);
      expect(rowsOf(onFlink.answers)).toEqual(rowsOf(embedded.answers));
      expect(onFlink.lateDropped).toBe(embedded.lateDropped);
      expectAsPromised(declaration.name, onFlink);
      expect(onFlink.repeated.every(({ atMost }) => atMost === 0)).toBe(true);
    },
    3 * MINUTES_MS,
  );

  describe('whose task manager is killed', () => {
    test.each(named)(
      '%s answers as promised',
      async (name, declaration) => {
        const killed = await ownedFlink(urls.flink);
        if (killed === undefined)
          throw new Error(`${urls.flink} is not ours to kill: start it by 'omegabench services'`);
        const outcome = await runOnServers({ declaration, urls, engine: urls.flink, killed });
        expectAsPromised(name, outcome);
        // A batch job may be over before it is struck.
        if (name === 'batch') return;
        expect(outcome.events.filter(({ kind }) => kind === 'exited')).toMatchObject([{ signal: 'SIGKILL' }]);
        expect(outcome.events.some(({ kind }) => kind === 'restored')).toBe(true);
      },
      3 * MINUTES_MS,
    );
  });
});

function expectAsPromised(name: string, { report, prediction, lateDropped, speed, repeated }: ServerOutcome): void {
  const { doubleCounted, lost, misplaced, phantom, compensated, unexplained } = report;
  expect(lateDropped).toBe(prediction.lateDropped);
  if (ARCHIVED.includes(name)) {
    expect({ unexplained, doubleCounted, lost, phantom }).toEqual({
      unexplained: 0,
      doubleCounted: 0,
      lost: 0,
      phantom: 0,
    });
  } else {
    expect({ lost, misplaced, phantom, compensated }).toEqual({ lost: 0, misplaced: 0, phantom: 0, compensated: 0 });
    const again = name === 'alpha' ? repeated[0] : undefined;
    expect(doubleCounted).toBe(again?.atLeast ?? 0);
    expect(again?.atLeast).toBe(again?.atMost);
  }
  if (speed === undefined) return;
  expect(speed.report).toMatchObject({ lost: 0, misplaced: 0, phantom: 0, compensated: 0 });
  expect(speed.report.doubleCounted).toBe(speed.predictedDoubleCounted);
}
