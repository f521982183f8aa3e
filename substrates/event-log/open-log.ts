/** Opens the event log that a binding names, outside of simulation. */
import type { EventLogBinding } from './event-log.ts';
import { FileLog } from './files/file-log.ts';

/** The file log of a binding. Error for a log in memory, which lives in the process that made it. */
export async function openFileLog(binding: EventLogBinding): Promise<FileLog> {
  if (binding.kind !== 'files') {
    throw new Error(
      `a log of kind '${binding.kind}' lives in one process and cannot be opened by its binding: use files`,
    );
  }
  return new FileLog(binding);
}
