/** `omegabench report RESULT`: makes every report of a result again, beside the result, from the result alone. */
import { dirname, resolve } from 'node:path';
import type { CliDependencies } from '../dependencies.ts';
import { ExitCode } from '../exit-codes.ts';
import type { Invocation } from '../parser.ts';

export async function report(
  invocation: Extract<Invocation, { command: 'report' }>,
  dependencies: CliDependencies,
): Promise<ExitCode> {
  const path = resolve(dependencies.workingDirectory, invocation.path);
  const result = await dependencies.readResult(path);
  // A path that is no file is the run's folder: `readResult` takes both.
  const isFile = (await dependencies.fileSystem.unreadable(path)) === undefined;
  const written = await dependencies.writeReports(result, isFile ? dirname(path) : path);
  if (invocation.json) {
    dependencies.stdout.write(`${JSON.stringify({ runId: result.runId, written }, null, 1)}\n`);
    return ExitCode.Ok;
  }
  const summary = await dependencies.summarize(result);
  dependencies.stdout.write(`${summary.trimEnd()}\n${written.map((file) => `Wrote ${file}`).join('\n')}\n`);
  return ExitCode.Ok;
}
