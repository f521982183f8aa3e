/** Looks at a Cassandra cluster without changing it, for `omegabench doctor`. */
import type { Client } from 'cassandra-driver';
import { wallClockMs } from '../../clock.ts';
import { StoreUnavailableError } from '../key-value-store.ts';
import { type Contact, connect, WrongDataCenterError } from './connection.ts';
import { placeOf } from './errors.ts';
import { durabilityOf, serverVersion } from './settings.ts';

export interface CassandraFacts {
  version: string;
  /** Nodes by data centre. */
  nodes: Record<string, number>;
  /** What a write survives: `commitlog_sync` of the node that was asked. */
  durability: string;
  /** The node's clock minus this host's. Writes without a version are ordered by this host's clock. */
  clockAheadMs: number;
  /** Half of the time that the question took: `clockAheadMs` is known no better. */
  clockUncertainMs: number;
  /** Set if the data centre that was asked for is none of the cluster's: what to say about it. */
  wrongDataCenter?: string;
}

const TIMEOUT_MS = 5000;

/**
 * Rejects with `StoreUnavailableError` if the cluster cannot be reached or does not answer within 5 s, and with an
 * error that says so for wrong credentials. A wrong data centre is a fact, with the right names beside it.
 */
export async function probeCassandra(contact: Contact): Promise<CassandraFacts> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `${placeOf({ contactPoints: contact.contactPoints })} did not answer within ${TIMEOUT_MS / 1000} s`;
    timer = setTimeout(() => reject(new StoreUnavailableError(message, 'no')), TIMEOUT_MS);
  });
  try {
    return await Promise.race([ask(contact), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function ask(contact: Contact): Promise<CassandraFacts> {
  try {
    return await askIn(contact);
  } catch (error) {
    const [dataCenter] = error instanceof WrongDataCenterError ? error.dataCenters : [];
    if (dataCenter === undefined) throw error;
    return { ...(await askIn({ ...contact, dataCenter })), wrongDataCenter: (error as Error).message };
  }
}

async function askIn(contact: Contact): Promise<CassandraFacts> {
  const client = await connect(contact, { timeoutMs: TIMEOUT_MS });
  try {
    const nodes: Record<string, number> = {};
    for (const { datacenter } of client.hosts.values()) nodes[datacenter] = (nodes[datacenter] ?? 0) + 1;
    const [version, durability] = [await serverVersion(client), await durabilityOf(client)];
    return { version, nodes, durability, ...(await compareClocks(client)) };
  } finally {
    await client.shutdown();
  }
}

async function compareClocks(client: Client): Promise<Pick<CassandraFacts, 'clockAheadMs' | 'clockUncertainMs'>> {
  const statement = 'SELECT toUnixTimestamp(now()) AS now FROM system.local';
  // The first time the statement is prepared, which would count as time of the question.
  await client.execute(statement);
  const askedMs = wallClockMs();
  const result = await client.execute(statement);
  const answeredMs = wallClockMs();
  const serverMs = Number(result.first()?.now);
  return { clockAheadMs: serverMs - (askedMs + answeredMs) / 2, clockUncertainMs: (answeredMs - askedMs) / 2 };
}
