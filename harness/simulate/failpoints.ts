/** Where a stage can be asked to crash: the failpoints that it passes. */
import type { Stage } from '../../substrates/declaration.ts';
import type { Failpoint } from '../../substrates/stream-engine/embedded/hooks.ts';

export function failpointsOf(stage: Stage): readonly Failpoint[] {
  switch (stage.kind) {
    case 'increment-store':
      return ['position', 'after-read', 'before-store', 'after-store-ack', 'during-restore'];
    case 'batch-job':
      return ['position', 'mid-publish', 'after-store-ack', 'during-restore'];
    case 'window-state':
      return stage.onClose.kind === 'nothing'
        ? ['position', 'mid-snapshot', 'during-restore']
        : ['position', 'mid-snapshot', 'during-restore', 'mid-flush', 'after-flush-before-purge'];
  }
}
