/** `omegabench services`: starts real servers for the benchmark, stops them, and shows which are up. */
import { resolve } from 'node:path';
import type { DownService, ServiceControl, ServiceRequest, ServiceStatus } from '../../services/control.ts';
import type { CliDependencies } from '../dependencies.ts';
import { ExitCode } from '../exit-codes.ts';
import { type Interruption, withInterruption } from '../interruption.ts';
import { checkNames } from '../names.ts';
import { createProgress } from '../progress.ts';
import type { ServicesInvocation } from '../services-command.ts';

interface Outcome {
  text: string;
  data: unknown;
  exitCode: ExitCode;
}

export async function services(invocation: ServicesInvocation, dependencies: CliDependencies): Promise<ExitCode> {
  const { action, names, packages, directory, portOffset, json } = invocation;
  const control = await dependencies.services();
  checkNames(names, control.names, 'service', `services ${action}`);
  const progress = createProgress(dependencies.stderr, dependencies.clock);
  const act = async (signal: AbortSignal, interruption: Interruption): Promise<Outcome | ExitCode> => {
    const request: ServiceRequest = {
      names,
      packages,
      signal,
      say: (text) => progress.done(text),
      ...(directory === undefined ? {} : { directory: resolve(dependencies.workingDirectory, directory) }),
      ...(portOffset === undefined ? {} : { portOffset }),
    };
    try {
      return await ACTIONS[action](control, request);
    } catch (error) {
      if (interruption.exitCode === undefined) throw error;
      return interruption.exitCode;
    }
  };
  const onInterrupt = (): void => progress.done('interrupted: stopping what was started');
  const outcome = await withInterruption(dependencies.signals, onInterrupt, act);
  progress.close();
  if (typeof outcome === 'number') return outcome;
  dependencies.stdout.write(json ? `${JSON.stringify(outcome.data, null, 1)}\n` : outcome.text);
  return outcome.exitCode;
}

const ACTIONS: Record<
  ServicesInvocation['action'],
  (control: ServiceControl, request: ServiceRequest) => Promise<Outcome>
> = {
  async up(control, request) {
    const up = await control.up(request);
    return {
      text: tableOf(up.map(({ name, url, wasUp }) => [name, url, wasUp ? 'was up already' : ''])),
      data: Object.fromEntries(up.map(({ name, url }) => [name, url])),
      exitCode: ExitCode.Ok,
    };
  },

  async down(control, request) {
    const down = await control.down(request);
    return {
      text: tableOf(down.map((service) => [service.name, describeStop(service)])),
      data: Object.fromEntries(down.map(({ name, stopped }) => [name, stopped ?? null])),
      exitCode: ExitCode.Ok,
    };
  },

  async status(control, request) {
    const shown = await control.status(request);
    const isAllUp = shown.every(({ state }) => state === 'up');
    return {
      text: tableOf([['name', 'state', 'pid', 'since', 'URL', 'version', 'directory'], ...shown.map(rowOf)]),
      data: shown,
      exitCode: isAllUp ? ExitCode.Ok : ExitCode.Environment,
    };
  },
};

function describeStop({ stopped }: DownService): string {
  return stopped === undefined ? 'was not up' : `stopped ${stopped}`;
}

function rowOf(status: ServiceStatus): string[] {
  if (status.state === 'down') return [status.name, 'down', '-', '-', '-', '-', '-'];
  const { name, state, pid, since, url, version, directory } = status;
  return [name, state, pid === undefined ? '-' : String(pid), since ?? '-', url, version, directory];
}

/** Columns as wide as what is in them. */
function tableOf(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, i) => Math.max(widest[i] ?? 0, cell.length)),
    [],
  );
  const lines = rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i] as number)).join('  '));
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}
