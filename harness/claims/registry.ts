/** Every claim of the talk, in the order of the list, and their evaluation on a result. */
import type { Claim, Result } from '../results/schema.ts';
import { abstractClaims } from './abstract.ts';
import { alphaClaims } from './alpha.ts';
import { batchClaims } from './batch.ts';
import { betaClaims } from './beta.ts';
import type { ClaimDefinition } from './claim.ts';
import { generalClaims } from './general.ts';
import { lambdaClaims } from './lambda.ts';
import { omegaClaims } from './omega.ts';
import { omegaPrimeClaims } from './omega-prime.ts';

export const claims: readonly ClaimDefinition[] = [
  ...generalClaims,
  ...batchClaims,
  ...alphaClaims,
  ...lambdaClaims,
  ...betaClaims,
  ...omegaClaims,
  ...omegaPrimeClaims,
  ...abstractClaims,
];

/** One judgement for each claim, in the list's order. Never throws on a valid result. */
export function evaluateClaims(result: Result): Claim[] {
  return claims.map(({ id, architecture, statement, evaluate }) => ({
    id,
    architecture,
    statement,
    ...evaluate(result),
  }));
}
