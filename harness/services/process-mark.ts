/**
 * Which process a pid means. A pid comes back after its process is gone, so a pid alone is no licence to kill; with the
 * moment of its start it is. That moment is ticks since boot and the boot, from /proc, or what `ps` says without it.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { Environment } from './places.ts';

export interface ProcessMark {
  pid: number;
  /** Of its start; equal for two readings of the same process, and of no two processes with one pid. */
  start: string;
}

/** The mark of a running process; undefined if there is none, or only what its parent has not collected yet. */
export function markOf(pid: number, proc = '/proc'): ProcessMark | undefined {
  const start = existsSync(`${proc}/self/stat`) ? startFromProc(pid, proc) : startFromPs(pid);
  return start === undefined ? undefined : { pid, start };
}

/** Whether the process that was marked still runs. */
export function isRunning(mark: ProcessMark): boolean {
  return markOf(mark.pid)?.start === mark.start;
}

/** Sends the signal to the process that was marked and to no other; false if it is gone. */
export function signalProcess(mark: ProcessMark, signal: NodeJS.Signals): boolean {
  if (!isRunning(mark)) return false;
  try {
    return process.kill(mark.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

function startFromProc(pid: number, proc: string): string | undefined {
  const stat = readText(`${proc}/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name, in parentheses, may hold anything. Of the fields after it, state is the first, the number of threads the
  // eighteenth and the start time the twentieth.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A dead process whose threads are still ending holds its ports and files.
  if (/^[ZX]$/.test(fields[0] ?? '') && Number(fields[17]) <= 1) return undefined;
  return `${fields[19]} ticks after boot ${readText(`${proc}/sys/kernel/random/boot_id`)?.trim()}`;
}

/** Where there is no /proc; `environment` has the PATH to `ps`. */
export function startFromPs(pid: number, environment: Environment = process.env): string | undefined {
  try {
    const text = execFileSync('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...environment, LC_ALL: 'C' },
    });
    const [, state, start] = /^(\S+)\s+(.+?)\s*$/.exec(text.trim()) ?? [];
    return state === undefined || state.startsWith('Z') ? undefined : start;
  } catch {
    // `ps` ends with 1 if there is no such process.
    return undefined;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
