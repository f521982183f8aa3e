/**
 * What a declaration can get wrong although every field of it is well-formed: stages and an answer that do not go
 * together, so that counts would be nowhere, or asked for where nobody puts them. Each fault says what to do.
 */
import type { Declaration, Stage, StoreName, WindowStateStage } from '../substrates/declaration.ts';

/** One sentence for each fault; empty if the stages and the answer go together. */
export function declarationFaults(declaration: Declaration): string[] {
  return [
    ...answerFaults(declaration),
    ...windowFaults(declaration),
    ...deletionFaults(declaration),
    ...sharedStoreFaults(declaration),
  ];
}

function answerFaults({ stages, answer }: Declaration): string[] {
  switch (answer.from) {
    case 'store':
      return unwritten(stages, answer.store);
    case 'published-hours':
      return unpublished(stages, answer.store);
    case 'batch-over-speed':
      return [...unpublished(stages, answer.batch), ...unwritten(stages, answer.speed)];
    case 'state-then-store':
      return [...unqueryable(stages), ...unwritten(stages, answer.store)];
    case 'state':
      return unqueryable(stages);
  }
}

function unwritten(stages: readonly Stage[], store: StoreName): string[] {
  if (stages.some((stage) => storeOf(stage) === store)) return [];
  return [
    `the answer comes from the ${store} store, but no stage writes to it: ` +
      'let a stage write there, or answer from elsewhere',
  ];
}

function unpublished(stages: readonly Stage[], store: StoreName): string[] {
  if (stages.some((stage) => stage.kind === 'batch-job' && stage.store === store)) return [];
  return [
    `the answer takes published hours from the ${store} store, but no batch-job loads it: ` +
      'add a batch-job stage with that store',
  ];
}

function unqueryable(stages: readonly Stage[]): string[] {
  if (queryable(stages).length > 0) return [];
  return ['the answer comes from state, but no window-state stage is queryable: set queryable: true on one'];
}

/**
 * A window that is kept only while it is open must be handed over when it closes, and then be asked for in the store:
 * from state alone a closed hour would be answered with 0.
 */
function windowFaults({ stages, answer }: Declaration): string[] {
  const faults: string[] = [];
  for (const stage of stages) {
    if (stage.kind !== 'window-state' || stage.keep === 'all') continue;
    if (stage.onClose.kind === 'nothing') {
      faults.push(
        'a window-state stage with keep: open and onClose: nothing forgets every count when the hour closes: ' +
          'keep all windows, or upsert them into a store',
      );
    } else if (answer.from === 'state' && stage.queryable) {
      faults.push(
        'the answer comes from state alone, which forgets closed hours with keep: open: ' +
          'answer from state-then-store, or keep all windows',
      );
    }
  }
  if (queryable(stages).length > 1) {
    faults.push('more than one window-state stage is queryable, so a key would have two answers: leave one');
  }
  return faults;
}

function deletionFaults({ stages, answer }: Declaration): string[] {
  return stages.flatMap((stage) => {
    if (stage.kind !== 'increment-store' || stage.deleteAfterPublishedHours === undefined) return [];
    if (!stages.some((other) => other.kind === 'batch-job')) {
      return [
        'deleteAfterPublishedHours waits for hours that a batch-job publishes, but there is none: ' +
          'add one, or leave it out',
      ];
    }
    if (answer.from === 'batch-over-speed' && answer.speed === stage.store) return [];
    return [
      `hours are deleted from the ${stage.store} store once they are published, but the answer does not take ` +
        'published ones from the batch view: answer from batch-over-speed, or leave deleteAfterPublishedHours out',
    ];
  });
}

/** A counter has one writer: a bulk load or an upsert replaces what an increment has counted. */
function sharedStoreFaults({ stages }: Declaration): string[] {
  const stores = stages.map(storeOf).filter((store) => store !== undefined);
  const shared = [...new Set(stores.filter((store, index) => stores.indexOf(store) !== index))];
  return shared.map(
    (store) =>
      `more than one stage writes to the ${store} store, over each other’s counts: give each a store of its own`,
  );
}

function queryable(stages: readonly Stage[]): WindowStateStage[] {
  return stages.filter((stage) => stage.kind === 'window-state' && stage.queryable) as WindowStateStage[];
}

function storeOf(stage: Stage): StoreName | undefined {
  if (stage.kind !== 'window-state') return stage.store;
  return stage.onClose.kind === 'nothing' ? undefined : stage.onClose.store;
}
