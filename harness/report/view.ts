/**
 * A result as the reports look at it: architectures in the talk's order, and each act as the figures that it has,
 * whatever its state.
 */
import type { Stage, StoreName } from '../../substrates/declaration.ts';
import type { CapacityFigures, FailureFigures, SteadyFigures } from '../results/acts.ts';
import type { ArchitectureResult, Result, Warning } from '../results/schema.ts';
import { listing } from './format.ts';
import { inTalkOrder } from './palette.ts';

export interface ArchitectureView {
  name: string;
  result: ArchitectureResult;
  capacity: Partial<CapacityFigures>;
  steady: Partial<SteadyFigures>;
  failure: Partial<FailureFigures>;
}

export type ActName = 'capacity' | 'steady' | 'failure';
const actNames: ActName[] = ['capacity', 'steady', 'failure'];

export function architecturesOf(result: Result): ArchitectureView[] {
  return inTalkOrder(Object.keys(result.architectures)).map((name) => {
    const found = result.architectures[name] as ArchitectureResult;
    return {
      name,
      result: found,
      capacity: found.capacity.state === 'skipped' ? {} : found.capacity,
      steady: found.steady.state === 'skipped' ? {} : found.steady,
      failure: found.failure.state === 'skipped' ? {} : found.failure,
    };
  });
}

/** The run's warnings, and one for each act that was not measured as planned. */
export function warningsOf(result: Result): Warning[] {
  const ofActs = architecturesOf(result).flatMap((view) =>
    actNames.flatMap((act): Warning[] => {
      const message = stateMessage(view.result[act]);
      return message === undefined ? [] : [{ code: 'act', message, architecture: view.name, act }];
    }),
  );
  return [...result.warnings, ...ofActs];
}

function stateMessage(act: ArchitectureResult[ActName]): string | undefined {
  switch (act.state) {
    case 'measured':
      return undefined;
    case 'invalid':
      return `Invalid, its figures are not to be relied on: ${act.reasons.join('; ')}.`;
    case 'interrupted':
      return 'Interrupted: its figures are those of the part that ran.';
    case 'skipped':
      return `Skipped: ${act.reason}.`;
  }
}

/** Where the count lives, in words, from the declaration. */
export function whereTheCountLives(found: ArchitectureResult): string {
  return listing(found.declaration.stages.map(placeOf));
}

function placeOf(stage: Stage): string {
  switch (stage.kind) {
    case 'increment-store':
      return `${storeInWords(stage.store)}, incremented by every event`;
    case 'batch-job':
      return `archive, bulk-loaded into the ${storeInWords(stage.store)} each hour`;
    case 'window-state': {
      const held = stage.keep === 'all' ? 'all windows' : 'open window';
      const processor = `stream processor (${held}${stage.queryable ? ', queried there' : ''})`;
      return stage.onClose.kind === 'nothing'
        ? processor
        : `${processor}, then the ${storeInWords(stage.onClose.store)}`;
    }
  }
}

function storeInWords(store: StoreName): string {
  return store === 'serving' ? 'store' : `${store} store`;
}

export function quotient(numerator: number | undefined, denominator: number | undefined): number | undefined {
  if (numerator === undefined || denominator === undefined || denominator === 0) return undefined;
  return numerator / denominator;
}
