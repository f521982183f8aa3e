/** A server as a process: started apart from whoever starts it, waited for until it answers, ended by its own pid. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { giveWay } from '../../substrates/priority.ts';
import type { Environment } from './places.ts';
import { isRunning, markOf, type ProcessMark, signalProcess } from './process-mark.ts';
import type { Command } from './service.ts';
import { lastLines } from './subprocess.ts';

const POLL_MS = 50;
const PROBE_MS = 1000;
/** For a server that is asked to end; Cassandra drains in 3 s, Kafka closes its log in 1 s. */
const GRACE_MS = 15_000;
/** For the system to end a process that was killed. */
const KILL_MS = 10_000;

/**
 * All that a server gets of the environment. Options of a JVM could open a port to the world, and passwords of
 * clients are none of its business.
 */
const INHERITED = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'LD_LIBRARY_PATH'];

export class ServerEndedError extends Error {
  override readonly name = 'ServerEndedError';
  /** Which process of the server, where one is to blame. */
  readonly process: string | undefined;

  constructor(message: string, process?: string) {
    super(message);
    this.process = process;
  }
}

/** A process of a server, by the name of its log. */
export interface MarkedProcess {
  name: string;
  mark: ProcessMark;
}

/** Starts the server in `directory`, in a session of its own, saying what it has to say into `logPath`. */
export async function startServer(
  command: Command,
  directory: string,
  logPath: string,
  log: 'fresh' | 'appended',
  environment: Environment,
): Promise<ProcessMark> {
  const file = openSync(logPath, log === 'fresh' ? 'w' : 'a');
  try {
    const env = Object.fromEntries(INHERITED.map((name) => [name, environment[name]]));
    const stdio = ['ignore', file, file] as const;
    const child = spawn(command.file, command.args, { cwd: directory, detached: true, stdio: [...stdio], env });
    if (command.yields === true) giveWay(child);
    const pid = await new Promise<number>((resolve, reject) => {
      child.once('spawn', () => resolve(child.pid as number));
      child.once('error', (error) => reject(new ServerEndedError(`it cannot be started: ${error.message}`)));
    });
    child.unref();
    const mark = markOf(pid);
    if (mark === undefined) throw new ServerEndedError('it ended at once');
    return mark;
  } finally {
    closeSync(file);
  }
}

export interface Patience {
  probe(timeoutMs: number): Promise<void>;
  withinMs: number;
  nowMs(): number;
  signal: AbortSignal;
}

/** Resolves when the server answers. Rejects with why it did not, or that waiting was aborted. */
export async function waitUntilAnswers(processes: readonly MarkedProcess[], patience: Patience): Promise<void> {
  const { probe, withinMs, nowMs, signal } = patience;
  const giveUpAtMs = nowMs() + withinMs;
  for (;;) {
    signal.throwIfAborted();
    const answers = await probe(PROBE_MS).then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    // Asked after the probe: if a process is gone, it was somebody else who answered.
    const ended = processes.find(({ mark }) => !isRunning(mark));
    if (ended !== undefined) throw new ServerEndedError('it ended before it answered', ended.name);
    if (answers === undefined) return;
    if (nowMs() > giveUpAtMs) {
      throw new ServerEndedError(`it does not answer after ${withinMs / 1000} s: ${answers.message}`);
    }
    await pause(POLL_MS, undefined, { signal });
  }
}

/** Asks the processes to end, all at once, kills those that do not, and resolves when all are gone. */
export async function stopServers(marks: readonly ProcessMark[]): Promise<void> {
  await Promise.all(marks.map((mark) => stopServer(mark)));
}

/** Asks the process to end, kills it if it does not, and resolves when it is gone. */
export async function stopServer(mark: ProcessMark, graceMs = GRACE_MS): Promise<void> {
  signalProcess(mark, 'SIGTERM');
  if (await isGoneWithin(mark, graceMs)) return;
  signalProcess(mark, 'SIGKILL');
  if (await isGoneWithin(mark, KILL_MS)) return;
  throw new Error(`process ${mark.pid} is still there ${KILL_MS / 1000} s after SIGKILL`);
}

/** Counts pauses, not time: a process that is not scheduled is not hurried. */
export async function isGoneWithin(mark: ProcessMark, ms: number): Promise<boolean> {
  for (let waitedMs = 0; isRunning(mark); waitedMs += POLL_MS) {
    if (waitedMs >= ms) return false;
    await pause(POLL_MS);
  }
  return true;
}

/** The last lines of a log, of its last 16 KiB; '' if there is none. */
export async function tailOf(logPath: string, lines: number): Promise<string> {
  const file = await open(logPath, 'r').catch(() => undefined);
  if (file === undefined) return '';
  try {
    const { size } = await file.stat();
    const bytes = new Uint8Array(Math.min(size, 16_384));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, size - bytes.length);
    return lastLines(new TextDecoder().decode(bytes.subarray(0, bytesRead)), lines);
  } finally {
    await file.close();
  }
}
