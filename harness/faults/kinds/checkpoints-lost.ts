/**
 * F17: a worker is killed and everything that its partition could be restored from is gone: it starts from the log's
 * beginning.
 */
import { restorableFiles } from '../checkpoint-files.ts';
import type { FaultDefinition } from '../fault.ts';
import { killAndDamage } from './damage.ts';
import { afterKill, atPosition } from './kill.ts';

export const checkpointsLost: FaultDefinition = {
  kind: 'checkpoints-lost',
  row: 'F17',
  description: 'SIGKILL of a worker, and all checkpoints and positions of a partition are gone',
  whyNot: ({ stages }) =>
    stages.every((stage) => stage.kind === 'increment-store' && stage.commit === 'with-write')
      ? 'its position is in the store'
      : undefined,
  outcomeOf: afterKill,
  plan: (situation) => [atPosition(situation, situation.atMs)],
  inject: (context, specification) => {
    const { runtime, jobDirectory } = context;
    return killAndDamage(
      context,
      specification,
      async (partition) => {
        const names = await restorableFiles(runtime.files, jobDirectory, partition);
        for (const name of names) await runtime.files.remove(`${jobDirectory}/${name}`);
        return { files: names.length };
      },
      ({ files }, restored) =>
        restored.some(({ fromOffset }) => fromOffset === 0)
          ? `${files} files were removed, and the log is read from its beginning`
          : undefined,
    );
  },
};
