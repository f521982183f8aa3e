/**
 * What a declaration promises, read off its stages: who may double, where the answers come from, what a store should be
 * asked.
 */
import type { Declaration, Stage, StoreName } from '../../substrates/declaration.ts';

/** True if a crash between a stage's write and its commit counts again. */
export function repeatsWrites(stage: Stage): boolean {
  if (stage.kind === 'increment-store') return stage.commit === 'after-write';
  return stage.kind === 'window-state' && stage.onClose.kind === 'increment';
}

/** The stages that make up the final answer, once everything is drained. */
export function finalStages(declaration: Declaration): { stage: Stage; index: number }[] {
  const all = declaration.stages.map((stage, index) => ({ stage, index }));
  const { answer } = declaration;
  if (answer.from === 'state') return all.filter(({ stage }) => stage.kind === 'window-state');
  // When all hours are published the batch view alone answers.
  const store = answer.from === 'batch-over-speed' ? answer.batch : answer.store;
  return all.filter(({ stage }) => writesTo(stage, store));
}

function writesTo(stage: Stage, store: StoreName): boolean {
  if (stage.kind !== 'window-state') return stage.store === store;
  return stage.onClose.kind !== 'nothing' && stage.onClose.store === store;
}

/** The final counts are right after any crash. A batch job promises less: what the arrival times say, to the event. */
export function promisesExactness(declaration: Declaration): boolean {
  return finalStages(declaration).every(({ stage }) => !repeatsWrites(stage) && stage.kind !== 'batch-job');
}

/** Answers come an hour at a time: a store that is written when a window closes or a job has run. */
export function answersByHour(declaration: Declaration): boolean {
  const { answer } = declaration;
  if (answer.from === 'published-hours') return true;
  return answer.from === 'store' && finalStages(declaration).every(({ stage }) => stage.kind === 'window-state');
}

/** Drops what comes later than allowed. */
export function dropsLateEvents(declaration: Declaration): boolean {
  return finalStages(declaration).some(({ stage }) => stage.kind === 'window-state');
}

/** Commands per event that the stages should need for this store: 1 or 2 an event, or 1 for each distinct key. */
export function expectedCommandsPerEvent(declaration: Declaration, store: StoreName, distinctPerEvent: number): number {
  return declaration.stages
    .filter((stage) => writesTo(stage, store))
    .reduce((sum, stage) => {
      if (stage.kind !== 'increment-store') return sum + distinctPerEvent;
      return sum + (stage.increment === 'atomic' ? 1 : 2);
    }, 0);
}
