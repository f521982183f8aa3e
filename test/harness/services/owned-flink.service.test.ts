/** A real Flink of this test's own: started, its processes killed and started again, and taken down. */
import { expect, test } from '@jest/globals';
import { flink } from '../../../harness/services/catalogue/flink.ts';
import { ownedFlink } from '../../../harness/services/owned-flink.ts';
import { taskManagerIds } from '../../../harness/services/probes/flink.ts';
import { markOf } from '../../../harness/services/process-mark.ts';
import { startService, takeDownService } from '../../../harness/services/services.ts';
import { describeWith } from '../../support/real-servers.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';
import { freePorts } from './fake-service.ts';

/** Three JVMs, four times, beside whatever else the machine does. */
const PATIENCE_MS = 600_000;

describeWith(['flink'], 'a Flink of our own', () => {
  test(
    'survives SIGKILL of a task manager and of the job manager, and leaves nothing',
    async () => {
      await withTemporaryDirectory(async (directory) => {
        const [free] = (await freePorts(1)) as [number];
        const place = { directory, portOffset: free - flink.ports[0] };
        try {
          const { url } = await startService('flink', place);
          const owned = await ownedFlink(url, place);
          const [struck, other] = owned?.taskManagers ?? [];
          if (owned === undefined || struck === undefined || other === undefined) throw new Error('it is not whole');
          const idsOf = async () => taskManagerIds(free, 60_000);
          const before = await idsOf();
          expect(before.filter(struck.isCalled)).toHaveLength(1);
          const pid = struck.pid as number;

          expect(struck.kill('SIGKILL')).toBe(true);
          await struck.restart();
          const after = await idsOf();
          expect(markOf(pid)).toBeUndefined();
          expect(after.filter(other.isCalled)).toEqual(before.filter(other.isCalled));
          expect(after.some((id) => struck.isCalled(id) && !before.includes(id))).toBe(true);

          owned.jobManager.kill('SIGKILL');
          await owned.jobManager.restart();
          expect(new Set((await idsOf()).map((id) => id.split('-')[0]))).toEqual(
            new Set(before.map((id) => id.split('-')[0])),
          );

          const pids = owned.pids();
          expect(pids).toHaveLength(3);
          await takeDownService('flink', place);
          expect(pids.map((each) => markOf(each))).toEqual([undefined, undefined, undefined]);
        } finally {
          await takeDownService('flink', place);
        }
      });
    },
    PATIENCE_MS,
  );
});
