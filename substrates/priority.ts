/**
 * Who goes first when the processors are all taken. Generator, log and stores stand for the world outside of a
 * pipeline, which does not slow down because that is busy: on machines of their own they would not even notice. So what
 * runs the pipelines gives way to them: our workers, and the Flink that we started.
 */
import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Niceness; Linux gives such a process a ninth of the time that one of niceness 0 gets, if both want all of it. */
const YIELDING = 10;

/**
 * Lets a process that leads a session give way to everybody. To be called as soon as it is spawned: on Linux niceness
 * belongs to a thread, and those that it starts later inherit it; and the time may be shared by session first.
 */
export function giveWay({ pid }: { pid?: number | undefined }): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, YIELDING);
    writeFileSync(`/proc/${pid}/autogroup`, String(YIELDING), { flag: 'r+' });
  } catch {
    // It is gone, which who started it finds out; or no Linux, or one that does not share by session.
  }
}
