import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { expect, test } from '@jest/globals';
import { giveWay } from '../../substrates/priority.ts';

const autogroup = (pid: number | 'self') => `/proc/${pid}/autogroup`;

test('a process that gives way is nicer than its parent, and so is its session where Linux shares by session', () => {
  const before = existsSync(autogroup('self')) ? readFileSync(autogroup('self'), 'utf8') : undefined;
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore', detached: true });
  const pid = child.pid as number;
  try {
    giveWay(child);
    expect(getPriority(pid)).toBe(10);
    expect(getPriority(process.pid)).toBeLessThan(10);
    if (before === undefined) return;
    expect(readFileSync(autogroup(pid), 'utf8')).toMatch(/nice 10\n/);
    expect(readFileSync(autogroup('self'), 'utf8')).toBe(before);
  } finally {
    child.kill('SIGKILL');
  }
});

test('a process that was never started, or is gone, changes nothing', () => {
  const before = getPriority(process.pid);
  giveWay({});
  // No process has this id: Linux gives at most 2²².
  giveWay({ pid: 2 ** 30 });
  expect(getPriority(process.pid)).toBe(before);
});
