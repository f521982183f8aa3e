/**
 * The compiled command as a process, as a person starts it: its output, the processes that it starts, and what it
 * leaves on disk.
 *
 * A machine that is busy with other things makes a generator late, and a run says so by declaring acts invalid. What is
 * tested does not depend on it: counts are audited all the same, and `verdictOr` takes an act that is invalid for
 * nothing but the machine's reasons.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import type { Result } from '../../harness/results/schema.ts';
import { readResult } from '../../harness/results/store.ts';

const MAIN = fileURLToPath(new URL('../../harness/cli/main.js', import.meta.url));

const SMALLEST = {
  rate: '10k',
  hour: '500ms',
  partitions: '2',
  workers: '1',
  'capacity-events': '100k',
  'capacity-limit': '3s',
  'minimum-audited-keys': '1',
  'max-out-of-order': '50ms',
};

/**
 * The arguments of about the smallest run that still measures every act, with other values of flags or more of them.
 */
export function tiny(changes: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries({ ...SMALLEST, ...changes }).flatMap(([flag, value]) => [`--${flag}`, value]);
}

/** What every run leaves in its folder, whatever becomes of it; its work, in a folder with a dot, is removed. */
export const LEFT = ['report.html', 'result.json', 'summary.md'];

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** Every process that it started, as far as it was seen. */
  children: number[];
}

export interface Running {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Resolves when its standard error has said this; rejects if it ended before. */
  said(text: string): Promise<void>;
  /** Processes that it has started and that live. */
  processes(): { pid: number; command: string }[];
}

export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const output = { stdout: '', stderr: '' };
  const seen = new Set<number>();
  const look = (): { pid: number; command: string }[] => {
    const found = descendantsOf(child.pid as number);
    for (const { pid } of found) seen.add(pid);
    return found;
  };
  const looking = setInterval(look, 250);
  child.stdout?.on('data', (chunk) => {
    output.stdout += String(chunk);
  });
  child.stderr?.on('data', (chunk) => {
    output.stderr += String(chunk);
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearInterval(looking);
      resolve({ ...output, code, signal, children: [...seen] });
    });
  });
  const said = async (text: string): Promise<void> => {
    while (!output.stderr.includes(text)) {
      if (child.exitCode !== null) throw new Error(`it ended and never said '${text}': ${output.stderr}`);
      await sleep(20);
    }
  };
  return { child, ended, said, processes: look };
}

export interface Finished extends Ended {
  folder: string;
  result: Result;
}

/** Runs into `out`; the result is checked by its schema. */
export async function run(args: readonly string[], out: string): Promise<Finished> {
  return finished(await start(['run', ...args, '--out', out]).ended);
}

/** The same, once more if the machine was too busy. */
export async function runInPeace(args: readonly string[], out: string): Promise<Finished> {
  const first = await run(args, out);
  return invalidReasons(first.result).some(isTheMachines) ? run(args, out) : first;
}

/** What a run left, which it names on its standard output. */
export async function finished(ended: Ended): Promise<Finished> {
  const [, report] = /^Report: (.*)$/m.exec(ended.stdout) ?? [];
  if (report === undefined) throw new Error(`the run named no report: ${ended.stderr}`);
  const folder = dirname(report);
  return { ...ended, folder, result: await readResult(folder) };
}

export function invalidReasons(result: Result): string[] {
  return Object.values(result.architectures).flatMap(({ capacity, steady, failure }) =>
    [capacity, steady, failure].flatMap((act) => (act.state === 'invalid' ? act.reasons : [])),
  );
}

/** Reasons that lie in what else the machine has to do, never in what was tested. */
export function isTheMachines(reason: string): boolean {
  return /generator was \d+ ms late|too busy|no probe was answered|trend of the lag/.test(reason);
}

/** The verdict of an architecture and its figures; `MACHINE` where the machine was too busy to give one, twice. */
export function failureOf({ result }: Finished, name: string) {
  const failure = result.architectures[name]?.failure;
  if (failure === undefined || failure.state === 'skipped' || failure.state === 'interrupted') {
    throw new Error(`${name} has no failure act: ${JSON.stringify(failure)}`);
  }
  const late =
    failure.state === 'invalid' && failure.reasons.every((reason) => reason.split('; ').every(isTheMachines));
  return { ...failure, verdict: late ? 'MACHINE' : failure.verdict };
}

/** Matches a verdict, or none because of the machine. */
export function verdictOr(verdict: string): unknown {
  return expect.stringMatching(new RegExp(`^(${verdict}|MACHINE)$`));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch {
    return false;
  }
}

/** Ended, and not yet waited for by whoever adopted it. */
function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Resolves when none of the processes lives; rejects if one does after a generous while. */
export async function allGone(pids: readonly number[]): Promise<void> {
  for (let waitedMs = 0; pids.some(isAlive); waitedMs += 50) {
    if (waitedMs > 20_000) throw new Error(`processes ${pids.filter(isAlive).join(', ')} still live`);
    await sleep(50);
  }
}

function descendantsOf(pid: number): { pid: number; command: string }[] {
  const all = processTable();
  const found: { pid: number; command: string }[] = [];
  const open = [pid];
  for (let parent = open.pop(); parent !== undefined; parent = open.pop()) {
    for (const process of all) {
      if (process.parent !== parent) continue;
      found.push(process);
      open.push(process.pid);
    }
  }
  return found;
}

interface Process {
  pid: number;
  parent: number;
  command: string;
}

function processTable(): Process[] {
  if (!existsSync('/proc/self/stat')) return processesByPs();
  return readdirSync('/proc').flatMap((name): Process[] => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [, state, parent] = stat.slice(stat.lastIndexOf(')')).split(' ');
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return state === 'Z' ? [] : [{ pid: Number(name), parent: Number(parent), command }];
    } catch {
      // It ended while it was looked at.
      return [];
    }
  });
}

function processesByPs(): Process[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,command='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command: command ?? '' }];
  });
}
