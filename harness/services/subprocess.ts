/** Programs that run to their end, such as Maven, pip and docker; and where they are. */
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Environment } from './places.ts';
import type { Command } from './service.ts';

/** As much of what a program said as is kept: its end. */
const OUTPUT_TAIL = 65_536;

export interface SubprocessOptions {
  environment: Environment;
  signal: AbortSignal;
  timeoutMs: number;
  cwd?: string;
}

export interface Ended {
  /** Undefined if a signal ended it. */
  code: number | undefined;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end. Rejects if it cannot be started, took too long, or was aborted; it is gone then. */
export function runToEnd(command: Command, options: SubprocessOptions): Promise<Ended> {
  const { environment, signal, timeoutMs, cwd } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command.file, command.args, {
      env: { ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
      timeout: timeoutMs,
      killSignal: 'SIGTERM',
      ...(cwd === undefined ? {} : { cwd }),
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (bytes: Buffer) => {
      said.stdout = (said.stdout + bytes.toString()).slice(-OUTPUT_TAIL);
    });
    child.stderr.on('data', (bytes: Buffer) => {
      said.stderr = (said.stderr + bytes.toString()).slice(-OUTPUT_TAIL);
    });
    let failure: Error | undefined;
    child.once('error', (error) => {
      failure = error;
      if (child.pid === undefined) reject(error);
    });
    child.once('close', (code) => {
      if (failure !== undefined) reject(failure);
      else resolve({ code: code ?? undefined, ...said });
    });
  });
}

/** Path of a program in one of the folders of PATH. */
export async function findOnPath(program: string, environment: Environment): Promise<string | undefined> {
  for (const folder of (environment.PATH ?? '').split(delimiter)) {
    if (folder === '') continue;
    const path = join(folder, program);
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return path;
  }
  return undefined;
}

/** The last lines of a text that say something. */
export function lastLines(text: string, count: number): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-count).join('\n');
}
