/** `omegabench calibrate`: this machine's ceilings, so that results of two machines can be set side by side. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { CalibrationReport } from '../../calibrate/calibrate.ts';
import { count } from '../../config/units.ts';
import { BenchError } from '../bench-error.ts';
import type { CliDependencies } from '../dependencies.ts';
import { ExitCode } from '../exit-codes.ts';
import { withInterruption } from '../interruption.ts';
import type { Invocation } from '../parser.ts';
import { createProgress } from '../progress.ts';

export async function calibrate(
  invocation: Extract<Invocation, { command: 'calibrate' }>,
  dependencies: CliDependencies,
): Promise<ExitCode> {
  const out = resolve(dependencies.workingDirectory, invocation.out);
  const why = await dependencies.fileSystem.unwritable(out);
  if (why !== undefined) {
    const remedy = 'Choose a folder that this user can write, such as --out ~/omegabench.';
    throw new BenchError('OB_OUT_NOT_WRITABLE', `--out ${invocation.out} cannot be written: ${why}`, remedy);
  }
  const directory = await mkdtemp(join(out, '.calibrate-'));
  const progress = createProgress(dependencies.stderr, dependencies.clock);
  try {
    const report = await withInterruption(
      dependencies.signals,
      () => {},
      (signal, interruption) =>
        dependencies.calibrate({ directory, quick: invocation.quick, progress, signal }).catch((error: unknown) => {
          if (interruption.exitCode === undefined) throw error;
          return interruption.exitCode;
        }),
    );
    progress.close();
    if (typeof report === 'number') return report;
    dependencies.stdout.write(invocation.json ? `${JSON.stringify(report, null, 1)}\n` : tableOf(report));
    return ExitCode.Ok;
  } finally {
    progress.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** One line a ceiling: rate, its relative margin of error, and what it is a rate of. */
function tableOf(report: CalibrationReport): string {
  const rates = report.ceilings.map((ceiling) => count.format(roundedTo3Digits(ceiling.unitsPerSecond)));
  const width = Math.max(...rates.map((rate) => rate.length));
  const lines = report.ceilings.map(
    (ceiling, i) =>
      `  ${(rates[i] as string).padStart(width)}/s  ±${ceiling.rme.toFixed(1).padStart(4)} %  ${ceiling.what}`,
  );
  return `${lines.join('\n')}\n`;
}

function roundedTo3Digits(value: number): number {
  return Number(value.toPrecision(3));
}
