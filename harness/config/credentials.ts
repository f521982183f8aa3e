/**
 * Who logs in at the servers of a run: from the URL, or from the environment. Kept apart from the configuration from
 * the first moment on, because the configuration is printed and written into results, and these never are.
 */
import type { Credentials } from '../../substrates/credentials.ts';
import { BenchError } from '../cli/bench-error.ts';
import { parseEngineServer } from './engine-url.ts';
import { redactUrl } from './redact.ts';
import { parseLogServer, parseStoreServer, type Userinfo } from './server-url.ts';
import type { Source } from './source.ts';

/** Credentials of the log, the stores and the engine of a run; absent where nobody has to log in. */
export interface ServerCredentials {
  log?: Credentials;
  store?: Credentials;
  speedStore?: Credentials;
  /** Of a gateway in front of Flink, which itself lets everybody in. */
  engine?: Credentials;
}

/** The URL of a server as it was given, secrets included, and where. */
export interface SaidServer {
  text: string;
  source: Source;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Without a user name only Redis lets anybody in. */
const NEEDS_USERNAME = ['kafka', 'cassandra', 'flink'];

/**
 * The credentials for servers that were said. The speed store is that of the store if it was not said. What a URL says
 * goes before the environment's `OMEGABENCH_KAFKA_USERNAME`, `OMEGABENCH_KAFKA_PASSWORD` and so on. Throws `BenchError`
 * if half of a log-in is missing.
 */
export function credentialsOf(
  said: Partial<Record<'log' | 'store' | 'speedStore' | 'engine', SaidServer | undefined>>,
  environment: Environment,
): ServerCredentials {
  const speed = said.speedStore ?? said.store;
  const log = said.log && ofServer(said.log, parseLogServer(said.log.text, said.log.source), environment);
  const store = said.store && ofServer(said.store, parseStoreServer(said.store.text, said.store.source), environment);
  const speedStore = speed && ofServer(speed, parseStoreServer(speed.text, speed.source), environment);
  const engine =
    said.engine && ofServer(said.engine, parseEngineServer(said.engine.text, said.engine.source), environment);
  return {
    ...(log === undefined ? {} : { log }),
    ...(store === undefined ? {} : { store }),
    ...(speedStore === undefined ? {} : { speedStore }),
    ...(engine === undefined ? {} : { engine }),
  };
}

function ofServer(
  { text, source }: SaidServer,
  { server, userinfo }: { server: { kind: string }; userinfo: Userinfo },
  environment: Environment,
): Credentials | undefined {
  if (['files', 'lmdb', 'embedded'].includes(server.kind)) return undefined;
  const variable = `OMEGABENCH_${server.kind.toUpperCase()}`;
  const set = (name: string): string | undefined => environment[`${variable}_${name}`] || undefined;
  const inUrl = userinfo.password !== undefined;
  const username = userinfo.username ?? (inUrl ? undefined : set('USERNAME'));
  const password = userinfo.password ?? set('PASSWORD');
  if (password === undefined) {
    if (username === undefined) return undefined;
    throw incomplete(text, source, 'a user name and no password', variable);
  }
  if (username !== undefined) return { username, password };
  if (NEEDS_USERNAME.includes(server.kind)) throw incomplete(text, source, 'a password and no user name', variable);
  return { password };
}

function incomplete(text: string, source: Source, what: string, variable: string): BenchError {
  return new BenchError(
    'OB_BAD_VALUE',
    `${source.said(redactUrl(text))} is given ${what}`,
    `Set ${variable}_USERNAME and ${variable}_PASSWORD, or write user:password@ before the host.`,
  );
}
