/** The suite as a table for people: every planted bug, where it is planted, which check catches it and what it said. */
import type { MutantResult } from './suite.ts';

const HEAD = `# The checker mutation suite

People will believe a table of double counts only if the thing that counts is beyond doubt. So bugs are planted, one at
a time, in the pipelines and in the checkers, and every one must be caught by the checks that a run makes: not that
something fails, but that the check named here says what is written here, on a tree on which it is silent without the
bug. \`npm run mutants\` runs the suite; its last line is \`N of N killed\`. The same command makes 200 runs without a
fault, out of order and late, in which nothing may be said, and one run with one impression too many, in which something
must. This table is written by \`npm run mutants -- --write docs/mutants.md\`.

The checks:

- \`run …\`: the architecture runs in memory through crashes at every failpoint of its stages, twice in one partition,
  inside a store's write, by kills from outside, as a zombie, and after its newest checkpoint was damaged; each run is
  drained and audited against its prediction, and must be EXACT or as predicted. \`run on LMDB and files\` does some of
  it on the real store and log.
- \`planted errors\`: what a run answers is changed by a known error before it is audited; the verdict must say which.
- \`ten million\`: 10 M impressions through the windows, audited key by key.
- \`live …\`: canaries and some tweets are probed while the architecture runs; answers must be prefixes, never
  go back, and reach the end.
- \`instruments\`: outages and delays of known length, which the figures must show.
- \`log\`: files with known damage, which the verification must not pass.

| id | planted bug | in | caught by | which said |
| --- | --- | --- | --- | --- |
`;

export function tableOf(results: readonly MutantResult[]): string {
  const rows = results.map(({ mutant, said }) => {
    const files = [...new Set(mutant.edits.map(({ file }) => `\`${file}\``))].join(', ');
    return `| ${[mutant.id, mutant.what, files, mutant.judge, shortened(said)].map(cell).join(' | ')} |\n`;
  });
  return HEAD + rows.join('');
}

const MAX_SAID = 160;

function shortened(text: string): string {
  return text.length <= MAX_SAID ? text : `${text.slice(0, MAX_SAID - 1)}…`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
