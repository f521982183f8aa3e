/** All mutants of the suite, in the order of the way of the data: the log, the pipelines, the checks. */
import type { Mutant } from '../mutant.ts';
import { checkMutants } from './checks.ts';
import { instrumentMutants } from './instruments.ts';
import { readingMutants } from './reading.ts';
import { stageMutants } from './stages.ts';
import { stateMutants } from './state.ts';

export const MUTANTS: readonly Mutant[] = [
  ...stateMutants,
  ...stageMutants,
  ...readingMutants,
  ...checkMutants,
  ...instrumentMutants,
];
