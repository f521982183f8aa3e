import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { expect, test } from '@jest/globals';
import { giveWay, giveWayAsSession } from '../../substrates/priority.ts';

function withChild(detached: boolean, body: (child: ChildProcess & { pid: number }) => void): void {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore', detached });
  try {
    body(child as ChildProcess & { pid: number });
  } finally {
    child.kill('SIGKILL');
  }
}

const autogroup = (pid: number | 'self') => `/proc/${pid}/autogroup`;

test('a process that gives way is nicer than its parent, whose session stays as it was', () => {
  const before = existsSync(autogroup('self')) ? readFileSync(autogroup('self'), 'utf8') : undefined;
  withChild(false, (child) => {
    giveWay(child);
    expect(getPriority(child.pid)).toBe(10);
    expect(getPriority(process.pid)).toBeLessThan(10);
  });
  if (before !== undefined) expect(readFileSync(autogroup('self'), 'utf8')).toBe(before);
});

test('a session that gives way does so as a whole, where Linux shares by session', () => {
  withChild(true, (child) => {
    giveWayAsSession(child);
    expect(getPriority(child.pid)).toBe(10);
    if (existsSync(autogroup(child.pid))) expect(readFileSync(autogroup(child.pid), 'utf8')).toMatch(/nice 10\n/);
  });
});

test('a process that was never started, or is gone, changes nothing', () => {
  const before = getPriority(process.pid);
  // No process has this id: Linux gives at most 2²².
  for (const gone of [{}, { pid: 2 ** 30 }]) {
    giveWay(gone);
    giveWayAsSession(gone);
  }
  expect(getPriority(process.pid)).toBe(before);
});
