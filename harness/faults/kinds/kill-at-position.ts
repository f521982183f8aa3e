/**
 * F1: SIGKILL where a worker has read everything before an offset and nothing from it on; between two steps, so nothing
 * is in flight.
 */
import type { FaultDefinition } from '../fault.ts';
import { atPosition, kill } from './kill.ts';

export const killAtPosition: FaultDefinition = {
  kind: 'kill-at-position',
  row: 'F1',
  description: 'SIGKILL of a worker at a stream position, the same for all architectures',
  whyNot: () => undefined,
  // What was read before is written and committed: sent - committed is 0, but for windows that were handed over since a
  // checkpoint.
  outcomeOf: (stage) => (stage.kind === 'window-state' && stage.onClose.kind === 'increment' ? 'repeats' : 'exact'),
  plan: (situation) => [atPosition(situation, situation.atMs)],
  inject: kill,
};
