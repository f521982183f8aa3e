/**
 * Who goes first when the processors are all taken. Generator, log and stores stand for the world outside of a
 * pipeline, which does not slow down because that is busy: on machines of their own they would not even notice. So what
 * runs the pipelines gives way to them: our workers, and the Flink that we started.
 */
import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Niceness; Linux gives such a process a ninth of the time that one of niceness 0 gets, if both want all of it. */
const YIELDING = 10;

interface Process {
  pid?: number | undefined;
}

/**
 * Lets the process give way to the others of its session. To be called as soon as it is spawned: on Linux niceness
 * belongs to a thread, and those that it starts later inherit it.
 */
export function giveWay({ pid }: Process): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, YIELDING);
  } catch {
    // It is gone, which who started it finds out.
  }
}

/** Lets a process that leads a session give way to everybody: Linux may share the time by session first. */
export function giveWayAsSession({ pid }: Process): void {
  giveWay({ pid });
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(YIELDING), { flag: 'r+' });
  } catch {
    // No Linux, or one that does not share by session.
  }
}
