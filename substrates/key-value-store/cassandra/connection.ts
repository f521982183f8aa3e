/** Opens a client of cassandra-driver with the settings that omegabench relies on, and explains why it cannot. */
import { Client, policies, types } from 'cassandra-driver';
import { reachedText, type Via } from '../../via.ts';
import { type CassandraConsistency, type CassandraStoreBinding, StoreUnavailableError } from '../key-value-store.ts';
import { firstInner, messageOf, placeOf } from './errors.ts';

/** What it takes to reach a cluster. */
export type Contact = Pick<CassandraStoreBinding, 'contactPoints' | 'dataCenter' | 'credentials' | 'tls' | 'via'>;

const { loadBalancing } = policies;

const CONSISTENCY: Record<CassandraConsistency, types.consistencies> = {
  one: types.consistencies.one,
  'local-one': types.consistencies.localOne,
  'local-quorum': types.consistencies.localQuorum,
  quorum: types.consistencies.quorum,
  all: types.consistencies.all,
};

/** Longer than the server's own time-outs (2 s for writes, 5 s for counters): its answer says more than silence. */
const READ_TIMEOUT_MS = 6000;
const CONNECT_TIMEOUT_MS = 5000;
const DEFAULT_PORT = 9042;

/** The cluster has other data centres than the one that was named. */
export class WrongDataCenterError extends Error {
  override readonly name = 'WrongDataCenterError';
  /** Those that it has. */
  readonly dataCenters: readonly string[];
  constructor({ contactPoints, dataCenter }: Contact, dataCenters: readonly string[]) {
    const found = dataCenters.join(', ');
    super(
      `${placeOf({ contactPoints })} has no data centre "${dataCenter}": give dc=${found}, as the cluster calls it`,
    );
    this.dataCenters = dataCenters;
  }
}

/**
 * Connects without a keyspace. `StoreUnavailableError` if no contact point can be reached, `WrongDataCenterError`, or
 * an error that says what to do about the credentials.
 */
export async function connect(
  contact: Contact,
  options: { consistency?: CassandraConsistency; timeoutMs?: number } = {},
): Promise<Client> {
  const { contactPoints, dataCenter, credentials, tls, via } = contact;
  const readTimeout = options.timeoutMs ?? READ_TIMEOUT_MS;
  const client = new Client({
    contactPoints: contactPoints.map((point) => reachedText(withPort(point), via)),
    // Not as `localDataCenter`: there the driver leaves a connection open when the name is wrong.
    policies: {
      ...(via && { addressResolution: translatorThrough(via) }),
      loadBalancing: new loadBalancing.TokenAwarePolicy(new loadBalancing.DCAwareRoundRobinPolicy(dataCenter)),
    },
    ...(credentials && { credentials: { username: credentials.username ?? '', password: credentials.password } }),
    ...(tls ? { sslOptions: { rejectUnauthorized: true } } : {}),
    encoding: { useBigIntAsLong: true },
    queryOptions: {
      prepare: true,
      consistency: CONSISTENCY[options.consistency ?? 'local-one'],
      serialConsistency: types.consistencies.localSerial,
    },
    socketOptions: { readTimeout, connectTimeout: options.timeoutMs ?? CONNECT_TIMEOUT_MS },
  });
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.shutdown().catch(() => undefined);
    throw explainConnect(error, contact);
  }
}

/** For nodes that the driver learned of from the cluster. */
function translatorThrough(via: Via): policies.addressResolution.AddressTranslator {
  // The driver wants an instance of a class of its own, which its types do not name.
  const translator = policies.defaultAddressTranslator();
  translator.translate = (address, port, callback) => callback(reachedText(`${address}:${port}`, via));
  return translator;
}

function withPort(point: string): string {
  return /:\d+$/.test(point) ? point : `${point}:${DEFAULT_PORT}`;
}

function explainConnect(error: unknown, contact: Contact): Error {
  const place = placeOf({ contactPoints: contact.contactPoints });
  const reason = messageOf(error);
  const found = /Available DCs are: \[(.*)\]/.exec(reason)?.[1];
  if (found !== undefined) return new WrongDataCenterError(contact, found.split(','));
  const inner = firstInner(error) ?? error;
  if (inner instanceof Error && inner.name === 'AuthenticationError') {
    return new Error(`${place} refused the credentials (${reason}): check user name and password`);
  }
  const hint = 'check that it runs, the address, and whether it wants TLS';
  return new StoreUnavailableError(`${place} cannot be reached (${reason}): ${hint}`, 'no');
}
