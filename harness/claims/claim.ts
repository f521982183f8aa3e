/**
 * A claim of the talk: one pro, con or promise, in its words, and the function that judges it on a result. Judging is
 * fail-closed: `confirmed` and `refuted` need figures that were measured as planned, `not-proven` has figures that do
 * not suffice either way, and `not-decided-here` has none that bear on it.
 */
import type { ClaimVerdict, Result } from '../results/schema.ts';

export interface Judgement {
  verdict: ClaimVerdict;
  /** Sentences with the figures that decide. */
  evidence: string;
  /** The figure that decides, for other programs; its unit follows from the claim. */
  figure?: number;
}

export type Evaluate = (result: Result) => Judgement;

export interface ClaimDefinition {
  id: string;
  /** Name of the architecture it is about, or `all`. */
  architecture: string;
  statement: string;
  /** Never throws on a valid result. */
  evaluate: Evaluate;
}

export function notProven(evidence: string, figure?: number): Judgement {
  return judgement('not-proven', evidence, figure);
}

export function notDecidedHere(evidence: string): Judgement {
  return judgement('not-decided-here', evidence);
}

/** Confirmed or refuted by one comparison. */
export function decide(holds: boolean, evidence: string, figure?: number): Judgement {
  return judgement(holds ? 'confirmed' : 'refuted', evidence, figure);
}

/** For a claim that needs another kind of run; `because` says which. */
export function undecided(because: string): Evaluate {
  return () => notDecidedHere(because);
}

/** The quotient; undefined where there is none. */
export function ratio(numerator: number, denominator: number): number | undefined {
  const value = numerator / denominator;
  return Number.isFinite(value) ? value : undefined;
}

/** A figure that is no finite number is no figure. */
function judgement(verdict: ClaimVerdict, evidence: string, figure?: number): Judgement {
  return figure !== undefined && Number.isFinite(figure) ? { verdict, evidence, figure } : { verdict, evidence };
}
