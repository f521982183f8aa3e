/**
 * CPU time of processes, from Linux's /proc/<pid>/stat (proc(5)): user and system, in clock ticks.
 *
 * The kernel shows ticks of USER_HZ, which is 100 a second on every architecture that Node runs on (`getconf
 * CLK_TCK`), whatever the kernel's own tick is; so a figure is exact to 10 ms a process. On a host without /proc
 * nothing is known, and undefined says so.
 */
import { readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/** Seconds of CPU time, user and system together. */
export interface ProcessCpu {
  /** Of the process itself, all its threads. */
  ownSeconds: number;
  /** Of its children that have ended and were waited for, and of theirs. */
  waitedChildrenSeconds: number;
}

/** CPU seconds of a process that is alive, without its children; undefined if it is gone, or the host has no /proc. */
export function cpuSecondsOf(pid: number): number | undefined {
  return readStat(String(pid))?.ownSeconds;
}

/** CPU seconds of this process's children that have ended, killed ones included; undefined on a host without /proc. */
export function waitedChildrenCpuSeconds(): number | undefined {
  return readStat('self')?.waitedChildrenSeconds;
}

/**
 * Parses a stat line. The second field is the program's name in parentheses and may hold blanks and parentheses
 * itself, so fields are counted from the last `)`: utime, stime, cutime and cstime are fields 14 to 17. Error if they
 * are not there.
 */
export function parseProcStat(text: string): ProcessCpu {
  const afterName = text.slice(text.lastIndexOf(')') + 1).trim();
  const ticks = afterName.split(/\s+/).slice(11, 15).map(Number);
  const [user, system, childrenUser, childrenSystem] = ticks;
  if (
    !text.includes(')') ||
    user === undefined ||
    system === undefined ||
    childrenUser === undefined ||
    childrenSystem === undefined ||
    !ticks.every(Number.isInteger)
  ) {
    throw new Error(`not a line of /proc/<pid>/stat: ${JSON.stringify(text.slice(0, 80))}`);
  }
  return {
    ownSeconds: (user + system) / TICKS_PER_SECOND,
    waitedChildrenSeconds: (childrenUser + childrenSystem) / TICKS_PER_SECOND,
  };
}

function readStat(process: string): ProcessCpu | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${process}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  return parseProcStat(text);
}
