/** `omegabench run`: resolves the configuration, refuses what cannot work, runs, and says who won what. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readFaultPlan } from '../../config/fault-plan-file.ts';
import { inWords } from '../../config/file-system-facts.ts';
import { preflight } from '../../config/preflight.ts';
import { type ResolvedRun, resolveRun } from '../../config/resolve.ts';
import type { RunConfig } from '../../config/run-config.ts';
import { preflightServers } from '../../config/server-preflight.ts';
import type { Result } from '../../results/schema.ts';
import { BenchError } from '../bench-error.ts';
import type { CliDependencies } from '../dependencies.ts';
import { ExitCode } from '../exit-codes.ts';
import { type Interruption, withInterruption } from '../interruption.ts';
import type { Invocation } from '../parser.ts';
import { createProgress } from '../progress.ts';

type RunInvocation = Extract<Invocation, { command: 'run' }>;

export async function run(
  invocation: RunInvocation,
  argv: readonly string[],
  dependencies: CliDependencies,
): Promise<ExitCode> {
  const resolved = await configure(invocation, argv, dependencies);
  const { config } = resolved;
  await preflight(config, dependencies.fileSystem, dependencies.workingDirectory);
  await checkOwnArchitectures(config, dependencies);
  if (config.faultPlan !== undefined) {
    await readFaultPlan(resolve(dependencies.workingDirectory, config.faultPlan), config.partitions);
  }
  await preflightServers(config, resolved.credentials, dependencies.probes);
  const warnOfSignal = (name: string) =>
    dependencies.stderr.write(
      `\n${name}: ending the workers and keeping what was measured; once more to stop at once\n`,
    );
  return withInterruption(dependencies.signals, warnOfSignal, (signal, interruption) =>
    execute(resolved, signal, interruption, dependencies),
  );
}

async function configure(
  invocation: RunInvocation,
  argv: readonly string[],
  dependencies: CliDependencies,
): Promise<ResolvedRun> {
  const catalogue = await dependencies.catalogue();
  const name = invocation.configFile;
  return resolveRun({
    flags: invocation.flags,
    ...(name === undefined ? {} : { file: { name, text: await readConfigFile(name, dependencies) } }),
    known: {
      architectures: catalogue.architectures.map((entry) => entry.name),
      faults: catalogue.faults.map((entry) => entry.name),
    },
    // For the line that runs it again, which is `npm start -- ARGUMENTS`: the command's name is in it already.
    arguments: argv.filter((_, i) => i !== argv.indexOf('run')),
    environment: dependencies.environment,
  });
}

async function readConfigFile(name: string, dependencies: CliDependencies): Promise<string> {
  try {
    return await readFile(resolve(dependencies.workingDirectory, name), 'utf8');
  } catch (error) {
    throw new BenchError(
      'OB_FILE_UNREADABLE',
      `--config ${name} cannot be read: ${inWords(error)}`,
      'Give a YAML file of settings, or leave it out.',
      error,
    );
  }
}

/** Architectures of the user's own must declare something, under a name that is free: results are kept by name. */
async function checkOwnArchitectures(config: RunConfig, dependencies: CliDependencies): Promise<void> {
  const taken = new Set((await dependencies.catalogue()).architectures.map((entry) => entry.name));
  for (const file of config.architectureFiles) {
    const name = await dependencies.architectureName(resolve(dependencies.workingDirectory, file));
    if (taken.has(name)) {
      throw new BenchError(
        'OB_CONFLICT',
        `--architecture ${file} declares '${name}', and there is an architecture of that name already`,
        'Change the name in its declaration.',
      );
    }
    taken.add(name);
  }
}

async function execute(
  { config, credentials }: ResolvedRun,
  signal: AbortSignal,
  interruption: Interruption,
  dependencies: CliDependencies,
): Promise<ExitCode> {
  const progress = createProgress(dependencies.stderr, dependencies.clock);
  let finished: Awaited<ReturnType<CliDependencies['runBenchmark']>>;
  try {
    finished = await dependencies.runBenchmark(config, { progress, signal, credentials });
  } catch (error) {
    // A run that was told to end before anything was measured has nothing to give.
    if (interruption.exitCode !== undefined && !(error instanceof BenchError)) return interruption.exitCode;
    throw error;
  } finally {
    progress.close();
  }
  const { result, directory } = finished;
  const [page] = await dependencies.writeReports(result, directory);
  await show(result, page ?? directory, config.json, dependencies);
  return interruption.exitCode ?? exitCodeOf(finished.result);
}

async function show(result: Result, page: string, json: boolean, dependencies: CliDependencies): Promise<void> {
  if (json) {
    dependencies.stdout.write(`${JSON.stringify(result, null, 1)}\n`);
    return;
  }
  const summary = await dependencies.summarize(result);
  dependencies.stdout.write(`${summary.trimEnd()}\nReport: ${page}\n`);
}

/** A violation is worse news than an act that proves nothing: it was seen, whatever else went wrong. */
export function exitCodeOf(result: Result): ExitCode {
  const acts = Object.values(result.architectures).map((architecture) => architecture.failure);
  if (acts.some((act) => act.state !== 'skipped' && act.verdict === 'VIOLATION')) return ExitCode.Violation;
  return result.status === 'invalid' ? ExitCode.RunInvalid : ExitCode.Ok;
}
