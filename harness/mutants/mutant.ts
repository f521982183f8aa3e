/**
 * A mutant: one planted bug, as edits of the compiled JavaScript, and the check that must catch it.
 *
 * A mutant is killed if the named judge, run on a tree with the edits, finds what is expected. A judge that finds
 * something else, or nothing, leaves a survivor: the table of double counts could then be wrong in the same way.
 */
import type { JudgeName } from './judges/registry.ts';

/** `find` must occur exactly once in the file, which is named as in the sources (`.ts`). */
export interface Edit {
  file: string;
  find: string;
  replace: string;
}

export interface Mutant {
  id: string;
  /** One sentence: what the planted bug does. */
  what: string;
  edits: readonly [Edit, ...Edit[]];
  judge: JudgeName;
  /** What one of the judge's findings must say, figures included. */
  expected: string;
}

/** A planted bug that is one edit. */
export function mutant(
  id: string,
  what: string,
  edit: readonly [file: string, find: string, replace: string],
  judge: JudgeName,
  expected: string,
): Mutant {
  const [file, find, replace] = edit;
  return { id, what, edits: [{ file, find, replace }], judge, expected };
}
