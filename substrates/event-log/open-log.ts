/**
 * Opens the event log that a binding names, outside of simulation, and makes and removes what it needs on its servers.
 * An adapter is loaded when its first log is opened.
 */
import type { EventLog, EventLogBinding } from './event-log.ts';
import { FileLog } from './files/file-log.ts';

/** Error for a log in memory, which lives in the process that made it, and if the brokers cannot be reached. */
export async function openLog(binding: EventLogBinding): Promise<EventLog> {
  if (binding.kind !== 'kafka') return openFileLog(binding);
  const { KafkaLog } = await import('./kafka/kafka-log.ts');
  return KafkaLog.open(binding);
}

/** The file log of a binding. Error for any other. */
export async function openFileLog(binding: EventLogBinding): Promise<FileLog> {
  if (binding.kind !== 'files') {
    throw new Error(
      `a log of kind '${binding.kind}' lives in one process and cannot be opened by its binding: use files`,
    );
  }
  return new FileLog(binding);
}

/** Makes the topic of a Kafka log; nothing for files. Error if it exists already or cannot be made. */
export async function createLog(binding: EventLogBinding): Promise<void> {
  if (binding.kind !== 'kafka') return;
  const { createTopic } = await import('./kafka/topics.ts');
  await createTopic(binding);
}

/** Deletes the topic of a Kafka log; nothing for files, whose folder belongs to the run. Idempotent. */
export async function removeLog(binding: EventLogBinding): Promise<void> {
  if (binding.kind !== 'kafka') return;
  const { deleteTopic } = await import('./kafka/topics.ts');
  await deleteTopic(binding);
}
