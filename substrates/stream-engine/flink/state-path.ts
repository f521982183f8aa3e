/**
 * The two ways from a query to the windows of a job on Flink: by key from the task managers, or by a table of the
 * updates that the job writes to a topic.
 */
import type { WindowStateStage } from '../../declaration.ts';
import type { KafkaLogBinding } from '../../event-log/event-log.ts';
import { createCompactedTopic, deleteTopic } from '../../event-log/kafka/topics.ts';
import { StateAnswer, type StateReader } from '../../query-service.ts';
import { FlinkStateReader } from './queryable-state/flink-state-reader.ts';
import type { QueryableStateClient } from './queryable-state/queryable-state-client.ts';
import { StateUpdatesReader } from './state-updates/state-updates-reader.ts';

export interface StatePath {
  readonly reader: StateReader;
  /** Resolves when the job may begin. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

/** Multi-gets to the proxies of the task managers; the client is its owner's. */
export function queryableState(client: QueryableStateClient, stage: number, keep: WindowStateStage['keep']): StatePath {
  return {
    reader: new FlinkStateReader(client, stage, keep),
    ready: Promise.resolve(),
    close: async () => undefined,
  };
}

/** A table of what the job writes to a topic of its own, which is made for it and removed when the way is closed. */
export function stateUpdates(log: KafkaLogBinding, topic: string, keep: WindowStateStage['keep']): StatePath {
  const { brokers, tls, credentials } = log;
  const options = { brokers, tls, topic, ...(credentials === undefined ? {} : { credentials }) };
  const binding = { ...log, topic };
  let opened: StateUpdatesReader | undefined;
  const ready = createCompactedTopic(binding).then(async () => {
    opened = await StateUpdatesReader.open(options, keep);
  });
  // Whoever starts the job is told.
  ready.catch(() => undefined);
  return {
    ready,
    reader: { read: (keys) => (opened === undefined ? unavailable(keys.count) : opened.read(keys)) },
    close: async () => {
      await ready.catch(() => undefined);
      await opened?.close();
      await deleteTopic(binding);
    },
  };
}

/** What is said of keys while there is nobody to ask. */
export async function unavailable(count: number): Promise<Awaited<ReturnType<StateReader['read']>>> {
  return {
    answer: new Uint8Array(count).fill(StateAnswer.Unavailable),
    counter: new Uint32Array(count),
    fingerprint: new Int32Array(count),
  };
}
