/**
 * `npm run mutants`: runs the checker mutation suite, lists survivors, and ends with `N of N killed`. Exit code 1 if a
 * mutant survives, a run without faults raises an alarm, or the canary run passes.
 *
 * Arguments: ids of mutants (default: all); `--write FILE` writes the table of the suite.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { MonotonicClock } from '../../substrates/clock.ts';
import { MUTANTS } from './catalogue/all.ts';
import { runSuite, type SuiteReport, survivorsOf } from './suite.ts';
import { tableOf } from './table.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { write: { type: 'string' } } });
const chosen = MUTANTS.filter(({ id }) => positionals.length === 0 || positionals.includes(id));
const unknown = positionals.filter((id) => !MUTANTS.some((mutant) => mutant.id === id));
if (unknown.length > 0) throw new Error(`there is no mutant ${unknown.join(', ')}`);

const clock = MonotonicClock.readingNow(0);
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const report = await runSuite(chosen, {
  onJudged: (judge, findings) => print(`without a bug, ${judge}: ${findings[0] ?? 'silent'}`),
  onResult: ({ mutant, killed, said }) => print(`${killed ? 'killed  ' : 'SURVIVED'} ${mutant.id}: ${said}`),
});
if (values.write !== undefined) await writeFile(values.write, tableOf(report.results));
conclude(report);

function conclude({ results, falseAlarms, canary }: SuiteReport): void {
  const survivors = survivorsOf(report);
  print('');
  for (const alarm of falseAlarms) print(`false alarm: ${alarm}`);
  if (canary === undefined) print('the canary run, which must fail, passed');
  for (const { mutant, said } of survivors) {
    print(`survivor ${mutant.id}: ${mutant.what} ${mutant.judge} should say "${mutant.expected}", said: ${said}`);
  }
  print(`${(clock.nowMs() / 1000).toFixed(0)} s, ${falseAlarms.length} false alarms`);
  print(`${results.length - survivors.length} of ${results.length} killed`);
  if (survivors.length > 0 || falseAlarms.length > 0 || canary === undefined) process.exitCode = 1;
}
