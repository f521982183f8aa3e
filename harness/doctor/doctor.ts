/**
 * Asks the servers of a run what they are, and judges the answers. A server is asked once for each place where it is
 * used with other settings; whoever asks hands in the probes.
 */
import type { Credentials } from '../../substrates/credentials.ts';
import type { ServerCredentials } from '../config/credentials.ts';
import { type EngineServer, parseEngineServer } from '../config/engine-url.ts';
import { type LogServer, parseLogServer, parseStoreServer, type StoreServer } from '../config/server-url.ts';
import { flagSource } from '../config/source.ts';
import { judgeCassandra } from './cassandra-findings.ts';
import type { Examination, Finding } from './findings.ts';
import { judgeFlink } from './flink-findings.ts';
import { judgeKafka } from './kafka-findings.ts';
import type { Probes } from './probes.ts';
import { judgeRedis } from './redis-findings.ts';

/** The places of a run, as its configuration has them: without secrets. */
export interface Places {
  log: string;
  store: string;
  speedStore: string;
  /** Embedded, if absent. */
  engine?: string;
}

/** A server that did not answer, or refused; the message of its client says why. */
export interface Unreachable {
  why: string;
  remedy: string;
}

/** A server of the run by its flag and its URL, and what was found, or why it could not be asked. */
export interface AskedServer {
  flag: 'log' | 'store' | 'speed-store' | 'engine';
  url: string;
  outcome: { findings: Finding[] } | { unreachable: Unreachable };
}

type AnyServer = LogServer | StoreServer | EngineServer;
type RealServer = Exclude<AnyServer, { kind: 'files' | 'lmdb' | 'embedded' }>;

/** Asks each server of the run, one after another; what is embedded needs no asking. Never rejects for a server. */
export async function askServers(
  places: Places,
  credentials: ServerCredentials,
  probes: Probes,
): Promise<AskedServer[]> {
  const found: { flag: AskedServer['flag']; url: string; server: AnyServer; login?: Credentials }[] = [
    {
      flag: 'log',
      url: places.log,
      server: parseLogServer(places.log, flagSource('log')).server,
      ...loginOf(credentials.log),
    },
    {
      flag: 'store',
      url: places.store,
      server: parseStoreServer(places.store, flagSource('store')).server,
      ...loginOf(credentials.store),
    },
  ];
  if (places.speedStore !== places.store) {
    found.push({
      flag: 'speed-store',
      url: places.speedStore,
      server: parseStoreServer(places.speedStore, flagSource('speed-store')).server,
      ...loginOf(credentials.speedStore),
    });
  }
  if (places.engine !== undefined) {
    found.push({
      flag: 'engine',
      url: places.engine,
      server: parseEngineServer(places.engine, flagSource('engine')).server,
      ...loginOf(credentials.engine),
    });
  }
  const asked: AskedServer[] = [];
  for (const { flag, url, server, login } of found) {
    if (server.kind === 'files' || server.kind === 'lmdb' || server.kind === 'embedded') continue;
    asked.push({ flag, url, outcome: await ask(server, login, probes) });
  }
  return asked;
}

/** What the doctor says of servers that were asked. */
export function examinationsOf(asked: readonly AskedServer[]): Examination[] {
  return asked.map(({ flag, url, outcome }) => ({
    subject: `${flag} ${url}`,
    findings:
      'findings' in outcome
        ? [{ check: 'reachable', found: 'it answers', why: 'a run needs it', level: 'ok' }, ...outcome.findings]
        : [
            {
              check: 'reachable',
              found: `it does not answer as it should: ${outcome.unreachable.why}`,
              why: 'a run needs it',
              level: 'problem',
              remedy: outcome.unreachable.remedy,
            },
          ],
  }));
}

function loginOf(login: Credentials | undefined): { login?: Credentials } {
  return login === undefined ? {} : { login };
}

async function ask(
  server: RealServer,
  login: Credentials | undefined,
  probes: Probes,
): Promise<AskedServer['outcome']> {
  try {
    switch (server.kind) {
      case 'kafka':
        return { findings: judgeKafka(await probes.kafka(server, login)) };
      case 'redis':
        return { findings: judgeRedis(await probes.redis(server, login), server.cluster) };
      case 'cassandra':
        return { findings: judgeCassandra(await probes.cassandra(server, login), server) };
      case 'flink':
        return { findings: judgeFlink(await probes.flink(server, login)) };
    }
  } catch (error) {
    const why = withoutSecrets(reasonOf(error), login);
    return { unreachable: { why, remedy: remedyOf(server.kind, why, login) } };
  }
}

/** The first message from the outside in: adapters say it best, and bare network errors may have none of their own. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const parts = error instanceof AggregateError ? error.errors.map(reasonOf) : [];
  const inner = [...new Set(parts), ...(error.cause === undefined ? [] : [reasonOf(error.cause)])];
  const text = error.message.trim() || inner.join('; ') || String((error as NodeJS.ErrnoException).code ?? error.name);
  return text.split('\n')[0] ?? text;
}

/** No client of ours names the password in an error; should one begin to, it ends here. */
function withoutSecrets(text: string, login: Credentials | undefined): string {
  return login === undefined || login.password === '' ? text : text.replaceAll(login.password, '…');
}

function remedyOf(kind: RealServer['kind'], why: string, login: Credentials | undefined): string {
  const start = `Start one with 'omegabench services up ${kind}', or check the host, the port and a firewall between.`;
  // Adapters give hints of their own, which mention TLS where it was not reached.
  if (/ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ETIMEDOUT/.test(why)) return start;
  if (/auth|password|NOPERM|SASL|credential/i.test(why)) {
    const variable = `OMEGABENCH_${kind.toUpperCase()}`;
    return login === undefined
      ? `Set ${variable}_USERNAME and ${variable}_PASSWORD, or write user:password@ before the host.`
      : `Check the user name and the password (the URL, ${variable}_USERNAME, ${variable}_PASSWORD).`;
  }
  if (/certificate|TLS|SSL/i.test(why)) return 'Check the scheme: an s at its end means TLS; and the certificate.';
  return start;
}
