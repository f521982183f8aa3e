/**
 * `omegabench calibrate`: this machine's ceilings, so that results of two machines can be set side by side, and those
 * of the servers that are named, with each client that speaks to them.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { CalibrationReport } from '../../calibrate/calibrate.ts';
import { type ResolvedRun, resolveRun } from '../../config/resolve.ts';
import type { RunConfig } from '../../config/run-config.ts';
import { preflightServers } from '../../config/server-preflight.ts';
import { count } from '../../config/units.ts';
import type { ServerCeiling } from '../../results/schema.ts';
import { BenchError } from '../bench-error.ts';
import type { CliDependencies } from '../dependencies.ts';
import { ExitCode } from '../exit-codes.ts';
import { withInterruption } from '../interruption.ts';
import type { Invocation } from '../parser.ts';
import { createProgress, type Progress } from '../progress.ts';

type CalibrateInvocation = Extract<Invocation, { command: 'calibrate' }>;

interface Measured {
  machine: CalibrationReport;
  /** Absent where no server was named. */
  servers?: { places: Record<string, string>; text: string; ceilings: ServerCeiling[] };
}

export async function calibrate(invocation: CalibrateInvocation, dependencies: CliDependencies): Promise<ExitCode> {
  const resolved = await serversOf(invocation, dependencies);
  await preflightServers(resolved.config, resolved.credentials, dependencies.probes);
  const out = resolve(dependencies.workingDirectory, invocation.out);
  const why = await dependencies.fileSystem.unwritable(out);
  if (why !== undefined) {
    const remedy = 'Choose a folder that this user can write, such as --out ~/omegabench.';
    throw new BenchError('OB_OUT_NOT_WRITABLE', `--out ${invocation.out} cannot be written: ${why}`, remedy);
  }
  const directory = await mkdtemp(join(out, '.calibrate-'));
  const progress = createProgress(dependencies.stderr, dependencies.clock);
  try {
    const measured = await withInterruption(
      dependencies.signals,
      () => {},
      (signal, interruption) =>
        measure(directory, invocation.quick, resolved, { dependencies, progress, signal }).catch((error: unknown) => {
          if (interruption.exitCode === undefined) throw error;
          return interruption.exitCode;
        }),
    );
    progress.close();
    if (typeof measured === 'number') return measured;
    dependencies.stdout.write(invocation.json ? documentOf(measured) : textOf(measured));
    return ExitCode.Ok;
  } finally {
    progress.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** The servers as a run would have them, by the same rules. */
async function serversOf(invocation: CalibrateInvocation, dependencies: CliDependencies): Promise<ResolvedRun> {
  const { architectures, faults } = await dependencies.catalogue();
  return resolveRun({
    flags: invocation.servers,
    known: { architectures: architectures.map(({ name }) => name), faults: faults.map(({ name }) => name) },
    arguments: [],
    environment: dependencies.environment,
  });
}

async function measure(
  directory: string,
  quick: boolean,
  { config, credentials }: ResolvedRun,
  { dependencies, progress, signal }: { dependencies: CliDependencies; progress: Progress; signal: AbortSignal },
): Promise<Measured> {
  const machine = await dependencies.calibrate({ directory, quick, progress, signal });
  const places = placesOf(config);
  if (Object.keys(places).length === 0) return { machine };
  const servers = await dependencies.calibrateServers(config, { credentials, quick, progress, signal });
  return { machine, servers: { places, ...servers } };
}

/** URLs of the real servers, without secrets, by what they are to a run. */
function placesOf({ log, store, speedStore }: RunConfig): Record<string, string> {
  return {
    ...(log === 'files' ? {} : { log }),
    ...(store === 'lmdb' ? {} : { store }),
    ...(speedStore === 'lmdb' || speedStore === store ? {} : { speedStore }),
  };
}

function documentOf({ machine, servers }: Measured): string {
  const ofServers = servers === undefined ? {} : { servers: servers.places, serverCeilings: servers.ceilings };
  return `${JSON.stringify({ ...machine, ...ofServers }, null, 1)}\n`;
}

function textOf({ machine, servers }: Measured): string {
  if (servers === undefined) return tableOf(machine);
  const { log, store, speedStore } = servers.places;
  const named = [
    ...(log === undefined ? [] : [`Log: ${log}`]),
    ...(store === undefined ? [] : [`Store: ${store}`]),
    ...(speedStore === undefined ? [] : [`Speed store: ${speedStore}`]),
  ];
  return `${tableOf(machine)}\n${named.join('\n')}\n\n${servers.text}`;
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
