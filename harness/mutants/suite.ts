/**
 * The checker mutation suite: every planted bug must be found by the check that is named for it, on a tree on which the
 * same check, without the bug, finds nothing.
 *
 * Two controls keep the suite itself honest: runs without any fault must not be alarmed about, and a run with one
 * impression too many (the canary) must be.
 */
import { findingsOf } from './judge-process.ts';
import { ALARM_JUDGES, CANARY_JUDGE, type JudgeName } from './judges/registry.ts';
import type { Mutant } from './mutant.ts';
import { COMPILED, EditError, misfits, withPatchedTree } from './tree.ts';

/** Judges at a time. */
const PARALLEL = 2;

export interface MutantResult {
  mutant: Mutant;
  killed: boolean;
  /** The finding that was expected, or what was found instead. */
  said: string;
}

export interface SuiteReport {
  results: MutantResult[];
  /** Findings of judges on the tree without any bug: false alarms. */
  falseAlarms: string[];
  /** What the run said that must fail; undefined if it passed. */
  canary: string | undefined;
}

export interface SuiteOptions {
  /** Called when a judge of the tree without bugs, or a mutant, is done. */
  onJudged?: (judge: JudgeName, findings: readonly string[]) => void;
  onResult?: (result: MutantResult) => void;
}

/** Runs the suite. Error: `EditError`, before anything is run, if an edit does not fit. */
export async function runSuite(mutants: readonly Mutant[], options: SuiteOptions = {}): Promise<SuiteReport> {
  const unfit = await misfits(mutants.flatMap(({ edits }) => edits));
  if (unfit.length > 0) throw new EditError(unfit.join('\n'));
  const falseAlarms: string[] = [];
  const without = new Map<JudgeName, readonly string[]>();
  let canary: string | undefined;
  const judges = [...new Set([...mutants.map(({ judge }) => judge), ...ALARM_JUDGES])];
  await inParallel([CANARY_JUDGE, ...judges], async (judge) => {
    const findings = await findingsOf(COMPILED, judge);
    options.onJudged?.(judge, findings);
    without.set(judge, findings);
    if (judge === CANARY_JUDGE) canary = findings[0];
    else falseAlarms.push(...findings.map((finding) => `${judge}: ${finding}`));
  });
  const results: MutantResult[] = [];
  await inParallel(mutants, async (mutant) => {
    const result = await tryMutant(mutant, without.get(mutant.judge) ?? []);
    options.onResult?.(result);
    results.push(result);
  });
  results.sort((a, b) => mutants.indexOf(a.mutant) - mutants.indexOf(b.mutant));
  return { results, falseAlarms, canary };
}

export function survivorsOf(report: SuiteReport): MutantResult[] {
  return report.results.filter(({ killed }) => !killed);
}

/** What the judge finds without the bug does not count. */
export async function tryMutant(mutant: Mutant, without: readonly string[]): Promise<MutantResult> {
  const all = await withPatchedTree(mutant.edits, (folder) => findingsOf(folder, mutant.judge));
  const findings = all.filter((finding) => !without.includes(finding));
  const said = findings.find((finding) => finding.includes(mutant.expected));
  if (said !== undefined) return { mutant, killed: true, said };
  return { mutant, killed: false, said: findings.length === 0 ? 'nothing' : findings.slice(0, 3).join('; ') };
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const lane = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: PARALLEL }, lane));
}
