/**
 * F16: a worker is killed and one bit of its newest checkpoint flips: the one before must be used, and the replay is
 * longer.
 */
import { checkpointsOf, flipBit } from '../checkpoint-files.ts';
import type { FaultDefinition } from '../fault.ts';
import { killAndDamage } from './damage.ts';
import { afterKill, atPosition } from './kill.ts';

export const corruptCheckpoint: FaultDefinition = {
  kind: 'corrupt-checkpoint',
  row: 'F16',
  description: 'SIGKILL of a worker, and a flipped bit in the newest checkpoint that it left',
  whyNot: ({ stages }) =>
    stages.some(({ kind }) => kind === 'window-state') ? undefined : 'it keeps positions and no checkpoints',
  outcomeOf: afterKill,
  plan: (situation) => [atPosition(situation, situation.atMs)],
  inject: (context, specification) => {
    const { runtime, jobDirectory } = context;
    return killAndDamage(
      context,
      specification,
      async (partition) => {
        let files = 0;
        for (const [newest] of await checkpointsOf(runtime.files, jobDirectory, partition)) {
          if (await flipBit(runtime.files, `${jobDirectory}/${newest}`, specification.seed)) files += 1;
        }
        return { files };
      },
      (_, restored) => {
        const rejecting = restored.find(({ rejected }) => rejected.length > 0);
        if (rejecting === undefined) return undefined;
        const { rejected, restored: used, fromOffset } = rejecting;
        return `${rejected[0]}; restored from ${used ?? 'nothing'} at offset ${fromOffset}`;
      },
    );
  },
};
