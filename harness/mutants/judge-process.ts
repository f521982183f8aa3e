/** Runs a judge of a (patched) tree in a process of its own, and returns what it found. */
import { type ExecFileException, execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JudgeName } from './judges/registry.ts';

/** A judge that takes longer hangs: a bug may keep a pipeline from ever being done. */
const LIMIT_MS = 120_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

interface Ended {
  error: ExecFileException | null;
  stdout: string;
  stderr: string;
}

/**
 * What is wrong, one sentence each; none if all is right. A judge that dies or hangs is a finding too, but one that was
 * killed by somebody else has judged nothing, and is started once more.
 */
export async function findingsOf(folder: string, judge: JudgeName): Promise<string[]> {
  const first = await runJudge(folder, judge);
  return findingsIn(isKilledByOthers(first) ? await runJudge(folder, judge) : first);
}

/** With a folder for its files that is removed whatever becomes of it. */
async function runJudge(folder: string, judge: JudgeName): Promise<Ended> {
  const main = join(folder, 'harness/mutants/judge-main.js');
  const files = await mkdtemp(join(tmpdir(), 'omegabench-judge-'));
  const env = { ...process.env, TMPDIR: files };
  const options = { env, timeout: LIMIT_MS, killSignal: 'SIGKILL', maxBuffer: MAX_OUTPUT_BYTES } as const;
  try {
    return await new Promise((resolve) => {
      execFile(process.execPath, [main, judge], options, (error, stdout, stderr) => resolve({ error, stdout, stderr }));
    });
  } finally {
    await rm(files, { recursive: true, force: true });
  }
}

function isKilledByOthers({ error }: Ended): boolean {
  return error?.killed === false && error.signal !== null && error.signal !== undefined;
}

function findingsIn({ error, stdout, stderr }: Ended): string[] {
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  try {
    if (error === null) return JSON.parse(last) as string[];
  } catch {
    // What it said is no list of findings: it failed.
  }
  if (error?.killed === true) return [`the judge was not done after ${LIMIT_MS / 1000} s`];
  const lines = stderr.trim().split('\n');
  const why = lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1) ?? '';
  return [`the judge died: ${error?.signal ?? ''}${why}`];
}
