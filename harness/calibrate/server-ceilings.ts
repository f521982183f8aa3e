/**
 * What the real servers of a run, and the clients that speak to them, reach on this machine: measured before the acts,
 * so that no ratio of the run is taken for a client's.
 */
import type { Clock } from '../../substrates/clock.ts';
import type { EventLogBinding } from '../../substrates/event-log/event-log.ts';
import type { KeyValueStoreBinding } from '../../substrates/key-value-store/key-value-store.ts';
import { cassandraProbes } from './cassandra-probes.ts';
import { kafkaProbes } from './kafka-probes.ts';
import { measure } from './measure.ts';
import type { ProbeFamily } from './probe.ts';
import { redisCeilings } from './redis-probes.ts';

export interface ServerCeiling {
  name: string;
  /** What the rate is a rate of, for a person. */
  what: string;
  unitsPerSecond: number;
  /** CPU time of a unit, in microseconds. */
  clientCpuUs?: number;
  serverCpuUs?: number;
}

export interface ServerCeilingOptions {
  clock: Clock;
  /** For each ceiling. */
  timeMs: number;
  signal?: AbortSignal;
}

/** None where log and store are embedded; what is made on the servers is removed again. */
export async function serverCeilings(
  log: EventLogBinding,
  store: KeyValueStoreBinding,
  options: ServerCeilingOptions,
): Promise<ServerCeiling[]> {
  return [...(await ofLog(log, options)), ...(await ofStore(store, options))];
}

async function ofLog(log: EventLogBinding, options: ServerCeilingOptions): Promise<ServerCeiling[]> {
  if (log.kind !== 'kafka') return [];
  const { brokers, tls, codec, credentials, topic } = log;
  const login = credentials === undefined ? {} : { credentials };
  return measureAll(await kafkaProbes({ brokers, tls, codec, ...login, topicPrefix: `${topic}-calibration` }), options);
}

async function ofStore(store: KeyValueStoreBinding, options: ServerCeilingOptions): Promise<ServerCeiling[]> {
  if (store.kind === 'redis') {
    const { client: _client, resend: _resend, ...server } = store;
    return redisCeilings({ server: { ...server, prefix: `${store.prefix}:calibration` }, ...options });
  }
  if (store.kind !== 'cassandra') return [];
  return measureAll(await cassandraProbes({ ...store, prefix: `${store.prefix}_c` }), options);
}

async function measureAll(
  { probes, close }: ProbeFamily<string>,
  { clock, timeMs, signal }: ServerCeilingOptions,
): Promise<ServerCeiling[]> {
  const ceilings: ServerCeiling[] = [];
  try {
    for (const probe of probes) {
      signal?.throwIfAborted();
      const { name, what, unitsPerSecond } = await measure(probe, clock, { timeMs, warmupMs: timeMs / 4 });
      ceilings.push({ name, what, unitsPerSecond });
    }
  } finally {
    await close();
  }
  return ceilings;
}
