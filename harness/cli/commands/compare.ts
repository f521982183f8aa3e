/** `omegabench compare A B [C…]`: results side by side, such as two machines or before and after a change. */
import { resolve } from 'node:path';
import { BenchError } from '../bench-error.ts';
import type { CliDependencies } from '../dependencies.ts';
import { ExitCode } from '../exit-codes.ts';
import type { Invocation } from '../parser.ts';

export async function compare(
  invocation: Extract<Invocation, { command: 'compare' }>,
  dependencies: CliDependencies,
): Promise<ExitCode> {
  const { paths } = invocation;
  if (paths.length < 2) {
    throw new BenchError(
      'OB_USAGE',
      'compare needs two results or more, and was given one',
      'Write omegabench compare results/RUN results/OTHER.',
    );
  }
  const results = [];
  for (const path of paths) {
    results.push({ label: path, result: await dependencies.readResult(resolve(dependencies.workingDirectory, path)) });
  }
  const { text, data } = await dependencies.compare(results);
  dependencies.stdout.write(invocation.json ? `${JSON.stringify(data, null, 1)}\n` : `${text.trimEnd()}\n`);
  return ExitCode.Ok;
}
