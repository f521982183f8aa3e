/** `omegabench inject`: breaks something in a run that is in progress in another terminal, and says what happened. */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { askRun, type InjectionAnswer } from '../../faults/injection-desk.ts';
import { BenchError } from '../bench-error.ts';
import type { CliDependencies } from '../dependencies.ts';
import { ExitCode } from '../exit-codes.ts';
import { checkNames } from '../names.ts';
import type { Invocation } from '../parser.ts';

type InjectInvocation = Extract<Invocation, { command: 'inject' }>;

const ANSWER_WITHIN_MS = 15_000;

export async function inject(invocation: InjectInvocation, dependencies: CliDependencies): Promise<ExitCode> {
  const { run, out, kind, json, ...rest } = invocation;
  const catalogue = await dependencies.catalogue();
  checkNames(
    [kind],
    catalogue.faults.map(({ name }) => name),
    'fault',
    'KIND',
  );
  const { partition, durationMs, seed, store } = rest;
  const directory = resolve(dependencies.workingDirectory, out, run);
  const request = {
    id: `injected-${randomUUID().slice(0, 8)}`,
    kind,
    seed: seed ?? 1,
    ...(partition === undefined ? {} : { partition }),
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(store === undefined ? {} : { store }),
  };
  const answer = await ask(run, directory, request);
  const { state, what, architecture } = answer;
  if (json) dependencies.stdout.write(`${JSON.stringify({ run, kind, ...answer }, null, 1)}\n`);
  else dependencies.stdout.write(`${architecture === undefined ? run : `${run}, ${architecture}`}: ${what}\n`);
  return state === 'refused' ? ExitCode.RunInvalid : ExitCode.Ok;
}

async function ask(run: string, directory: string, request: Parameters<typeof askRun>[1]): Promise<InjectionAnswer> {
  const remedy = 'Give the name of a run that is in progress, a folder in results/ (or in --out DIR).';
  let answer: InjectionAnswer | undefined;
  try {
    answer = await askRun(directory, request, ANSWER_WITHIN_MS, (ms) => new Promise((done) => setTimeout(done, ms)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new BenchError('OB_NO_RUN', `--run ${run}: no run is in progress in ${directory}`, remedy, error);
  }
  if (answer !== undefined) return answer;
  throw new BenchError('OB_NO_RUN', `--run ${run} has not answered in ${ANSWER_WITHIN_MS / 1000} s`, remedy);
}
