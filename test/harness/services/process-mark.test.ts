/** A pid that came back is another process, and is not struck. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isRunning, markOf, signalProcess, startFromPs } from '../../../harness/services/process-mark.ts';
import { withTemporaryDirectory } from '../../support/temporary-directory.ts';

/** A folder like /proc with one process. */
function fakeProc(directory: string, pid: number, stat: string): string {
  mkdirSync(join(directory, 'self'), { recursive: true });
  mkdirSync(join(directory, String(pid)));
  mkdirSync(join(directory, 'sys/kernel/random'), { recursive: true });
  writeFileSync(join(directory, 'self/stat'), '');
  writeFileSync(join(directory, String(pid), 'stat'), stat);
  writeFileSync(join(directory, 'sys/kernel/random/boot_id'), 'boot-1\n');
  return directory;
}

/** Field 3 is the state, field 20 the number of threads, field 22 the start. */
const statLine = (name: string, state: string, startTicks: number, threads = 1): string =>
  `42 (${name}) ${state} 1 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 ${threads} 0 ${startTicks} 1000 200`;

describe('the mark of a process', () => {
  test('is the same whenever it is read', () => {
    const mark = markOf(process.pid);
    expect(mark?.pid).toBe(process.pid);
    expect(markOf(process.pid)).toEqual(mark);
    expect(isRunning(mark as { pid: number; start: string })).toBe(true);
  });

  test('is the start time, whatever the process calls itself, and the boot', async () => {
    await withTemporaryDirectory((directory) => {
      const proc = fakeProc(directory, 42, statLine('a) R (b 7', 'S', 98765));
      expect(markOf(42, proc)).toEqual({ pid: 42, start: '98765 ticks after boot boot-1' });
    });
  });

  test('is missing of a pid that nobody has, and of a process that is only left to be collected', async () => {
    await withTemporaryDirectory((directory) => {
      const proc = fakeProc(directory, 42, statLine('node', 'Z', 98765));
      expect(markOf(42, proc)).toBeUndefined();
      expect(markOf(43, proc)).toBeUndefined();
    });
  });

  test('stays while threads of a dead process are still ending, for they hold its ports', async () => {
    await withTemporaryDirectory((directory) => {
      const proc = fakeProc(directory, 42, statLine('node', 'Z', 98765, 3));
      expect(markOf(42, proc)?.pid).toBe(42);
    });
  });

  test('comes from ps where there is no /proc', async () => {
    await withTemporaryDirectory((directory) => {
      const ps = join(directory, 'ps');
      const environment = { PATH: `${directory}:/usr/bin:/bin` };
      writeFileSync(ps, '#!/bin/sh\necho "Ss   Sat Nov 21 07:37:27 2026"\n');
      chmodSync(ps, 0o755);
      expect(startFromPs(42, environment)).toBe('Sat Nov 21 07:37:27 2026');
      writeFileSync(ps, '#!/bin/sh\necho "Z    Sat Nov 21 07:37:27 2026"\n');
      expect(startFromPs(42, environment)).toBeUndefined();
      writeFileSync(ps, '#!/bin/sh\nexit 1\n');
      expect(startFromPs(42, environment)).toBeUndefined();
    });
  });
});

test('a signal reaches the process that was marked, and not another one that has its pid', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const mark = markOf(child.pid as number);
  if (mark === undefined) throw new Error('the child is gone');
  const before = { pid: mark.pid, start: '1 ticks after boot another' };
  expect(isRunning(before)).toBe(false);
  expect(signalProcess(before, 'SIGKILL')).toBe(false);
  expect(isRunning(mark)).toBe(true);
  const exited = once(child, 'exit');
  expect(signalProcess(mark, 'SIGKILL')).toBe(true);
  expect(await exited).toEqual([null, 'SIGKILL']);
  expect(signalProcess(mark, 'SIGKILL')).toBe(false);
});
