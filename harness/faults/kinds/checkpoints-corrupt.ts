/**
 * F17: a worker is killed and everything that its partition could be restored from is damaged. Going on from nothing
 * would lose or double silently, so the job must stop and say so.
 */
import { checkpointsOf, flipBit, restorableFiles } from '../checkpoint-files.ts';
import type { FaultDefinition } from '../fault.ts';
import { killAndDamage } from './damage.ts';
import { atPosition } from './kill.ts';

export const checkpointsCorrupt: FaultDefinition = {
  kind: 'checkpoints-corrupt',
  row: 'F17',
  description:
    'SIGKILL of a worker, and all checkpoints and positions of a partition are damaged: the job must refuse to go on',
  whyNot: ({ stages }) =>
    stages.every((stage) => stage.kind === 'increment-store' && stage.commit === 'with-write')
      ? 'its position is in the store'
      : undefined,
  outcomeOf: () => 'fail-stop',
  plan: (situation) => [atPosition(situation, situation.atMs)],
  inject: (context, specification) => {
    const { runtime, jobDirectory } = context;
    return killAndDamage(
      context,
      specification,
      async (partition) => {
        const names = [
          ...(await checkpointsOf(runtime.files, jobDirectory, partition)).flat(),
          ...(await restorableFiles(runtime.files, jobDirectory, partition)).filter((name) =>
            name.endsWith('.position'),
          ),
        ];
        let files = 0;
        for (const name of names) {
          if (await flipBit(runtime.files, `${jobDirectory}/${name}`, specification.seed)) files += 1;
        }
        return { files };
      },
      ({ files }) => `${files} files were damaged`,
    );
  },
};
