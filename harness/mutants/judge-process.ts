/** Runs a judge of a (patched) tree in a process of its own, and returns what it found. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { JudgeName } from './judges/registry.ts';

/** A judge that takes longer hangs: a bug may keep a pipeline from ever being done. */
const LIMIT_MS = 120_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** What is wrong, one sentence each; none if all is right. A judge that dies or hangs is a finding too. */
export function findingsOf(folder: string, judge: JudgeName, signal?: AbortSignal): Promise<string[]> {
  const main = join(folder, 'harness/mutants/judge-main.js');
  const options = { timeout: LIMIT_MS, killSignal: 'SIGKILL', maxBuffer: MAX_OUTPUT_BYTES, signal } as const;
  return new Promise((resolve) => {
    execFile(process.execPath, [main, judge], options, (error, stdout, stderr) => {
      const said = stdout.trimEnd().split('\n').at(-1) ?? '';
      try {
        if (error === null) return resolve(JSON.parse(said) as string[]);
      } catch {
        // What it said is no list of findings: it failed.
      }
      const how = error?.killed === true ? `was not done after ${LIMIT_MS / 1000} s` : 'died';
      resolve([`the judge ${how}: ${(stderr.trim() || said).split('\n').slice(-3).join(' | ')}`]);
    });
  });
}
