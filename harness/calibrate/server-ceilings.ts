/**
 * What real servers, and the clients that speak to them, reach on this machine: measured before the acts of a run, so
 * that no ratio of it is taken for a client's, and by `omegabench calibrate`.
 */
import type { Clock } from '../../substrates/clock.ts';
import type { StoreName } from '../../substrates/declaration.ts';
import type { EventLogBinding } from '../../substrates/event-log/event-log.ts';
import type { KeyValueStoreBinding } from '../../substrates/key-value-store/key-value-store.ts';
import type { ServerFacts } from '../faults/proxy/servers.ts';
import type { ServerCeiling } from '../results/schema.ts';
import { cassandraProbes } from './cassandra-probes.ts';
import { kafkaProbes } from './kafka-probes.ts';
import { measure } from './measure.ts';
import type { ProbeFamily } from './probe.ts';
import { redisCeilings } from './redis-probes.ts';

export interface ServerCeilingOptions {
  clock: Clock;
  /** For each ceiling. */
  timeMs: number;
  signal?: AbortSignal;
  /** Called before a ceiling is measured, with its name. */
  begin?: (name: string) => void;
}

/** Whether the speed store is on a server of its own, which has ceilings of its own. */
export function hasSpeedServer(servers: readonly Pick<ServerFacts, 'roles'>[]): boolean {
  return servers.some(({ roles }) => roles.includes('speed') && !roles.includes('serving'));
}

/**
 * None where log and stores are embedded; what is made on the servers is removed again. Rejects with the signal's
 * reason, or with the error of the server.
 */
export async function serverCeilings(
  log: EventLogBinding,
  stores: Partial<Record<StoreName, KeyValueStoreBinding>>,
  options: ServerCeilingOptions,
): Promise<ServerCeiling[]> {
  const ceilings = (await ofLog(log, options)).map((ceiling): ServerCeiling => ({ ...ceiling, role: 'log' }));
  for (const [role, store] of Object.entries(stores) as [StoreName, KeyValueStoreBinding][]) {
    for (const ceiling of await ofStore(store, options)) ceilings.push({ ...ceiling, role });
  }
  return ceilings;
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
  { clock, timeMs, signal, begin }: ServerCeilingOptions,
): Promise<ServerCeiling[]> {
  const ceilings: ServerCeiling[] = [];
  try {
    for (const probe of probes) {
      signal?.throwIfAborted();
      begin?.(probe.name);
      const { name, what, unitsPerSecond } = await measure(probe, clock, { timeMs, warmupMs: timeMs / 4 });
      ceilings.push({ name, what, unitsPerSecond });
    }
  } finally {
    await close();
  }
  return ceilings;
}
