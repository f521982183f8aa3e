/**
 * The default: SIGKILL at a stream position that is the same for all, then at the worst failpoint of each architecture.
 */
import { crashesOf, type PlannedCrash } from '../crash-plan.ts';
import type { FaultDefinition, Strike } from '../fault.ts';
import { afterKill, kill } from './kill.ts';

export const crash: FaultDefinition = {
  kind: 'crash',
  row: 'F1 F2',
  description: 'SIGKILL of a worker, once at a stream position and once at the worst failpoint of the architecture',
  whyNot: () => undefined,
  outcomeOf: afterKill,
  plan: ({ declaration, partition, atMs, hourMs, offsetAt }) =>
    crashesOf(declaration, partition, offsetAt(atMs), offsetAt(atMs + 0.2 * hourMs)).map(strikeOf),
  inject: kill,
};

function strikeOf({ failpoint, partition, fromOffset, hit, stage }: PlannedCrash): Strike {
  if (failpoint === 'position') return { trigger: { at: 'position', partition, offset: fromOffset } };
  const at = { at: 'failpoint' as const, failpoint, partition, fromOffset, hit };
  return { trigger: stage === undefined ? at : { ...at, stage } };
}
