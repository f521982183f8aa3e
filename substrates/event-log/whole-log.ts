/** Reads what a log holds from its beginning to its end, for audits; a pipeline tails it instead. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ArrivalSpan } from '../../generators/oracle.ts';
import type { EventLog, EventLogBinding, LogEntry } from './event-log.ts';
import { readArrivalSpans } from './files/arrival-spans.ts';
import { openLog } from './open-log.ts';

const POLL_MS = 5;
/** A server may take so long to hand over what it has; an embedded log has all of it at once. */
const SERVER_PATIENCE_MS = 10_000;
/** Nothing may follow the end of the stream; whether something does is looked for this long. */
const AFTER_END_MS = 100;

/**
 * Every entry of a partition, what should not be there behind the end of the stream included. An entry's columns are
 * valid until the next one.
 */
export async function* entriesOf(log: EventLog, partition: number): AsyncGenerator<LogEntry, void, void> {
  const isServer = log.binding.kind === 'kafka';
  let patience = isServer ? SERVER_PATIENCE_MS / POLL_MS : 0;
  const reader = await log.openReader(partition, 0);
  try {
    for (let waits = 0; ; ) {
      const entry = await reader.read();
      if (entry === undefined) {
        if (++waits > patience) return;
        await sleep(POLL_MS);
        continue;
      }
      waits = 0;
      yield entry;
      if (entry.kind === 'end' && isServer) patience = AFTER_END_MS / POLL_MS;
    }
  } finally {
    await reader.close();
  }
}

/** What each partition of a log holds, in its order, and when the log took it. */
export async function spansOf(log: EventLog): Promise<ArrivalSpan[][]> {
  const all: ArrivalSpan[][] = [];
  for (let partition = 0; partition < log.partitions; partition++) {
    const spans: ArrivalSpan[] = [];
    for await (const entry of entriesOf(log, partition)) {
      if (entry.kind !== 'impressions') continue;
      const { firstSequence, count } = entry.block;
      spans.push({ firstSequence, count, arrivalMs: entry.arrivalMs });
    }
    all.push(spans);
  }
  return all;
}

/** The same of the log that a binding names; of files it takes the headers alone. */
export async function spansOfBinding(binding: EventLogBinding): Promise<ArrivalSpan[][]> {
  if (binding.kind === 'files') {
    const all: ArrivalSpan[][] = [];
    for (let partition = 0; partition < binding.partitions; partition++) {
      all.push((await readArrivalSpans(binding, partition)).spans);
    }
    return all;
  }
  const log = await openLog(binding);
  try {
    return await spansOf(log);
  } finally {
    await log.close();
  }
}
