/**
 * Signals of the operating system on a real process: the first ends the run and keeps its result, the second ends the
 * process.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const ENDLESS = fileURLToPath(new URL('./endless-run.js', import.meta.url));

function start(...args: string[]) {
  const child: ChildProcess = spawn(process.execPath, [ENDLESS, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => {
    printed.stdout += String(chunk);
  });
  child.stderr?.on('data', (chunk) => {
    printed.stderr += String(chunk);
  });
  const says = async (text: string) => {
    while (!printed.stderr.includes(text)) await once(child.stderr as NonNullable<typeof child.stderr>, 'data');
  };
  return { child, printed, says, closed: once(child, 'close') as Promise<[number | null, string | null]> };
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends the run, which gives its result, with %i', async (name, code) => {
  const { child, printed, says, closed } = start();
  await says('running: until a signal');
  child.kill(name);
  expect(await closed).toEqual([code, null]);
  expect(printed.stdout).toContain('Report: /somewhere/results/run-1/report.html');
});

test('a second signal ends a process that does not heed the first', async () => {
  const { child, printed, says, closed } = start('deaf');
  await says('running: until a signal');
  child.kill('SIGINT');
  await says('once more to stop at once');
  child.kill('SIGINT');
  expect(await closed).toEqual([130, null]);
  expect(printed.stdout).toBe('');
});
