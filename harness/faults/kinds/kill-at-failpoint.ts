/** F2: SIGKILL after the store has acknowledged a write and before the position that covers it is safe. */
import type { Stage } from '../../../substrates/declaration.ts';
import type { Failpoint } from '../../../substrates/stream-engine/embedded/hooks.ts';
import { type FaultDefinition, writesNoStore } from '../fault.ts';
import { afterKill, atFailpoint, kill } from './kill.ts';

export const killAtFailpoint: FaultDefinition = {
  kind: 'kill-at-failpoint',
  row: 'F2',
  description:
    "SIGKILL of a worker after a store's acknowledgement and before its position is committed or checkpointed",
  whyNot: writesNoStore,
  outcomeOf: afterKill,
  plan: (situation) =>
    situation.declaration.stages.flatMap((stage, index) => {
      const failpoint = afterAcknowledgement(stage);
      return failpoint === undefined ? [] : [atFailpoint(situation, failpoint, index, situation.atMs)];
    }),
  inject: kill,
};

function afterAcknowledgement(stage: Stage): Failpoint | undefined {
  if (stage.kind !== 'window-state') return 'after-store-ack';
  return stage.onClose.kind === 'nothing' ? undefined : 'after-flush-before-purge';
}
