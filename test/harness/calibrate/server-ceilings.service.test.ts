/** Ceilings of a real Redis: every client is measured, in both roles, and no key is left. */
import { expect, test } from '@jest/globals';
import { serverCeilings } from '../../../harness/calibrate/server-ceilings.ts';
import { MonotonicClock } from '../../../substrates/clock.ts';
import { RawLane } from '../../../substrates/key-value-store/redis/raw-lane.ts';
import { bindingOf } from '../../substrates/key-value-store/redis/with-redis.ts';
import { describeWith, uniquePrefix } from '../../support/real-servers.ts';

/** Twenty ceilings of some milliseconds each; the limit is for a busy machine. */
const LIMIT_MS = 60_000;
const FILES = { kind: 'files', directory: '/nowhere', partitions: 1 } as const;

describeWith(['redis'], 'ceilings of Redis', ({ redis }) => {
  test(
    'are those of every client for the store and the speed store, and leave no key',
    async () => {
      const prefix = uniquePrefix();
      const stores = {
        serving: bindingOf(redis, { prefix: `${prefix}:a` }),
        speed: bindingOf(redis, { prefix: `${prefix}:b` }),
      };
      const begun: string[] = [];
      const options = { clock: new MonotonicClock(0), timeMs: 1, begin: (name: string) => void begun.push(name) };
      const ceilings = await serverCeilings(FILES, stores, options);
      expect(ceilings.map(({ name }) => name)).toEqual(begun);
      for (const role of ['serving', 'speed']) {
        const names = ceilings.filter((ceiling) => ceiling.role === role).map(({ name }) => name);
        for (const client of ['await-each', 'pipeline', 'script', 'raw']) {
          expect(names).toContain(`redis ${client}, 1000 a batch`);
        }
      }
      for (const { unitsPerSecond } of ceilings) expect(unitsPerSecond).toBeGreaterThan(0);
      const [node] = stores.serving.nodes as [{ host: string; port: number }];
      const lane = await RawLane.open({ ...node, database: 0, tls: false });
      lane.stage('KEYS', `*${prefix}*`);
      expect(await lane.flush()).toEqual([[]]);
      lane.close();
    },
    LIMIT_MS,
  );

  test('end with the reason of an abort, before a key is made', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    const options = { clock: new MonotonicClock(0), timeMs: 1, signal };
    await expect(serverCeilings(FILES, { serving: bindingOf(redis) }, options)).rejects.toThrow('enough');
  });
});
