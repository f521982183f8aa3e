/**
 * The command line as a function: arguments in, exit code out. Results go to stdout, progress and errors to stderr;
 * nothing here touches the process, so that a test drives it whole.
 */
import { BenchError, describeError } from './bench-error.ts';
import { calibrate } from './commands/calibrate.ts';
import { compare } from './commands/compare.ts';
import { doctor } from './commands/doctor.ts';
import { generate } from './commands/generate.ts';
import { inject } from './commands/inject.ts';
import { jobs } from './commands/jobs.ts';
import { list } from './commands/list.ts';
import { matrix } from './commands/matrix.ts';
import { report } from './commands/report.ts';
import { run } from './commands/run.ts';
import { services } from './commands/services.ts';
import { upgrade } from './commands/upgrade.ts';
import type { CliDependencies } from './dependencies.ts';
import { ExitCode } from './exit-codes.ts';
import { type Invocation, parseArguments } from './parser.ts';
import { translateError } from './translate-error.ts';

export interface Cli {
  /** Runs the arguments (without node and script) and resolves with the exit code; never rejects. */
  main(argv: readonly string[]): Promise<ExitCode>;
}

const DEFAULT_COLUMNS = 80;

export function createCli(dependencies: CliDependencies): Cli {
  return {
    async main(argv) {
      try {
        const columns = dependencies.stdout.columns ?? DEFAULT_COLUMNS;
        return await dispatch(await parseArguments(argv, dependencies.version, columns), argv, dependencies);
      } catch (error) {
        const shown = error instanceof BenchError ? error : translateError(error);
        dependencies.stderr.write(describeError(shown, isVerbose(argv, dependencies)));
        return shown.exitCode;
      }
    },
  };
}

async function dispatch(
  invocation: Invocation,
  argv: readonly string[],
  dependencies: CliDependencies,
): Promise<ExitCode> {
  switch (invocation.command) {
    case 'text':
      dependencies.stdout.write(invocation.text);
      return ExitCode.Ok;
    case 'run':
      return run(invocation, argv, dependencies);
    case 'report':
      return report(invocation, dependencies);
    case 'compare':
      return compare(invocation, dependencies);
    case 'list':
      return list(invocation, dependencies);
    case 'inject':
      return inject(invocation, dependencies);
    case 'matrix':
      return matrix(invocation, dependencies);
    case 'generate':
      return generate(invocation, dependencies);
    case 'calibrate':
      return calibrate(invocation, dependencies);
    case 'doctor':
      return doctor(invocation, dependencies);
    case 'services':
      return services(invocation, dependencies);
    case 'upgrade':
      return upgrade(invocation, dependencies);
    case 'jobs':
      return jobs(invocation, dependencies);
  }
}

/** Asked of the arguments as typed: they may be what is wrong. */
function isVerbose(argv: readonly string[], dependencies: CliDependencies): boolean {
  const debug = dependencies.environment.OMEGABENCH_DEBUG;
  return argv.includes('--verbose') || (debug !== undefined && debug !== '' && debug !== '0');
}
