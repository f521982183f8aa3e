/** Names of runs: the wall-clock time, for people, and the process, so that two runs of one second do not meet. */
import { wallClockMs } from '../../substrates/clock.ts';

export function freshRunId(): string {
  const time = new Date(wallClockMs()).toISOString().replaceAll(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${time}-${process.pid}`;
}
