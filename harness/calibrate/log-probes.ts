/**
 * How fast impressions go into the log on files, and how fast they are read back (from memory, where the system keeps
 * the file).
 */
import { join } from 'node:path';
import { openFileLog } from '../../substrates/event-log/open-log.ts';
import { appendAndRead } from './append-and-read.ts';
import type { ProbeFamily } from './probe.ts';

const BLOCKS_PER_CALL = 16;

export async function logProbes(directory: string): Promise<ProbeFamily> {
  const log = await openFileLog({ kind: 'files', directory: join(directory, 'log'), partitions: 1 });
  const { append, read, close } = await appendAndRead(log, BLOCKS_PER_CALL);
  return {
    probes: [
      { name: 'logAppendPerSecond', what: 'impressions appended to the log', work: append },
      { name: 'logReadPerSecond', what: 'impressions read from the log', work: read },
    ],
    close,
  };
}
