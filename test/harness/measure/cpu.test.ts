import { existsSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { cpuSecondsOf, parseProcStat, waitedChildrenCpuSeconds } from '../../../harness/measure/cpu.ts';

/** Fields 3 to 17 and some more; utime 250, stime 75, cutime 1200, cstime 34. */
const fields = 'S 1 42 42 0 -1 4194560 3215 900 2 0 250 75 1200 34 20 0 11 0 9234 0';

describe('a stat line', () => {
  test('is read in ticks of a hundredth of a second', () => {
    expect(parseProcStat(`4711 (node) ${fields}\n`)).toEqual({ ownSeconds: 3.25, waitedChildrenSeconds: 12.34 });
  });

  test.each(['(sd-pam)', '(a b c)', '(x) S 1 2 (y)', '(:-))', '()'])('is read with a program called %s', (name) => {
    expect(parseProcStat(`4711 ${name} ${fields}`).ownSeconds).toBe(3.25);
  });

  test.each(['', '4711 node S 1', '4711 (node) S 1 2 3', `4711 (node) ${fields.replace('250', 'x')}`])(
    'that is none is refused: %j',
    (text) => {
      expect(() => parseProcStat(text)).toThrow('not a line of /proc/<pid>/stat');
    },
  );
});

describe('CPU time', () => {
  const hasProc = existsSync('/proc/self/stat');

  test('of this process is more than nothing on a host with /proc, and unknown elsewhere', () => {
    const seconds = cpuSecondsOf(process.pid);
    if (hasProc) expect(seconds).toBeGreaterThan(0);
    else expect(seconds).toBeUndefined();
  });

  test('of children is known exactly where that of this process is', () => {
    expect(waitedChildrenCpuSeconds() === undefined).toBe(!hasProc);
  });

  test('of a process that is not there is unknown', () => {
    expect(cpuSecondsOf(2 ** 30)).toBeUndefined();
  });
});
